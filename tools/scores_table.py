"""The table of scores in docs/statistics.md, from their definitions: `python tools/scores_table.py`."""

from pathlib import Path
from typing import Final

from facing_asymmetry.core.markdown import replace_between
from facing_asymmetry.statistics.definitions import scores_table

TARGET: Final = Path(__file__).parents[1] / "docs" / "statistics.md"


def main() -> None:
    """Write the table between its markers."""
    page = replace_between(TARGET.read_text(encoding="utf-8"), "<!-- scores -->", "<!-- /scores -->", scores_table())
    TARGET.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
