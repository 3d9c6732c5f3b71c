"""T10: what every output of a network of measured values gives when neither, either or both sides are weak."""

import numpy as np
import pandas as pd

from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.results.finished_run import RunData

CAPTION = (
    "Every output of the networks of measured values, read or not, at full intensity: on the symmetric face, and where "
    "the person's left side, the right side or both are as weak as the grid makes them. Means over identities. "
    "An output of one side that judges this side alone changes in the column of its own side and in that of both."
)


def sides_table(data: RunData) -> pd.DataFrame:
    """One row per classifier, stimulus and output; no rows where every network has classes."""
    rows = data.responses[data.responses["classifier"].isin(data.of_values)]
    rows = rows[rows["t"] == rows["t"].max()]
    one, both = data.treated, partner_of(data.treated)
    lowest, highest = data.axes[0].min(), data.axes[0].max()
    shown = {
        "symmetric_mean": rows[(rows["intervention"] == one) & (rows["s"] == highest)],
        **{f"{side}_weak_mean": rows[_at(rows, one, lowest) & (rows["side"] == side)] for side in ("left", "right")},
        "both_weak_mean": rows[_at(rows, both, lowest)],
    }
    keys = ["classifier", "emotion", "class"]
    means = {name: part.groupby(keys, observed=True)["logit"].mean() for name, part in shown.items()}
    table = pd.DataFrame(means).reset_index().rename(columns={"class": "output"})
    order = {name: place for place, name in enumerate([*data.classifiers, *data.emotions])}
    table = table.sort_values(["classifier", "emotion"], key=lambda names: names.map(order), kind="stable")
    table.insert(
        3, "read", [data.targets[c, e] == o for c, e, o in table[["classifier", "emotion", "output"]].to_numpy()]
    )
    table.insert(4, "unit", table["classifier"].map(data.outputs))
    return table.reset_index(drop=True)


def _at(rows: pd.DataFrame, intervention: str, s: float) -> "pd.Series[bool]":
    return (rows["intervention"] == intervention) & (np.abs(rows["s"] - s) < 1e-9)
