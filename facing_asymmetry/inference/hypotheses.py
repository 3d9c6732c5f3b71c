"""What the claim sheet judges: a score under an intervention, the clause it supports, and the control it rests on."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Hypothesis:
    """One clause; true where the mean of its score is above zero.

    Attributes:
        key: of the claim; `clause`: in words, with the places {who}, {its} and {s}.
        score: that is tested, under `intervention` ({treated} and {control} stand for the run's own).
        control: what the claim rests on, in words; "" where another hypothesis is its control.
        resting_on: key of that other hypothesis.
    """

    key: str
    clause: str
    score: str
    intervention: str
    control: str = ""
    resting_on: str = ""


FALLS: Final = "slope"
SPECIFIC: Final = "symmetry_specific"
EQUAL: Final = "equal_motion"
BEYOND: Final = "beyond_displacement"

HYPOTHESES: Final = {
    hypothesis.key: hypothesis
    for hypothesis in (
        Hypothesis(
            FALLS,
            "{who} lower{s} {its} activation when symmetry falls",
            "slope",
            "{treated}",
            resting_on=SPECIFIC,
        ),
        Hypothesis(
            SPECIFIC,
            "{who} lose{s} more activation when one side weakens than when both weaken alike",
            "symmetry_specific",
            "{treated}-{control}",
            control="built in, as {control} has the same mean motion on both sides",
        ),
        Hypothesis(
            EQUAL,
            "{who} lower{s} {its} activation when motion moves from one side to the other",
            "slope",
            "equal_motion",
            control="built in, as the sum of both sides' motion is constant",
        ),
        Hypothesis(
            BEYOND,
            "{who} lose{s} more activation when one side weakens than when the face changes as much in a random "
            "symmetric direction",
            "beyond_displacement",
            "{treated}-displacement",
            control="built in, as the random change is symmetric and as large",
        ),
    )
}
"""In the order of the sheet; those whose intervention was not run have no sentence."""
