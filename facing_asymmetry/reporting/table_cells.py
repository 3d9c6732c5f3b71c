"""Cells of the report's tables as people read them."""

import numpy as np
import pandas as pd


def formatted(frame: pd.DataFrame) -> pd.DataFrame:
    """The table as people read it: `mean [low, high]` in one column, p-values to three places, empty for missing."""
    shown = pd.DataFrame(index=frame.index)
    for name in frame.columns:
        stem = name.removesuffix("_mean")
        if name.endswith(("_low", "_high")):
            continue
        if name.endswith("_mean") and f"{stem}_low" in frame.columns:
            shown[_heading(stem)] = [
                _interval(*row) for row in frame[[name, f"{stem}_low", f"{stem}_high"]].to_numpy(float)
            ]
        else:
            shown[_heading(name)] = [_cell(name, value) for value in frame[name]]
    return shown


def _heading(name: str) -> str:
    """A column's heading: what follows the score's prefix, in words."""
    for ending, words in (
        ("hedges_g", "g"),
        ("p_two_sided", "p"),
        ("p_holm", "p Holm"),
        ("claim", "claim"),
        ("flips_mean", "flips"),
    ):
        if name.endswith(ending):
            return words
    return name.replace("_", " ")


def _interval(mean: float, low: float, high: float) -> str:
    if not np.isfinite(mean):
        return "not defined"
    ends = f" [{_number(low)}, {_number(high)}]" if np.isfinite(low) and np.isfinite(high) else ""
    return _number(mean) + ends


def _number(value: float) -> str:
    """Two decimal places, without a negative zero."""
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text


def _cell(name: str, value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if name.endswith("_mean") and isinstance(value, float) and not np.isfinite(value):
        return "–"
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    if "_p_" in name and isinstance(value, float):
        return "< .001" if value < 0.001 else f"{value:.3f}"
    if name in ("n", "parameters", "input_px", "classes"):
        return f"{int(float(str(value))):,}"
    return _number(value) if isinstance(value, float) else str(value)
