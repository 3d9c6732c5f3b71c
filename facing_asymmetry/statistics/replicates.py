"""From the response table to arrays: one replicate is one classifier, emotion, identity, side and intervention."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, Shaped
from numpy import ndarray

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.units import LOGIT
from facing_asymmetry.results.layout import REPLICATE_KEY, SHOWN_KEY
from facing_asymmetry.results.response_table import validate


@dataclass(frozen=True)
class ReplicateStack:
    """All replicates that share one grid.

    Attributes:
        replicates: R rows with the columns `REPLICATE_KEY`.
        s: Ascending symmetries of the grid.
        t: Ascending intensities of the grid.
        activation: Logit of the emotion shown, or measured value that is read for it.
        centred: Activation minus the mean logit of all classes; NaN without other classes, and of measured values.
        log_probability: Logarithm of the emotion's softmax over all classes; NaN as `centred`.
        margin: Activation minus the largest other logit; NaN as `centred`.
        kept: Whether the prediction is the class that is read for the emotion shown.
        unit: Of the activation, of each replicate: that of logits, or of measured values.
        derivative: Exact d(activation)/ds at the nodes; NaN where it was not computed.
    """

    replicates: pd.DataFrame
    s: Float[ndarray, " S"]
    t: Float[ndarray, " T"]
    activation: Float[ndarray, "R S T"]
    centred: Float[ndarray, "R S T"]
    log_probability: Float[ndarray, "R S T"]
    margin: Float[ndarray, "R S T"]
    kept: Bool[ndarray, "R S T"]
    derivative: Float[ndarray, "R S T"]
    unit: Shaped[ndarray, " R"]

    @property
    def of_classes(self) -> Bool[ndarray, " R"]:
        """Whether the outputs of each replicate are classes that exclude each other."""
        return np.asarray(self.unit == LOGIT)

    @property
    def readings(self) -> dict[str, Float[ndarray, "R S T"]]:
        """The four readings of the output, by the names of `parts.READINGS`."""
        return {
            "logit": self.activation,
            "centred": self.centred,
            "log_probability": self.log_probability,
            "margin": self.margin,
        }


def replicate_stacks(responses: pd.DataFrame) -> Iterator[ReplicateStack]:
    """Yield the table's replicates, grouped by grid.

    Raises:
        DataError: a column is missing, a logit is not finite, a frame lacks its target class or has two, the
            frames of a replicate differ in their target, unit or number of classes, or a replicate's nodes are not the
            full product of its s and its t.
    """
    table = validate(responses)
    if table.empty:
        raise DataError("response table has no rows")
    frames = _frames(table)
    starts = np.flatnonzero(np.r_[True, np.diff(frames["replicate"].to_numpy()) != 0])
    grids: dict[tuple[bytes, bytes], list[slice]] = {}
    for start, stop in zip(starts, np.r_[starts[1:], len(frames)], strict=True):
        part = frames.iloc[start:stop]
        s, t = np.unique(part["s"].to_numpy()), np.unique(part["t"].to_numpy())
        if len(s) * len(t) != len(part):
            raise DataError(
                f"response table: {_name(part)} has {len(part)} nodes; its {len(s)} values of s and {len(t)} of t "
                f"ask for {len(s) * len(t)}"
            )
        _check_output(part)
        classes = part["classes"].to_numpy()
        if (classes != classes[0]).any():
            odd = part.iloc[int(np.argmax(classes != classes[0]))]
            raise DataError(
                f"response table: {_name(part)} has {odd['classes']} classes at s = {odd['s']}, t = {odd['t']} and "
                f"{classes[0]} at its first node; all frames of a replicate need the same classes"
            )
        grids.setdefault((s.tobytes(), t.tobytes()), []).append(slice(start, stop))
    for (s_bytes, t_bytes), parts in grids.items():
        yield _stack(frames, parts, np.frombuffer(s_bytes), np.frombuffer(t_bytes))


def _check_output(part: pd.DataFrame) -> None:
    """Raise `DataError` where the frames of a replicate are read through two outputs, or in two units."""
    for column, words in (("class", "is_target marks the class"), ("unit", "the unit is")):
        values = part[column].to_numpy()
        if (values != values[0]).any():
            odd = values[int(np.argmax(values != values[0]))]
            raise DataError(f"response table: {words} {odd} for {_name(part)}, and {values[0]} at its first node")


def _frames(table: pd.DataFrame) -> pd.DataFrame:
    """One row per frame, ordered by replicate, s and t, with its readings, `kept`, `derivative` and `classes`."""
    if not np.isfinite(table["logit"]).all():
        raise DataError("response table: column logit holds a value that is not finite")
    keys = [name for name in REPLICATE_KEY if name != "accepted"]
    table = table.assign(replicate=table.groupby(keys, observed=True).ngroup())
    mixed = table.groupby("replicate")["accepted"].nunique() > 1
    if mixed.any():
        row = table[table["replicate"] == mixed.idxmax()]
        raise DataError(f"response table: column accepted is both true and false within {_name(row)}")
    table = table.sort_values(["replicate", "s", "t", "is_target"], ascending=[True, True, True, False], kind="stable")
    position = table[["replicate", "s", "t"]].to_numpy()
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
    frames = table.iloc[first]
    readings = _readings(table["logit"].to_numpy(), target, first)
    of_classes = (frames["unit"] == LOGIT).to_numpy()
    return frames.assign(
        activation=readings.pop("activation"),
        **{name: np.where(of_classes, values, np.nan) for name, values in readings.items()},
        kept=(frames["predicted"] == frames["class"]).to_numpy(dtype=bool),
        derivative=frames["logit_ds"].to_numpy(dtype=float),
        classes=np.diff(first, append=len(table)),
    )


def _readings(
    logit: Float[ndarray, " N"], target: Bool[ndarray, " N"], first: Int[ndarray, " F"]
) -> dict[str, Float[ndarray, " F"]]:
    """The readings of each frame; its rows begin at `first` with the class of the emotion shown."""
    activation, count = logit[first], np.diff(first, append=len(logit))
    above = logit - np.repeat(activation, count)
    largest = np.maximum.reduceat(above, first)
    total = np.add.reduceat(np.exp(above - np.repeat(largest, count)), first)
    relative = {
        "centred": -np.add.reduceat(above, first) / count,
        "log_probability": -largest - np.log(total),
        "margin": -np.maximum.reduceat(np.where(target, -np.inf, above), first),
    }
    return {
        "activation": activation,
        **{name: np.where(count > 1, values, np.nan) for name, values in relative.items()},
    }


def _stack(
    frames: pd.DataFrame, parts: list[slice], s: Float[ndarray, " S"], t: Float[ndarray, " T"]
) -> ReplicateStack:
    rows = np.concatenate([np.arange(part.start, part.stop) for part in parts])
    shape = (len(parts), len(s), len(t))
    return ReplicateStack(
        replicates=frames.iloc[[part.start for part in parts]][list(REPLICATE_KEY)].reset_index(drop=True),
        s=s,
        t=t,
        activation=frames["activation"].to_numpy()[rows].reshape(shape),
        centred=frames["centred"].to_numpy()[rows].reshape(shape),
        log_probability=frames["log_probability"].to_numpy()[rows].reshape(shape),
        margin=frames["margin"].to_numpy()[rows].reshape(shape),
        kept=frames["kept"].to_numpy()[rows].reshape(shape),
        derivative=frames["derivative"].to_numpy()[rows].reshape(shape),
        unit=frames["unit"].astype(object).to_numpy()[[part.start for part in parts]],
    )


def _name(part: pd.DataFrame) -> str:
    row = part.iloc[0]
    return ", ".join(f"{key} {row[key]}" for key in SHOWN_KEY)
