"""From the response table to one array per grid: a unit is one classifier, emotion, identity, side and intervention."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from numpy import ndarray

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.response_table import validate

UNIT: Final = (
    "face_model",
    "classifier",
    "training_set",
    "expression",
    "emotion",
    "accepted",
    "identity",
    "side",
    "intervention",
)
"""Columns that name a unit, in the order of the score table."""


@dataclass(frozen=True)
class UnitStack:
    """All units that share one grid.

    Attributes:
        units: U rows with the columns `UNIT`.
        s, t: ascending coordinates of the grid.
        activation: logit of the emotion shown; `margin`: that minus the largest other logit (NaN without other
            classes).
        kept: whether the prediction is the emotion shown.
        derivative: exact d(activation)/ds at the nodes; NaN where it was not computed.
    """

    units: pd.DataFrame
    s: Float[ndarray, " S"]
    t: Float[ndarray, " T"]
    activation: Float[ndarray, "U S T"]
    margin: Float[ndarray, "U S T"]
    kept: Bool[ndarray, "U S T"]
    derivative: Float[ndarray, "U S T"]


def unit_stacks(responses: pd.DataFrame) -> Iterator[UnitStack]:
    """Yield the table's units, grouped by grid.

    Raises:
        DataError: a column is missing, a logit is not finite, a frame lacks its target class or has two, or a unit's
            nodes are not the full product of its s and its t.
    """
    table = validate(responses)
    if table.empty:
        raise DataError("response table has no rows")
    frames = _frames(table)
    starts = np.flatnonzero(np.r_[True, np.diff(frames["unit"].to_numpy()) != 0])
    grids: dict[tuple[bytes, bytes], list[slice]] = {}
    for start, stop in zip(starts, np.r_[starts[1:], len(frames)], strict=True):
        part = frames.iloc[start:stop]
        s, t = np.unique(part["s"].to_numpy()), np.unique(part["t"].to_numpy())
        if len(s) * len(t) != len(part):
            raise DataError(
                f"response table: {_name(part)} has {len(part)} nodes; its {len(s)} values of s and {len(t)} of t "
                f"ask for {len(s) * len(t)}"
            )
        grids.setdefault((s.tobytes(), t.tobytes()), []).append(slice(start, stop))
    for (s_bytes, t_bytes), parts in grids.items():
        yield _stack(frames, parts, np.frombuffer(s_bytes), np.frombuffer(t_bytes))


def _frames(table: pd.DataFrame) -> pd.DataFrame:
    """One row per frame, ordered by unit, s and t, with `activation`, `margin` and `kept`."""
    if not np.isfinite(table["logit"]).all():
        raise DataError("response table: column logit holds a value that is not finite")
    wrong = table[table["is_target"] & (table["class"] != table["emotion"])]
    if len(wrong):
        raise DataError(f"response table: is_target marks the class {wrong['class'].iloc[0]} for {_name(wrong)}")
    keys = [name for name in UNIT if name != "accepted"]
    table = table.assign(unit=table.groupby(keys, observed=True).ngroup())
    mixed = table.groupby("unit")["accepted"].nunique() > 1
    if mixed.any():
        row = table[table["unit"] == mixed.idxmax()]
        raise DataError(f"response table: column accepted is both true and false within {_name(row)}")
    table = table.sort_values(["unit", "s", "t", "is_target"], ascending=[True, True, True, False], kind="stable")
    position = table[["unit", "s", "t"]].to_numpy()
    first = np.flatnonzero(np.r_[True, (position[1:] != position[:-1]).any(axis=1)])
    target = table["is_target"].to_numpy(dtype=bool)
    counts = np.add.reduceat(target.astype(int), first)
    if (counts != 1).any():
        index = int(np.flatnonzero(counts != 1)[0])
        row = table.iloc[[first[index]]]
        raise DataError(
            f"response table: {_name(row)} at s = {row['s'].iloc[0]}, t = {row['t'].iloc[0]} has {counts[index]} rows "
            "with is_target; each frame needs exactly one"
        )
    rivals = np.maximum.reduceat(np.where(target, -np.inf, table["logit"].to_numpy()), first)
    frames = table.iloc[first]
    activation = frames["logit"].to_numpy()
    return frames.assign(
        activation=activation,
        margin=np.where(np.isfinite(rivals), activation - rivals, np.nan),
        kept=(frames["predicted"] == frames["emotion"]).to_numpy(dtype=bool),
        derivative=frames["logit_ds"].to_numpy(dtype=float),
    )


def _stack(frames: pd.DataFrame, parts: list[slice], s: Float[ndarray, " S"], t: Float[ndarray, " T"]) -> UnitStack:
    rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
    shape = (len(parts), len(s), len(t))
    return UnitStack(
        units=frames.iloc[[part.start for part in parts]][list(UNIT)].reset_index(drop=True),
        s=s,
        t=t,
        activation=frames["activation"].to_numpy()[rows].reshape(shape),
        margin=frames["margin"].to_numpy()[rows].reshape(shape),
        kept=frames["kept"].to_numpy()[rows].reshape(shape),
        derivative=frames["derivative"].to_numpy()[rows].reshape(shape),
    )


def _name(part: pd.DataFrame) -> str:
    row = part.iloc[0]
    return ", ".join(f"{key} {row[key]}" for key in ("classifier", "emotion", "identity", "side", "intervention"))
