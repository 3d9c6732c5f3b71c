"""Names under which a run's numbers stand in W&B; what logs them and the dashboard that shows them agree here.

A job with one network leaves the network's name out, so that one chart compares the same number over all jobs of a
sweep. A job with several appends it.
"""

from typing import Final

FIELDS: Final = ("mean", "low", "high", "p_holm", "n")
"""What the summary holds of each test: mean with its interval, corrected p, number of faces."""

SYMMETRY: Final = "s"
"""The history's axis: symmetry, from 0 (affected side still) to 1 (symmetric)."""

CURVES: Final = {
    "activation": "mean logit at full intensity under the one-sided intervention",
    "activation_sd": "its standard deviation over faces",
    "control": "mean logit at full intensity under the two-sided control",
    "recognised": "share of faces still recognised as the emotion",
}
"""History: name of each curve and what it is."""

SHEET: Final = "figures/f2_expressions"
"""The contact sheet: the expression that each network was shown."""


def score_key(score: str, intervention: str, emotion: str, field: str, network: str = "") -> str:
    """Summary: one number of one test, as in `slope/palsy/happiness/mean`."""
    return _joined(score, intervention, emotion, field, network)


def curve_key(curve: str, emotion: str, network: str = "") -> str:
    """History: one of `CURVES`, as in `activation/happiness`."""
    return _joined(curve, emotion, network)


def surface_key(emotion: str) -> str:
    """Picture of the activation over symmetry and intensity, as in `surface/happiness`."""
    return _joined("surface", emotion)


def verdict_key(hypothesis: str, network: str = "") -> str:
    """Summary: `supported`, `not supported` or `can't tell`, as in `verdict/symmetry_specific`."""
    return _joined("verdict", hypothesis, network)


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
