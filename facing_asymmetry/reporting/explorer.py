"""The numbers behind the two sliders: per contact sheet the logits of the very faces it shows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from facing_asymmetry.emotions import CANONICAL
from facing_asymmetry.errors import DataError
from facing_asymmetry.reporting.run_data import RunData
from facing_asymmetry.reporting.sprites import Sprite, encode_all, thin

DIGITS = 4
"""Decimal places of embedded logits."""


def explorer_sheets(data: RunData, budget: int) -> list[dict[str, Any]]:
    """One entry per (classifier, emotion) with faces, the exemplar first.

    Each holds `classifier`, `emotion`, `accepted`, `identity`, `side`, `traits`, `classes`, axes `s` and `t`
    (ascending, thinned), `logits` flat in the order t, s, class, `asymmetry` (mm) flat in t, s, `size` (pixels of
    one frame) and `image` (data URI; rows t, columns s). All images together stay under `budget` bytes.
    """
    order = {name: place for place, name in enumerate(data.classifiers)}
    known = [pair for pair in data.sprites if pair[0] in order and pair[1] in data.emotions]
    pairs = sorted(known, key=lambda p: (p != data.exemplar, order[p[0]], data.emotions.index(p[1])))
    most = data.settings.explorer_nodes
    images, pixels = encode_all([data.sprites[pair] for pair in pairs], budget, most)
    unit = ["classifier", "emotion", "identity", "side", "intervention"]
    groups = dict(list(data.responses.groupby(unit, observed=True)))
    sheets = []
    for pair, image in zip(pairs, images, strict=True):
        sprite = data.sprites[pair]
        rows = groups.get((*pair, sprite.identity, sprite.side, sprite.intervention))
        if rows is None:
            raise DataError(f"{sprite.path}: {sprite.words} is not in responses.parquet")
        sheets.append(
            _sheet(sprite, rows, pair, most)
            | {"accepted": data.accepted[pair], "image": image, "size": min(pixels, sprite.size)}
        )
    return sheets


def _sheet(sprite: Sprite, rows: pd.DataFrame, pair: tuple[str, str], most: int) -> dict[str, Any]:
    """Axes and logits of one sheet."""
    s = [sprite.s[i] for i in thin(len(sprite.s), most)]
    t = [sprite.t[i] for i in thin(len(sprite.t), most)]
    classes = [name for name in CANONICAL if name in set(rows["class"])]
    logits = np.stack([_on_grid(rows[rows["class"] == name], "logit", (s, t), sprite) for name in classes], axis=-1)
    asymmetry = _on_grid(rows[rows["class"] == classes[0]], "asymmetry_mm", (s, t), sprite)
    return {
        "classifier": pair[0],
        "emotion": pair[1],
        "identity": sprite.identity,
        "side": sprite.side,
        "traits": sprite.person,
        "classes": classes,
        "s": [round(v, 6) for v in s],
        "t": [round(v, 6) for v in t],
        "logits": [round(float(v), DIGITS) for v in logits.ravel()],
        "asymmetry": [round(float(v), 2) for v in asymmetry.ravel()],
    }


def _on_grid(
    rows: pd.DataFrame, column: str, axes: tuple[Sequence[float], Sequence[float]], sprite: Sprite
) -> np.ndarray:
    """Values `(T, S)` at the sheet's nodes; `DataError` where the table lacks one."""
    keyed = rows.set_index([rows["t"].round(6), rows["s"].round(6)])[column]
    nodes = pd.MultiIndex.from_product([np.round(axes[1], 6), np.round(axes[0], 6)])
    values = keyed.reindex(nodes)
    if values.isna().any():
        t, s = values.index[int(values.isna().to_numpy().argmax())]
        raise DataError(f"{sprite.path}: shows s = {s}, t = {t}, which responses.parquet does not hold")
    return values.to_numpy(float).reshape(len(axes[1]), len(axes[0]))
