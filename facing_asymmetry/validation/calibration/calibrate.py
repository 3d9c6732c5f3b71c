"""The whole calibration: null cases, power, the mixed model, and the tests that should not be used."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.effects import power_of
from facing_asymmetry.validation.calibration.design import HEADLINE, NULL, Design, S, T
from facing_asymmetry.validation.calibration.interaction import calibrate_interaction
from facing_asymmetry.validation.calibration.rates import Band, histogram, rate
from facing_asymmetry.validation.calibration.simulation import (
    SHUFFLES,
    Each,
    MixedCase,
    NoiseCase,
    NullCase,
    NullSet,
    PowerCase,
)

Tell = Callable[[str], None]

RHOS: Final = (0.0, 0.3, 0.5, 0.7, 0.9)
"""Autocorrelations of the noise that the shuffle test is given."""

NOISE_LENGTHS: Final = (30, 100)
"""Lengths of that noise: the finer the grid, the more often the shuffle test rejects without an effect."""

Record = dict[str, Any]

Key = tuple[str, str, int]


def calibrate(design: Design, each: Each, tell: Tell = lambda _: None) -> Record:
    """Run a calibration and return it as one record for JSON.

    Keys: `false_positive_rate`, `coverage` (of the headline case, with band and `passed`),
    `shuffle_false_positive_rate` (on the same data sets), `passed`; `interaction` with its own rates and bands;
    `cases`, `power`, `noise`, `mixed_model`, `grid_cells` and `histograms` in full; `design` and `settings` that make
    them.

    Args:
        design: What is simulated, and how much.
        each: Spreads data sets over processes.
        tell: Called with a line of text when a part begins.
    """
    settings = StatisticsSettings()
    headline = _null(design, HEADLINE, each, tell)
    cases = [
        _case(key, headline if key == HEADLINE else _null(design, key, each, tell), settings.alpha)
        for key in case_keys(design)
    ]
    alpha = settings.alpha
    false = Band(rate([one.p_two_sided <= alpha for one in headline]), alpha, design.rate_tolerance)
    covered = Band(rate([one.covered for one in headline]), settings.confidence, design.coverage_tolerance)
    interaction = calibrate_interaction(design, each, tell)
    return {
        "false_positive_rate": false.record(),
        "coverage": covered.record(),
        "shuffle_false_positive_rate": rate([one.p_shuffle <= alpha for one in headline]).record(),
        "passed": false.passed and covered.passed and interaction["passed"],
        "headline": dict(zip(("score", "shape", "identities"), HEADLINE, strict=True)),
        "interaction": interaction,
        "cases": cases,
        "grid_cells": rate([one.p_nodes <= alpha for one in headline]).record(),
        "mixed_model": _mixed(design, each, tell, alpha),
        "noise": [_noise(design, rho, nodes, each, tell, alpha) for nodes in NOISE_LENGTHS for rho in RHOS],
        "power": [_power(design, effect, n, each, tell) for n in design.identities for effect in design.effects],
        "histograms": {
            "sign_flip": histogram([one.p_two_sided for one in headline]),
            "shuffle": histogram([one.p_shuffle for one in headline]),
        },
        "design": vars(design) | {"s": S, "t": T, "null": vars(NULL), "shuffles": SHUFFLES},
        "settings": vars(settings),
    }


def case_keys(design: Design) -> list[Key]:
    """Score, shape and identities of every null case; `symmetry_specific` at the headline's shape and size only."""
    slopes = [("slope", shape, n) for shape in design.shapes for n in design.identities]
    return [*slopes, ("symmetry_specific", HEADLINE[1], HEADLINE[2])]


def _null(design: Design, key: Key, each: Each, tell: Tell) -> list[NullSet]:
    score, shape, identities = key
    tell(f"{design.data_sets:,} null data sets: {score}, {shape}, n = {identities}")
    return each(NullCase(score, shape, identities, design.seed), design.data_sets)


def _case(key: Key, found: Sequence[NullSet], alpha: float) -> Record:
    return {
        **dict(zip(("score", "shape", "identities"), key, strict=True)),
        "false_positive_rate": rate([one.p_two_sided <= alpha for one in found]).record(),
        "false_positive_rate_one_sided": rate([one.p_one_sided <= alpha for one in found]).record(),
        "false_positive_rate_other_side": rate([one.p_other_side <= alpha for one in found]).record(),
        "coverage": rate([one.covered for one in found]).record(),
        "shuffle_false_positive_rate": rate([one.p_shuffle <= alpha for one in found]).record(),
        "shuffle_of_one_curve": rate([one.p_shuffle_one <= alpha for one in found]).record(),
        "grid_cells": rate([one.p_nodes <= alpha for one in found]).record(),
    }


def _mixed(design: Design, each: Each, tell: Tell, alpha: float) -> Record:
    tell(f"{design.mixed_sets:,} mixed models")
    found = each(MixedCase(HEADLINE[2], design.seed), design.mixed_sets)
    return {
        "identities": HEADLINE[2],
        "false_positive_rate": rate([p <= alpha for p, *_ in found]).record(),
        "coverage": rate([covered for _, covered, _ in found]).record(),
        "methods": {name: sum(method == name for *_, method in found) for name in sorted({m for *_, m in found})},
    }


def _noise(design: Design, rho: float, nodes: int, each: Each, tell: Tell, alpha: float) -> Record:
    tell(f"{design.noise_curves:,} curves of noise for the shuffle test: AR(1), rho = {rho:g}, {nodes} nodes")
    found = each(NoiseCase(rho, nodes, design.seed), design.noise_curves)
    return {"rho": rho, "nodes": nodes, "shuffle_false_positive_rate": rate([p <= alpha for p in found]).record()}


def _power(design: Design, effect: float, identities: int, each: Each, tell: Tell) -> Record:
    tell(f"{design.power_sets:,} data sets for power: effect {effect:g} sd, n = {identities}")
    case = PowerCase(effect, identities, design.seed)
    predicted = power_of(effect, identities, case.settings.alpha)
    found = rate(each(case, design.power_sets))
    return {"effect": effect, "identities": identities, "power": found.record(), "predicted": predicted}
