"""Slopes of one configuration, by the study's own machinery, without its run folder."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from facing_asymmetry.app.hydra import compose_config, set_threads
from facing_asymmetry.config import StatisticsSettings, read_config
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.runs.cells import cells_of
from facing_asymmetry.runs.intervene import compute
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.study import Study
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.score_table import score_table

SIDE: Final = "left"
UNIT: Final = ["classifier", "emotion"]


@dataclass(frozen=True)
class Slopes:
    """What one configuration gave.

    Attributes:
        scores: the score `slope` of every face; `settings`: of the interval.
        frames: rendered for it; `seconds`: from configuration to scores.
    """

    scores: pd.DataFrame
    settings: StatisticsSettings
    frames: int
    seconds: float

    def tested(self, seed: int | None = None) -> pd.DataFrame:
        """`mean`, `low` and `high` over identities, by classifier and emotion; `seed` of the resampling."""
        settings = self.settings if seed is None else replace(self.settings, seed=seed)
        return hypothesis_tests(self.scores, settings).set_index(UNIT)[["mean", "low", "high"]]


def slopes_of(overrides: Sequence[str], progress: Progress, threads: int = 0) -> Slopes:
    """Compose, render, classify and score; the store keeps faces and searched expressions, and no responses.

    Args:
        overrides: of the configuration; `threads`: 0 for one per core, which is what the caller gets back.

    Raises:
        ConfigError: an override is wrong; AssetError: weights or face model are missing.
    """
    began = time.perf_counter()
    set_threads(threads)
    try:
        study = Study(read_config(compose_config(overrides)))
        expressions = find_expressions(study, progress)
        cells = [cell for cell in cells_of(study, expressions) if cell.side == SIDE]
        scores = score_table((table for _, table in compute(study, cells)), ["slope"])
    finally:
        set_threads(0)
    settings = replace(study.config.statistics, scores=("slope",))
    return Slopes(scores, settings, study.counts.frames, time.perf_counter() - began)
