"""What is claimed: the hypotheses, in the order of the claim sheet, and the verdict on one row of numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import identities_needed

TestRow = dict[str, Any]
"""One row of a test table."""


@dataclass(frozen=True)
class Hypothesis:
    """One clause; true where the mean of its score is above zero.

    Attributes:
        key: Name of the hypothesis in claims.json.
        clause: The claim in words, with the placeholders {who}, {its} and {s}.
        score: Score that is tested.
        intervention: Intervention that it is tested under; {treated} and {control} stand for the run's own.
        control: What the claim rests on, in words; "" where the interaction is its control.
        either_sign: Whether a mean below zero makes it true too.
        by_interval: Whether its rows are shares, judged by their intervals, not by a test.
        sensitivity: Whether it is an older estimate, kept for comparison.
    """

    key: str
    clause: str
    score: str
    intervention: str
    control: str = ""
    either_sign: bool = False
    by_interval: bool = False
    sensitivity: bool = False


FALLS: Final = "slope"
INTERACTION: Final = "interaction"
SHARE: Final = "interaction_share"

HYPOTHESES: Final = {
    hypothesis.key: hypothesis
    for hypothesis in (
        Hypothesis(FALLS, "{who} lower{s} {its} activation when symmetry falls", "slope", "{treated}"),
        Hypothesis(
            INTERACTION,
            "the two sides of the face interact in {who}",
            "interaction",
            "{treated}",
            control="built in, as a judgement of each side on its own, however curved, gives no interaction",
            either_sign=True,
        ),
        Hypothesis(
            SHARE,
            "the interaction of the sides changes what a palsy costs {who}",
            "interaction",
            "{treated}",
            control="built in, as for the interaction",
            either_sign=True,
            by_interval=True,
        ),
        Hypothesis(
            "symmetry_specific",
            "{who} lose{s} more activation when one side weakens than when both weaken alike",
            "symmetry_specific",
            "{treated}-{control}",
            control="built in, as {control} has the same mean motion on both sides; but the curvature of the response "
            "stays in it, so it is no measure of symmetry itself",
            sensitivity=True,
        ),
        Hypothesis(
            "equal_motion",
            "{who} lower{s} {its} activation when motion moves from one side to the other",
            "slope",
            "equal_motion",
            control="built in, as the sum of both sides' motion is constant",
            sensitivity=True,
        ),
        Hypothesis(
            "beyond_displacement",
            "{who} lose{s} more activation when one side weakens than when the face changes as much in a random "
            "symmetric direction",
            "beyond_displacement",
            "{treated}-displacement",
            control="built in, as the random change is symmetric and as large",
            sensitivity=True,
        ),
    )
}
"""In the order of the claim sheet; those whose intervention was not run have no sentence."""

SUPPORTED: Final = "supported"
NOT_SUPPORTED: Final = "not supported"
CANT_TELL: Final = "can't tell"

POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
EQUIVALENT: Final = "equivalent to none"
OUTCOMES: Final = (SUPPORTED, POSITIVE, NEGATIVE, NOT_SUPPORTED, EQUIVALENT, CANT_TELL)
"""In the order in which sentences list them."""

_P_COLUMN: Final = {"holm": "p_holm", "bh": "p_bh", "none": "p_two_sided"}
_CORRECTION: Final = {"holm": "Holm", "bh": "Benjamini-Hochberg", "none": "uncorrected"}


@dataclass(frozen=True)
class ClaimVerdict:
    """ClaimVerdict on a hypothesis.

    Attributes:
        word: `SUPPORTED`, `NOT_SUPPORTED` or `CANT_TELL`.
        p: Two-sided p after correction; NaN where the interval decides.
        correction: Name of the correction, with its number of tests.
        needed: Identities with which a mean of this size would probably be settled; 0 where it is settled.
        small: Whether the effect is below the margin: by TOST, or its interval lies within.
    """

    word: str
    p: float
    correction: str
    needed: int
    small: bool


def sign_of(value: float) -> str:
    """Return `POSITIVE` or `NEGATIVE`; "" for zero or no value."""
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else ""


def outcome(row: TestRow, word: str) -> str:
    """Return the word of a verdict on a row, or what was found in its place for a hypothesis of either sign."""
    if not HYPOTHESES[row["key"]].either_sign or word == CANT_TELL:
        return word
    return sign_of(row["mean"]) if word == SUPPORTED else EQUIVALENT


def judge(
    row: Mapping[str, Any],
    hypothesis: Hypothesis,
    settings: StatisticsSettings,
    p_equivalence: float = float("nan"),
) -> ClaimVerdict:
    """Judge one row of the test table, or of shares.

    It needs enough identities. Supported: the mean differs from zero (corrected p <= alpha; of a share: its interval
    leaves zero out) in a direction that the hypothesis names. Not supported: it differs in the other direction, or is
    equivalent to none. Everything else can't be told.

    Args:
        row: A row of the test table.
        hypothesis: What is judged.
        settings: Level, correction, power, margin and fewest identities.
        p_equivalence: P value of TOST for the standardised form of the same score; NaN where there is none.
    """
    tests, p = max(1, int(row["tests"])), float(row[_P_COLUMN[settings.adjust]])
    correction = _CORRECTION[settings.adjust]
    significant, small = p <= settings.alpha, p_equivalence <= settings.alpha
    if hypothesis.by_interval:
        tests, p, correction = 1, float("nan"), "uncorrected"
        significant = bool(row["low"] > 0 or row["high"] < 0)
        small = bool(-settings.equivalence_margin < row["low"] and row["high"] < settings.equivalence_margin)
    elif settings.adjust != "none":
        correction += f" over {tests} test{'s' if tests > 1 else ''}"
    enough = not settings.no_claim(int(row["n"]))
    if enough and significant and (hypothesis.either_sign or row["mean"] > 0):
        return ClaimVerdict(SUPPORTED, p, correction, 0, small)
    if enough and (significant or small):
        return ClaimVerdict(NOT_SUPPORTED, p, correction, 0, small)
    needed, g = settings.minimum_identities, float(row["hedges_g"])
    if np.isfinite(g):
        alpha = settings.alpha / (tests if settings.adjust != "none" else 1)
        needed = max(needed, identities_needed(g, alpha, settings.power))
    return ClaimVerdict(CANT_TELL, p, correction, needed, small)
