"""Calibration of the interaction: halves that are curved and add up, where it is 0 and `symmetry_specific` is not."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import minimum_detectable_effect, power_of
from facing_asymmetry.statistics.hypothesis_tests import configured_interval
from facing_asymmetry.statistics.resampling import generator, sign_flip_test
from facing_asymmetry.validation.calibration.curves import specific_of
from facing_asymmetry.validation.calibration.design import HALVES_NULL, HEADLINE, Design
from facing_asymmetry.validation.calibration.halves import (
    HalvesCurves,
    cost_of,
    draw_halves,
    interaction_of,
    interaction_sd,
    true_interaction,
)
from facing_asymmetry.validation.calibration.rates import Band, histogram, rate
from facing_asymmetry.validation.calibration.simulation import (
    S_AXIS,
    T_AXIS,
    Each,
)

PLANTED_EFFECT: Final = 1.0
"""Mean interaction of the data sets that test the coverage of a true value, in standard deviations of the score."""

LEVEL_SETS: Final = 5
"""Null data sets of the interaction's level, as a multiple of the design's: its band is a fifth of the level wide, and
over 2,000 data sets the Monte-Carlo error alone is half of that."""

FACES_OF_THE_COST: Final = 20_000
"""Identities over which the mean palsy cost of the simulated halves is taken."""


class InteractionSet(NamedTuple):
    """What was found in one data set.

    Attributes:
        p: Two-sided p of the interaction.
        covered: Whether its interval holds the true mean.
        p_specific: Two-sided p of `symmetry_specific` on the same faces.
    """

    p: float
    covered: bool
    p_specific: float


@dataclass(frozen=True)
class InteractionCase:
    """A family of data sets of curved halves; called with the number of one, it returns what was found in it.

    Attributes:
        effect: Mean interaction, in standard deviations of the score; 0 is the null.
        shape: A key of `curves.SHAPES`.
        identities: Number of identities.
        seed: Root of all random streams.
        settings: Settings of the tests.
    """

    effect: float
    shape: str
    identities: int
    seed: int = 0
    settings: StatisticsSettings = field(default_factory=StatisticsSettings)

    @property
    def truth(self) -> float:
        """Mean interaction, in logits."""
        return self.effect * interaction_sd(HALVES_NULL, S_AXIS, T_AXIS)

    def curves(self, index: int) -> HalvesCurves:
        """The data of one data set."""
        unit = true_interaction(replace(HALVES_NULL, comparison=1.0), S_AXIS, T_AXIS)
        planted = replace(HALVES_NULL, comparison=self.truth / unit)
        rng = generator(self.seed, "halves", self.effect, self.shape, self.identities, index)
        return draw_halves(planted, self.identities, S_AXIS, T_AXIS, rng, self.shape)

    def __call__(self, index: int) -> InteractionSet:
        """Analyse data set `index` as a run does."""
        curves = self.curves(index)
        values = interaction_of(curves, S_AXIS, T_AXIS)
        interval = configured_interval(values, self.settings, self._stream("bootstrap", index))
        stream = self._stream("permutation of symmetry_specific", index)
        specific = sign_flip_test(specific_of(curves, S_AXIS, T_AXIS), self.settings.permutations, stream)
        covered = bool(interval.low <= self.truth <= interval.high)
        return InteractionSet(self.p(values, index), covered, specific.p_two_sided)

    def p(self, values: Float[ndarray, " N"], index: int) -> float:
        """Two-sided p of the values of data set `index`."""
        return sign_flip_test(values, self.settings.permutations, self._stream("permutation", index)).p_two_sided

    def _stream(self, use: str, index: int) -> np.random.Generator:
        return generator(self.seed, use, "interaction", self.effect, self.shape, self.identities, index)


@dataclass(frozen=True)
class InteractionPower:
    """Data sets of a case; returns whether the interaction is detected at two-sided alpha."""

    case: InteractionCase

    def __call__(self, index: int) -> bool:
        """Test data set `index`."""
        values = interaction_of(self.case.curves(index), S_AXIS, T_AXIS)
        return self.case.p(values, index) <= self.case.settings.alpha


def calibrate_interaction(design: Design, each: Each, tell: Callable[[str], None]) -> dict[str, Any]:
    """Calibrate the interaction's test and interval.

    Keys: `false_positive_rate`, `coverage` and `coverage_of_effect` (of the headline's shape and size, each with band
    and `passed`), `symmetry_specific` (how often it rejects on the same null data sets), `passed`; `cases`, `power`,
    `minimum_detectable` and `histograms` in full; `halves` that are simulated.

    Args:
        design: What is simulated, and how much.
        each: Spreads data sets over processes.
        tell: Called with a line of text when a part begins.
    """
    settings = StatisticsSettings()
    alpha = settings.alpha
    _, shape, n = HEADLINE
    keys = dict.fromkeys([*((shape, one) for one in design.identities), *((one, n) for one in design.shapes)])
    found = {key: _sets(design, 0.0, *key, each, tell) for key in keys}
    headline = found[shape, n]
    moved = _sets(design, PLANTED_EFFECT, shape, n, each, tell)
    tell(f"{LEVEL_SETS * design.data_sets:,} data sets of curved halves for the level: {shape}, n = {n}")
    level = each(InteractionPower(InteractionCase(0.0, shape, n, design.seed)), LEVEL_SETS * design.data_sets)
    false = Band(rate(level), alpha, design.rate_tolerance)
    covered, of_effect = (
        Band(rate([one.covered for one in sets]), settings.confidence, design.coverage_tolerance)
        for sets in (headline, moved)
    )
    return {
        "false_positive_rate": false.record(),
        "coverage": covered.record(),
        "coverage_of_effect": of_effect.record(),
        "symmetry_specific": rate([one.p_specific <= alpha for one in headline]).record(),
        "passed": false.passed and covered.passed and of_effect.passed,
        "cases": [
            {
                "score": "interaction",
                **dict(zip(("shape", "identities"), key, strict=True)),
                "false_positive_rate": rate([one.p <= alpha for one in sets]).record(),
                "coverage": rate([one.covered for one in sets]).record(),
                "symmetry_specific": rate([one.p_specific <= alpha for one in sets]).record(),
            }
            for key, sets in found.items()
        ],
        "power": [
            _power(design, e, one, design.power_sets, each, tell) for one in design.identities for e in design.effects
        ],
        "minimum_detectable": [_detectable(design, one, each, tell) for one in design.identities],
        "histograms": {
            "interaction": histogram([one.p for one in headline]),
            "symmetry_specific": histogram([one.p_specific for one in headline]),
        },
        "effect_covered": PLANTED_EFFECT,
        "halves": vars(HALVES_NULL),
    }


def _sets(
    design: Design, effect: float, shape: str, n: int, each: Each, tell: Callable[[str], None]
) -> list[InteractionSet]:
    tell(f"{design.data_sets:,} data sets of curved halves: interaction {effect:g} sd, {shape}, n = {n}")
    return each(InteractionCase(effect, shape, n, design.seed), design.data_sets)


def _power(design: Design, effect: float, n: int, sets: int, each: Each, tell: Callable[[str], None]) -> dict[str, Any]:
    tell(f"{sets:,} data sets of curved halves for power: interaction {effect:.3g} sd, n = {n}")
    case = InteractionCase(effect, HEADLINE[1], n, design.seed)
    found = rate(each(InteractionPower(case), sets))
    predicted = power_of(effect, n, case.settings.alpha)
    return {"effect": effect, "identities": n, "power": found.record(), "predicted": predicted}


def _detectable(design: Design, n: int, each: Each, tell: Callable[[str], None]) -> dict[str, Any]:
    """Power at the smallest interaction that n identities should detect, and its share of the palsy cost."""
    settings = StatisticsSettings()
    effect = minimum_detectable_effect(n, settings.alpha, settings.power)
    many = draw_halves(HALVES_NULL, FACES_OF_THE_COST, S_AXIS, T_AXIS, generator(design.seed, "palsy cost"))
    size = effect * interaction_sd(HALVES_NULL, S_AXIS, T_AXIS)
    share = size / (float(cost_of(many, S_AXIS, T_AXIS).mean()) + size)
    return {**_power(design, effect, n, design.data_sets, each, tell), "share": share}
