"""Slopes of one configuration, computed as a run computes them, without a run folder."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from facing_asymmetry.config import StatisticsSettings, read_config
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.threads import set_threads
from facing_asymmetry.runs.cells import cells_of
from facing_asymmetry.runs.intervene import compute
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.study import Study
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.score_table import score_table

SIDE: Final = "left"
PAIR_COLUMNS: Final = ["classifier", "emotion"]

Compose = Callable[[Sequence[str]], Mapping[str, Any]]
"""From overrides to a composed configuration."""


@dataclass(frozen=True)
class Slopes:
    """What one configuration gave.

    Attributes:
        scores: The score `slope` of every identity.
        settings: Settings of the interval.
        frames: Frames rendered.
        seconds: Wall time from configuration to scores.
        cpu_seconds: Processor time of the same, over all threads.
    """

    scores: pd.DataFrame
    settings: StatisticsSettings
    frames: int
    seconds: float
    cpu_seconds: float

    def tested(self, seed: int | None = None) -> pd.DataFrame:
        """Return `mean`, `low` and `high` over identities, by classifier and emotion.

        Args:
            seed: Seed of the resampling; None takes that of the settings.
        """
        settings = self.settings if seed is None else replace(self.settings, seed=seed)
        return hypothesis_tests(self.scores, settings).set_index(PAIR_COLUMNS)[["mean", "low", "high"]]


def slopes_of(compose: Compose, overrides: Sequence[str], progress: Progress, threads: int = 0) -> Slopes:
    """Compose, render, classify and score. The store keeps faces and searched expressions, and no responses.

    Args:
        compose: Makes a configuration of the overrides.
        overrides: Overrides of the configuration.
        progress: Shows what is computed.
        threads: Threads for this configuration; 0 means one per core, which is also what is set afterwards.

    Raises:
        ConfigError: An override is wrong.
        AssetError: Weights or face model are missing.
    """
    began, worked = time.perf_counter(), time.process_time()
    set_threads(threads)
    try:
        study = Study(read_config(compose(overrides)))
        expressions = find_expressions(study, progress)
        cells = [cell for cell in cells_of(study, expressions) if cell.side == SIDE]
        scores = score_table((table for _, table in compute(study, cells)), ["slope"])
    finally:
        set_threads(0)
    settings = replace(study.config.statistics, scores=("slope",))
    taken = time.perf_counter() - began, time.process_time() - worked
    return Slopes(scores, settings, study.counts.frames, *taken)
