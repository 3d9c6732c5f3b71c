"""The two-sided partner of each palsy: both sides at the gain that the palsy gives to one of them.

A palsy and its partner make a 2 x 2 factorial design, left side x right side. The cost of the palsy less half the cost
of its partner is the interaction of the two sides (`statistics.decomposition`).
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import ClassVar, Final

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.interventions.contract import Intervention, Invariant
from facing_asymmetry.interventions.palsy import (
    SYMMETRIC,
    FacialNerveWeakening,
    OneSidedWeakening,
    RegionalWeakening,
    SymmetricWeakening,
)

PARTNER_SUFFIX: Final = "_two_sided"
"""What the name of the two-sided partner of an intervention ends with."""


def partner_of(name: str) -> str:
    """Name of the two-sided partner of an intervention."""
    return f"{name}{PARTNER_SUFFIX}"


@schema()
class TwoSidedWeakening(SymmetricWeakening):
    """Base of the partners: both sides move s times as far; what the palsy spares moves fully."""

    invariants: ClassVar[frozenset[Invariant]] = SYMMETRIC | {Invariant.SPARED_AT_ZERO}


@schema()
class PalsyTwoSided(TwoSidedWeakening):
    """`rest + t * midline + t * s * muscles`: both sides as weak as the affected side under `palsy`."""

    name: str = "palsy_two_sided"
    kind: ClassVar[str] = "palsy_two_sided"
    summary: ClassVar[str] = "Control: both sides move s times as far as they should; jaw and gaze move fully."
    formula: ClassVar[str] = "rest + t s d"
    purpose: ClassVar[str] = "the additive part of the cost of `palsy`: what two weak halves cost"


@schema()
class FacialNerveTwoSided(TwoSidedWeakening, FacialNerveWeakening):
    """Both sides as weak as the affected side under `palsy_facial_nerve`."""

    name: str = "palsy_facial_nerve_two_sided"
    kind: ClassVar[str] = "palsy_facial_nerve_two_sided"
    summary: ClassVar[str] = "Control: as palsy_two_sided, for the muscles of the facial nerve only."
    formula: ClassVar[str] = "`palsy_two_sided` of what the facial nerve moves"
    purpose: ClassVar[str] = "the additive part of the cost of `palsy_facial_nerve`"


@schema()
class RegionalTwoSided(TwoSidedWeakening, RegionalWeakening):
    """Both sides of one third of the face as weak as the affected side under `region`."""

    name: str = "region_two_sided"
    kind: ClassVar[str] = "region_two_sided"
    summary: ClassVar[str] = "Control: as palsy_two_sided, in the {region} third of the face only."
    formula: ClassVar[str] = "`palsy_two_sided` of the {region} third"
    purpose: ClassVar[str] = "the additive part of the cost of `region_{region}`"


def check_partners(interventions: Sequence[Intervention]) -> None:
    """Refuse `NAME_two_sided` beside a `NAME` that weakens something else: their costs would not add up.

    Raises:
        ConfigError: names both entries and how they differ.
    """
    by_name = {made.name: made for made in interventions}
    for name, made in by_name.items():
        partner = by_name.get(partner_of(name))
        if partner is None:
            continue
        one, two = isinstance(made, OneSidedWeakening), isinstance(partner, TwoSidedWeakening)
        if not (one and two and made.scales == partner.scales):
            raise ConfigError(
                f"interventions.{partner.name} ({_facts(partner)}) is not the two-sided partner of "
                f"interventions.{name} ({_facts(made)}): the cost of {name} would be split wrongly; "
                f"give both the same settings, or call {partner.name} something else"
            )


def _facts(made: Intervention) -> str:
    settings = [f"{key}: {value}" for key, value in asdict(made).items() if key != "name"]
    return ", ".join([f"kind: {made.kind}", *settings])
