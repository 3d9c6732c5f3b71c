"""The table of scores in docs/statistics.md, from their definitions: `python tools/scores_table.py`."""

import re
from pathlib import Path
from typing import Final

from facing_asymmetry.statistics.definitions import scores_table

TARGET: Final = Path(__file__).parents[1] / "docs" / "statistics.md"


def main() -> None:
    """Write the table between its markers."""
    old = TARGET.read_text(encoding="utf-8")
    new = f"<!-- scores -->\n{scores_table()}\n<!-- /scores -->"
    TARGET.write_text(re.sub("<!-- scores -->.*<!-- /scores -->", lambda _: new, old, flags=re.S), "utf-8")


if __name__ == "__main__":
    main()
