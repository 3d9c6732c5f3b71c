"""Which intervention claims are about, and the control of equal mean motion that it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.contract import Intervention, Invariant

PALSY: Final = "palsy"
BILATERAL: Final = "bilateral"


@dataclass(frozen=True)
class Contrast:
    """What a run compares.

    Attributes:
        treated: name of the intervention that weakens one side; empty where none was run: nothing can be claimed.
        control: name of its two-sided control of equal mean motion; empty where none was run.
    """

    treated: str = PALSY
    control: str = BILATERAL


def contrast_of(interventions: Sequence[Intervention], treated: str = "", control: str = "") -> Contrast:
    """What a study of these interventions compares.

    Args:
        interventions: of the study, in their order.
        treated: setting `statistics.treated`; empty takes `palsy`, or else the first that weakens one side.
        control: setting `statistics.control`; empty takes `bilateral` where the treated one moves the face as `palsy`.

    Raises:
        ConfigError: a setting names what the study does not run, or what is not of its kind.
    """
    sided = [one for one in interventions if weakens_one_side(one)]
    both = [one for one in interventions if one.sides == ("both",)]
    _check("treated", treated, "that weaken one side", sided)
    _check("control", control, "of both sides", both)
    found = next((one for one in sided if one.name == (treated or PALSY)), sided[0] if sided else None)
    if found is None:
        return Contrast("", "")
    fits = Invariant.MEAN_MOTION_OF_PALSY in found.invariants and any(one.name == BILATERAL for one in both)
    return Contrast(found.name, control or (BILATERAL if fits else ""))


def weakens_one_side(intervention: Intervention) -> bool:
    """Whether it has a left and a right form, and promises that the face is the less symmetric the smaller s is."""
    return {"left", "right"} <= set(intervention.sides) and (
        Invariant.MORE_IS_MORE_SYMMETRIC in intervention.invariants
    )


def _check(key: str, name: str, kind: str, offered: Sequence[Intervention]) -> None:
    names = [one.name for one in offered]
    if name and name not in names:
        there = f"choose one of {', '.join(names)}" if names else "there is none"
        raise ConfigError(f"statistics.{key} = {name!r}; of this study's interventions {kind}, {there}")
