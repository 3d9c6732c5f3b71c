"""Which scores a study tests, and whether it has the controls that they need."""

from collections.abc import Collection, Sequence
from typing import Final

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.statistics.definitions import score_definition
from facing_asymmetry.statistics.parts import PARTS, READINGS, treated_of

DEFAULT_SCORES: Final = (
    "slope",
    "slope_standardised",
    *(f"{part}{form}" for part in PARTS for form in ("", "_standardised")),
    "interaction_at_zero",
    *(f"interaction{suffix}" for suffix in READINGS.values() if suffix),
    *("gradient", "autograd", "autograd_disagreement", "magnitude", "contrast", "flips", "threshold"),
    *("symmetry_specific", "symmetry_specific_standardised", "flips_specific"),
    *("beyond_displacement", "beyond_displacement_standardised"),
)
"""The list of `conf/statistics/default.yaml`. Of this one, scores that a study has no control for are left out."""


PLAIN: Final = Contrast()
"""A study of `palsy` and `bilateral`."""


def check_requested(
    names: Sequence[str],
    interventions: Sequence[str],
    contrast: Contrast = PLAIN,
    derivative: bool = False,
    own: Collection[str] = (),
) -> None:
    """Check the setting `statistics.scores` of a study, before anything is computed.

    The default list and an empty one are what is tested where it exists. A list of your own is taken at its word: the
    study must run the two-sided partner that a part of the palsy's cost needs, and the control of a paired score where
    no other is named.

    Args:
        names: Scores to test.
        interventions: Names of the study's interventions.
        contrast: What the study compares.
        derivative: Whether the study computes the exact derivative.
        own: Names of scores of the user's own, which need nothing.

    Raises:
        ConfigError: A score is unknown, one lacks the partner that it needs, or all of them lack their control or the
            exact derivative.
    """
    definitions = [score_definition(name) for name in names if name not in own]
    if not definitions or tuple(each.name for each in definitions) == DEFAULT_SCORES:
        return
    if not derivative and len(definitions) == len(names) and all(each.exact for each in definitions):
        raise ConfigError(
            f"statistics.scores names {', '.join(names)} and nothing else. That needs the exact derivative: set "
            "derivative=true, or add a score, such as slope"
        )
    compared = [contrast.treated and (each.control or contrast.control) for each in definitions if each.base]
    if len(compared) == len(names) and not set(compared) & set(interventions):
        paired = definitions[0]
        raise ConfigError(
            f"statistics.scores names {paired.name}, which compares an intervention that weakens one side with "
            f"{paired.control or 'a control of equal mean motion'}, and nothing else: run both, "
            f"intervention=[palsy,{paired.control or 'bilateral'}], or add a score, such as slope"
        )
    parts = [each.name for each in definitions if each.part]
    if not parts or treated_of(interventions):
        return
    treated = next((name for name in (contrast.treated, *interventions) if name in interventions), contrast.treated)
    wanted = dict.fromkeys([*interventions, treated, partner_of(treated)])
    raise ConfigError(
        f"statistics.scores names {parts[0]}, which needs an intervention and its two-sided partner: add the partner, "
        f"intervention=[{','.join(wanted)}], or take {', '.join(parts)} out of statistics.scores"
    )
