"""The checks of planted classifiers in words: lines for a terminal, a table for the documentation."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from facing_asymmetry.calibration.words import markdown
from facing_asymmetry.planted.checks import Check


def lines(checks: Iterable[Check]) -> Iterator[str]:
    """Two lines a check: the promise, and the numbers."""
    for check in checks:
        yield f"{'pass' if check.passed else 'FAIL'}  {check.classifier}: {check.promise}"
        yield f"      expected {_number(check.expected)}, measured {_measured(vars(check))} {check.unit}"


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Markdown of the checks as `--json` writes them."""
    head = ("classifier", "must come out", "expected", "measured", "unit", "")
    cells = [
        (
            f"`{row['classifier']}`",
            str(row["promise"]),
            _number(row["expected"]),
            _measured(row),
            str(row["unit"]),
            "pass" if row["passed"] else "FAIL",
        )
        for row in rows
    ]
    return markdown(head, cells)


def plain(check: Check) -> dict[str, Any]:
    """A check for JSON: None where there is no interval."""
    return {key: None if value != value else value for key, value in vars(check).items()}


def _measured(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    interval = "" if low is None or low != low else f" [{_number(low)}, {_number(high)}]"
    return _number(row["measured"]) + interval


def _number(value: float) -> str:
    return f"{value:.1e}" if 0 < abs(value) < 5e-4 else f"{round(value, 3):g}"
