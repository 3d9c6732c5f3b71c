"""Whether a gate may be called a repair, in one word and a few sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PHOTOGRAPHS_KEPT: Final = 0.99
"""Share of ordinary photographs whose prediction must stay."""

RENDERS_KEPT: Final = 0.98
"""Share of turned and of lit renders whose prediction must stay."""

HALF: Final = 0.5
"""Share of the palsy's cost that is left where it counts as halved."""

LIMITS: Final = "Rendered faces and composites, no patients."
"""What every result of a repair says of itself."""

NO_PHOTOGRAPHS: Final = (
    "No photographs were given. A gate from renders alone may do little on photographs: name a folder of people with "
    "neutral photographs of their own."
)


@dataclass(frozen=True)
class Verdict:
    """What may be said.

    Attributes:
        repaired: whether it may be called a repair.
        head: in a few words.
        reasons: what speaks against it, and what must be known; one sentence each.
    """

    repaired: bool
    head: str
    reasons: tuple[str, ...]


def judge(before: Mapping[str, float], after: Mapping[str, float], photographs: Mapping[str, float]) -> Verdict:
    """Judge a gate.

    Args:
        before: measures of the classifier as it is, on people that no gate has seen.
        after: the same behind the gate.
        photographs: `photograph_measures` behind gates that have not seen the person; empty without photographs.
    """
    faults = [
        f"Of {words}, {after[f'{name}: same prediction']:.1%} keep their prediction; {RENDERS_KEPT:.0%} are needed."
        for name, words in (("yaw", "turned faces"), ("light", "faces lit from the side"))
        if after[f"{name}: same prediction"] < RENDERS_KEPT
    ]
    if photographs and photographs["same prediction"] < PHOTOGRAPHS_KEPT:
        faults.append(
            f"Of {photographs['ordinary photographs']:.0f} ordinary photographs {photographs['same prediction']:.1%} "
            f"keep their prediction; {PHOTOGRAPHS_KEPT:.0%} are needed."
        )
    for name, words in (("palsy cost", "The palsy's cost"), ("shift of all logits", "The shift of all logits")):
        if not after[name] < before[name]:
            faults.append(f"{words} does not fall ({before[name]:.2f} to {after[name]:.2f}).")
    left = after["palsy cost"] / before["palsy cost"] if before["palsy cost"] else float("nan")
    warnings = [] if photographs else [NO_PHOTOGRAPHS]
    if faults:
        return Verdict(False, "Not a repair", (*faults, *warnings, LIMITS))
    word = "Repaired" if left <= HALF else "Repaired in part"
    return Verdict(True, f"{word}: {left:.0%} of the palsy's cost is left", (*warnings, LIMITS))
