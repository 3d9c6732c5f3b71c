"""How much is simulated and what must come out, for the full calibration and the quick one."""

from dataclasses import dataclass
from typing import Final

from facing_asymmetry.statistics.synthetic import Planted
from facing_asymmetry.validation.calibration.halves import PlantedHalves

NULL: Final = Planted(effect=0.0, control_effect=0.0, identity_sd=1.0)
"""No effect on average; each identity has a slope of its own (sd 1 logit), and every curve bends."""

HALVES_NULL: Final = PlantedHalves(comparison=0.0)
"""Halves that are curved, each in its own way, and add up on average; each identity compares them a little."""

S: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
T: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

HEADLINE: Final = ("slope", "normal", 20)
"""Score, shape and identities of the case whose rates must lie in their bands: the fewest a claim needs."""


@dataclass(frozen=True)
class Design:
    """Size of a calibration.

    Attributes:
        data_sets: Null data sets per case.
        identities: Numbers of identities of the cases.
        shapes: Distributions of the identities' slopes in the cases, keys of `curves.SHAPES`.
        power_sets: Data sets per point of the power surface.
        effects: Means of the power surface, in standard deviations of the score.
        mixed_sets: Null data sets for the mixed model.
        noise_curves: Curves per kind of noise for the shuffle test.
        rate_tolerance: Half width of the band around alpha.
        coverage_tolerance: Half width of the band around the confidence.
        seed: Root of every data set's own seed.
    """

    data_sets: int
    identities: tuple[int, ...]
    shapes: tuple[str, ...]
    power_sets: int
    effects: tuple[float, ...]
    mixed_sets: int
    noise_curves: int
    rate_tolerance: float
    coverage_tolerance: float
    seed: int = 0


FULL_CALIBRATION: Final = Design(
    data_sets=2000,
    identities=(6, 10, 20, 40),
    shapes=("normal", "skewed", "heavy"),
    power_sets=500,
    effects=(0.2, 0.4, 0.6, 0.8, 1.2),
    mixed_sets=400,
    noise_curves=1000,
    rate_tolerance=0.01,
    coverage_tolerance=0.015,
)
"""Bands of the method: 0.05 ± 0.01 and 95 ± 1.5 % over 2,000 data sets (Monte-Carlo error 0.005)."""

QUICK_CALIBRATION: Final = Design(
    data_sets=600,
    identities=(10, 20),
    shapes=("normal",),
    power_sets=60,
    effects=(0.4, 0.8),
    mixed_sets=20,
    noise_curves=100,
    rate_tolerance=0.027,
    coverage_tolerance=0.027,
)
"""Bands are three Monte-Carlo errors of 600 data sets: sqrt(0.05 * 0.95 / 600) = 0.009."""
