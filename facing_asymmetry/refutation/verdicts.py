"""What a refuter says: one row of the table."""

from dataclasses import dataclass
from typing import Final

PASS: Final = "pass"
FAIL: Final = "fail"
NOT_JUDGED: Final = "not judged"

REFUTERS: Final = ("placebo", "dummy outcome", "random cause", "subsets", "distinct faces")
"""Names, in the order of the table."""


@dataclass(frozen=True)
class Verdict:
    """One refuter on one estimate.

    Attributes:
        refuter: one of `REFUTERS`; `status`: `PASS`, `FAIL` or `NOT_JUDGED`.
        measured: what was found; `allowed`: the limit it was held against; NaN where not judged.
        words: both, with what they are.
    """

    refuter: str
    status: str
    measured: float
    allowed: float
    words: str


def judged(refuter: str, holds: bool, measured: float, allowed: float, words: str) -> Verdict:
    """A verdict that passes where `holds`."""
    return Verdict(refuter, PASS if holds else FAIL, float(measured), float(allowed), words)


def not_judged(refuter: str, why: str) -> Verdict:
    """A refuter that has nothing to say here."""
    return Verdict(refuter, NOT_JUDGED, float("nan"), float("nan"), why)
