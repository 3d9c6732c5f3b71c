"""The published table of planted classifiers is that of the record beside it."""

import json
from pathlib import Path

from facing_asymmetry.validation.planted.checks import checks_table
from facing_asymmetry.validation.planted.study import SHARP_MM

FOLDER = Path(__file__).parents[3] / "docs" / "calibration"


def test_the_page_holds_the_numbers_of_its_record():
    record = json.loads((FOLDER / "planted.json").read_text())
    page = (FOLDER / "planted.md").read_text()
    assert checks_table(record["checks"]) in page
    assert record["passed"]
    assert record["half_width_mm"] == [4.0, SHARP_MM]
    assert f"{record['identities']} faces" in page
    assert f"{len(record['trained_on'])} other faces" in page
