"""What one row of the test table allows one to say: supported, not supported, or can't tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.inference.effect import LARGEST_SAMPLE, identities_needed

SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
CANT_TELL: Final = "can't tell"

_P_COLUMN: Final = {"holm": "p_holm", "bh": "p_bh", "none": "p_two_sided"}
_CORRECTION: Final = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}


@dataclass(frozen=True)
class Verdict:
    """Verdict on "the mean is above zero".

    Attributes:
        word: one of the three; `p`: two-sided, after the correction named (with its number of tests) in `correction`.
        needed: identities with which a mean of this size would probably be settled; 0 where it is settled.
        small: whether TOST says that the effect is below the margin.
    """

    word: str
    p: float
    correction: str
    needed: int
    small: bool


def judge(row: Mapping[str, Any], settings: StatisticsSettings, p_equivalence: float = float("nan")) -> Verdict:
    """Judge one row of the test table.

    Supported: enough identities, corrected p <= alpha and a mean above zero. Not supported: enough identities and
    either the mean is below zero with corrected p <= alpha, or the effect is equivalent to none. Everything else can't
    be told.

    Args:
        p_equivalence: of the row's standardised twin; NaN where there is none.
    """
    tests = max(1, int(row["tests"]))
    p = float(row[_P_COLUMN[settings.adjust]])
    correction = _CORRECTION[settings.adjust] + (
        f" over {tests} test{'s' if tests > 1 else ''}" if settings.adjust != "none" else ""
    )
    small, significant = p_equivalence <= settings.alpha, p <= settings.alpha
    enough = int(row["n"]) >= settings.minimum_identities
    if enough and significant and row["mean"] > 0:
        return Verdict(SUPPORTED, p, correction, 0, small)
    if enough and (significant or small):
        return Verdict(NOT_SUPPORTED, p, correction, 0, small)
    needed, g = settings.minimum_identities, float(row["hedges_g"])
    if np.isfinite(g):
        alpha = settings.alpha / (tests if settings.adjust != "none" else 1)
        needed = max(needed, identities_needed(g, alpha, settings.power))
    return Verdict(CANT_TELL, p, correction, needed, small)


def state(clause: str, verdict: str, n: int, needed: int) -> str:
    """Put a clause ("X lowers its activation") into the form of its verdict, without a full stop."""
    if verdict == SUPPORTED:
        return f"Supported: {clause}"
    if verdict == NOT_SUPPORTED:
        return f"Not supported: that {clause}"
    about = f"about {needed:,}" if needed < LARGEST_SAMPLE else f"more than {LARGEST_SAMPLE:,}"
    return f"Can't tell with {n} identities (would need {about}) whether {clause}"


def number(value: float) -> str:
    """Value with three significant digits, and a word where there is none."""
    return f"{value:.3g}" if np.isfinite(value) else "not defined"


def p_words(p: float) -> str:
    """Return "p = 0.012", "p < 0.001" or "no p"."""
    if np.isnan(p):
        return "no p"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def measured(row: Mapping[str, Any], settings: StatisticsSettings) -> str:
    """Return the mean with unit and interval, in words."""
    return (
        f"{number(row['mean'])} {row['unit']} ({settings.confidence:.0%} interval {number(row['low'])} to "
        f"{number(row['high'])})"
    )
