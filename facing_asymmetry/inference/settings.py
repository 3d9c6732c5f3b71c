"""Settings of the tests; `conf/statistics` holds the same fields."""

from dataclasses import dataclass
from typing import Final

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.scores.registry import score_definition

ADJUSTMENTS: Final = ("holm", "bh", "none")
INTERVALS: Final = ("bca_expanded", "bca")
LEAST: Final = {"permutations": 9999, "resamples": 999, "minimum_identities": 2, "shuffles": 99, "seed": 0}
"""Smallest allowed value of each whole number."""


@dataclass(frozen=True)
class StatisticsSettings:
    """How identities are compared.

    Attributes:
        permutations: sign flips drawn where 2^n exceeds them; `resamples`: of the bootstrap.
        confidence: level of intervals; `interval`: one of `INTERVALS`.
        minimum_identities: fewest identities for a claim; `alpha`: level of a claim after `adjust` (one of
            `ADJUSTMENTS`).
        power: of the minimum detectable effect and of the identities that would be needed.
        equivalence_margin: share of the expression's activation below which a standardised score counts as no effect.
        accepted_only: leave out identities whose full symmetric face isn't read as the emotion.
        mixed_model: fit a mixed model to every cell too. shuffle: run the shuffle test beside them, for comparison
            only, with so many `shuffles` per curve.
        seed: root of every cell's own seed; `scores`: names to test, all where empty.

    Raises:
        ConfigError: a value is out of range; the message names its key.
    """

    permutations: int = 9999
    resamples: int = 9999
    confidence: float = 0.95
    interval: str = "bca_expanded"
    minimum_identities: int = 20
    alpha: float = 0.05
    adjust: str = "holm"
    power: float = 0.8
    equivalence_margin: float = 0.1
    accepted_only: bool = False
    mixed_model: bool = True
    shuffle: bool = False
    shuffles: int = 999
    seed: int = 0
    scores: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for key, least in LEAST.items():
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ConfigError(f"statistics.{key} = {value!r} must be a whole number of at least {least:,}")
        for key in ("confidence", "alpha", "power"):
            value = getattr(self, key)
            if not isinstance(value, int | float) or not 0 < value < 1:
                raise ConfigError(f"statistics.{key} = {value!r} must lie between 0 and 1, both excluded")
        if not isinstance(self.equivalence_margin, int | float) or not self.equivalence_margin > 0:
            raise ConfigError(f"statistics.equivalence_margin = {self.equivalence_margin!r} must be above 0")
        for key in ("accepted_only", "mixed_model", "shuffle"):
            if not isinstance(getattr(self, key), bool):
                raise ConfigError(f"statistics.{key} = {getattr(self, key)!r} must be true or false")
        for key, choices in (("adjust", ADJUSTMENTS), ("interval", INTERVALS)):
            if getattr(self, key) not in choices:
                raise ConfigError(f"statistics.{key} = {getattr(self, key)!r}; choose one of {', '.join(choices)}")
        object.__setattr__(self, "scores", tuple(score_definition(name).name for name in self.scores))
