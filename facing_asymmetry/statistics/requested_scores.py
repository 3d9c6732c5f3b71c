"""Which scores a study tests, and whether it has the controls that they need."""

from collections.abc import Sequence
from typing import Final

from facing_asymmetry.core.errors import ConfigError
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


def check_requested(names: Sequence[str], interventions: Sequence[str]) -> None:
    """Check the setting `statistics.scores` of a study, before anything is computed.

    The default list and an empty one are what is tested where it exists. A list of your own is taken at its word: the
    study must run the two-sided partner that a part of the palsy's cost needs.

    Args:
        names: Scores to test.
        interventions: Names of the study's interventions.

    Raises:
        ConfigError: A score is unknown, or a part of the cost is named and no intervention has its two-sided partner.
    """
    parts = [name for name in names if score_definition(name).part]
    if not parts or tuple(names) == DEFAULT_SCORES or treated_of(interventions):
        return
    treated = "palsy" if "palsy" in interventions or not interventions else interventions[0]
    wanted = dict.fromkeys([*interventions, treated, partner_of(treated)])
    raise ConfigError(
        f"statistics.scores names {parts[0]}, which needs an intervention and its two-sided partner: add the partner, "
        f"intervention=[{','.join(wanted)}], or take {', '.join(parts)} out of statistics.scores"
    )
