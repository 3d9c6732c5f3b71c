"""Who is drawn: traits stratified over sex, age and ancestry, then enough local variation that no two look alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import ConfigError

SEXES: Final = ("female", "male")
ANCESTRIES: Final = ("caucasian", "african", "asian")
AGES: Final = ("young", "middleage", "old")
"""Strata of age; their ranges in years are in `AGE_RANGES`."""

AGE_RANGES: Final = {"young": (19.0, 32.0), "middleage": (36.0, 54.0), "old": (57.0, 72.0)}

SEED: Final = 20240915
"""Second half of every identity's seed; changing it changes every face."""


@dataclass(frozen=True)
class Traits:
    """What was drawn for one identity.

    Attributes:
        number: its number.
        sex: of the stratum.
        ancestry: of the stratum.
        age_group: of the stratum.
        age: years.
        mixture: share of each ancestry, the stratum's being the largest.
        weight: -1 to 1.
        muscle: -1 to 1.
        local: about 100 shape parameters by name, -1 to 1.
        shades: uniform numbers in [0, 1] for skin tone, eye colour, hair and brows, by name.
    """

    number: int
    sex: str
    ancestry: str
    age_group: str
    age: float
    mixture: Mapping[str, float]
    weight: float
    muscle: float
    local: Mapping[str, float]
    shades: Mapping[str, float]

    def in_words(self) -> dict[str, str | float]:
        """The traits a table records."""
        return {
            "sex": self.sex,
            "ancestry": self.ancestry,
            "age_group": self.age_group,
            "age": round(self.age, 1),
            "weight": round(self.weight, 2),
        }


def stratum(number: int) -> tuple[str, str, str]:
    """Sex, ancestry and age group of an identity: any 6 in a row have each sex and ancestry, any 18 each combination.

    Raises:
        ConfigError: the number is negative.
    """
    if number < 0:
        raise ConfigError(f"identity number {number} is negative; identities are numbered from 0")
    sex, ancestry, block = number % 2, (number // 2) % 3, (number // 6) % 3
    return SEXES[sex], ANCESTRIES[ancestry], AGES[(ancestry + sex + block) % 3]


def draw_traits(number: int, local_names: tuple[str, ...]) -> Traits:
    """Traits of one identity; the same number gives the same traits on every machine.

    Args:
        number: 0 or more.
        local_names: names of the local shape parameters, in a fixed order.

    Raises:
        ConfigError: the number is negative.
    """
    sex, ancestry, age_group = stratum(number)
    random = np.random.default_rng([number, SEED])
    low, high = AGE_RANGES[age_group]
    own = random.uniform(0.78, 1.0)
    others = [name for name in ANCESTRIES if name != ancestry]
    split = random.uniform(0.0, 1.0)
    mixture = {ancestry: own, others[0]: (1.0 - own) * split, others[1]: (1.0 - own) * (1.0 - split)}
    age = random.uniform(low, high)
    weight, muscle = np.clip(random.normal([0.0, 0.1], [0.45, 0.35]), -0.85, 0.85)
    values = np.clip(random.normal(0.0, 1.0, len(local_names)), -2.0, 2.0)
    local = {name: float(value) * _spread(name) for name, value in zip(local_names, values, strict=True)}
    shades = {name: float(random.uniform()) for name in SHADES}
    return Traits(number, sex, ancestry, age_group, age, mixture, float(weight), float(muscle), local, shades)


SHADES: Final = ("skin", "warmth", "eyes", "hair", "style", "brows", "lips", "grey", "beard", "noise")
"""Names of the uniform numbers in `Traits.shades`, in the order in which they are drawn."""

_SPREADS: Final = {
    "eyes/eye-scale": 0.099,
    "eyes/eye-trans": 0.088,
    "eyes/eye-push": 0.066,
    "eyes/eye-height": 0.11,
    "eyes/eye-epicanthus": 0.0825,
    "eyes/eye-bag": 0.088,
    "ears/": 0.138,
    "neck/": 0.066,
    "mouth/mouth-scale": 0.11,
    "mouth/mouth-trans": 0.099,
    "mouth/mouth-angles": 0.055,
    "mouth/mouth-laugh": 0.0825,
    "mouth/": 0.132,
    "nose/nose-trans": 0.099,
    "nose/nose-compression": 0.066,
    "nose/": 0.165,
    "head/head-scale": 0.154,
    "head/head-trans": 0.055,
    "head/head-angle": 0.0825,
    "head/head-back": 0.11,
    "head/": 0.16,
    "eyebrows/": 0.165,
    "chin/": 0.187,
    "cheek/": 0.187,
    "forehead/": 0.154,
}


def _spread(name: str) -> float:
    """Standard deviation of a local parameter: the first prefix that fits."""
    return next((spread for prefix, spread in _SPREADS.items() if name.startswith(prefix)), 0.15)


def macro_weights(traits: Traits) -> dict[str, float]:
    """Weight of each macro target (`asian-male-old`, `universal-male-old-maxmuscle-minweight`): multiplied shares."""
    # the published ages are 25 and 90 years
    old = float(np.clip((traits.age - 25.0) / 65.0, 0.0, 1.0))
    ages = {"young": 1.0 - old, "old": old}

    def levels(name: str, value: float) -> dict[str, float]:
        extreme = ("max" if value > 0 else "min") + name
        return {f"average{name}": 1.0 - abs(value), extreme: abs(value)}

    weights: dict[str, float] = {}
    for age, age_share in ages.items():
        for ancestry, share in traits.mixture.items():
            weights[f"{ancestry}-{traits.sex}-{age}"] = age_share * share
        for muscle, muscle_share in levels("muscle", traits.muscle).items():
            for fat, fat_share in levels("weight", traits.weight).items():
                weights[f"universal-{traits.sex}-{age}-{muscle}-{fat}"] = age_share * muscle_share * fat_share
    return {name: value for name, value in weights.items() if value > 0.0}


def local_effect(
    local: Mapping[str, float], names: tuple[str, ...], lower: Float[ndarray, "P S 3"], higher: Float[ndarray, "P S 3"]
) -> Float[ndarray, "S 3"]:
    """Displacement of the local parameters: the `higher` target for positive values, `lower` for negative."""
    values = np.array([local[name] for name in names])
    up, down = np.clip(values, 0.0, None), np.clip(-values, 0.0, None)
    return np.einsum("p,psk->sk", up, higher, dtype=np.float64) + np.einsum("p,psk->sk", down, lower, dtype=np.float64)
