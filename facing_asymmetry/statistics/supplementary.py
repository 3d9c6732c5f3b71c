"""What a run computes beside its tests over identities, from the response table as a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.results.response_table import read_chunks

MIXED: Final = "mixed.csv"
SHUFFLE: Final = "shuffle.csv"
"""Names in the run folder."""


def further_tables(responses: Path, settings: StatisticsSettings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield file name and table of what the settings ask for: the mixed models, the shuffle test."""
    if settings.mixed_model:
        from facing_asymmetry.statistics.mixed_model import mixed_table

        yield MIXED, mixed_table(read_chunks(responses), settings.confidence)
    if settings.shuffle:
        from facing_asymmetry.statistics.shuffle import shuffle_table

        yield SHUFFLE, shuffle_table(read_chunks(responses), settings.shuffles, settings.alpha, settings.seed)
