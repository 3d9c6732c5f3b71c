"""Anyone's table as a score table: what is missing is filled with constants, so that `test_table` takes it."""

from typing import Final

import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.score_table import COLUMNS

DEFAULTS: Final[dict[str, str | bool]] = {"side": "both", "accepted": True, "unit": "units of value", "score": "value"}
"""What a missing column is filled with; all others get "own"."""


def own_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Return a score table with the columns of `scores.table.COLUMNS` from one that has at least identity and value.

    Columns that are there and named as in the score table are kept: `classifier`, `emotion`, `intervention`, `side`,
    `score` and the like divide the rows into cells.

    Raises:
        DataError: the table lacks identity or value.
    """
    missing = [name for name in ("identity", "value") if name not in table.columns]
    if missing:
        raise DataError(f"table lacks the column(s) {', '.join(missing)}; it has {', '.join(map(str, table.columns))}")
    filled = table.copy()
    for name in COLUMNS:
        if name not in table.columns:
            filled[name] = DEFAULTS.get(name, "own")
    return filled[list(COLUMNS)]
