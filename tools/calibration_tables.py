"""The published calibration's tables into its page: `python tools/calibration_tables.py` (in `make calibrate`)."""

import json
from pathlib import Path

from facing_asymmetry.validation.calibration.tables import with_tables

FOLDER = Path(__file__).parents[1] / "docs" / "calibration"


def main() -> None:
    """Rewrite docs/calibration/README.md from calibration.json."""
    page = FOLDER / "README.md"
    record = json.loads((FOLDER / "calibration.json").read_text(encoding="utf-8"))
    page.write_text(with_tables(page.read_text(encoding="utf-8"), record), encoding="utf-8")


if __name__ == "__main__":
    main()
