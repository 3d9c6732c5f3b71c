"""The tables that a run adds if the settings ask for them: mixed models and the shuffle test."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.results.layout import MIXED_FILE, SHUFFLE_FILE
from facing_asymmetry.results.response_table import read_chunks


def optional_tables(responses: Path, settings: StatisticsSettings) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the file name and the table of each analysis that the settings ask for.

    Args:
        responses: The response table's file; it is read in pieces.
        settings: `mixed_model` and `shuffle` say which tables.
    """
    if settings.mixed_model:
        from facing_asymmetry.statistics.mixed_model import mixed_table

        yield MIXED_FILE, mixed_table(read_chunks(responses), settings.confidence)
    if settings.shuffle:
        from facing_asymmetry.statistics.shuffle import shuffle_table

        yield SHUFFLE_FILE, shuffle_table(read_chunks(responses), settings.shuffles, settings.alpha, settings.seed)
