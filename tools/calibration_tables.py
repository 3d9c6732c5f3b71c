"""The tables of docs/calibration, from the records beside them: `python tools/calibration_tables.py`."""

import json
from pathlib import Path
from typing import Any

from facing_asymmetry.core.markdown import replace_between
from facing_asymmetry.validation.calibration.tables import with_tables
from facing_asymmetry.validation.planted.checks import checks_table

FOLDER = Path(__file__).parents[1] / "docs" / "calibration"


def main() -> None:
    """Write the tables of README.md and planted.md between their markers."""
    page = FOLDER / "README.md"
    page.write_text(with_tables(page.read_text(encoding="utf-8"), _record("calibration.json")), encoding="utf-8")
    page = FOLDER / "planted.md"
    table = checks_table(_record("planted.json")["checks"])
    text = replace_between(page.read_text(encoding="utf-8"), "<!-- planted -->", "<!-- end of planted -->", table)
    page.write_text(text, encoding="utf-8")


def _record(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / name).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
