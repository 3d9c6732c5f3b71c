"""Data of the page's explorer: contact sheets, and the logits of the faces that each shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import FURTHER_NODES
from facing_asymmetry.core.emotions import in_order
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.reporting.cost_parts import summary
from facing_asymmetry.results.contact_sheets import ContactSheet, encode_sheets, thin
from facing_asymmetry.results.finished_run import RunData, grid_mean, surface
from facing_asymmetry.results.layout import RESPONSES_FILE

DIGITS: Final = 4
"""Decimal places of embedded logits."""

LEGIBLE: Final = 112
"""Smallest side of a face in pixels; below it, fewer faces, interventions or nodes are embedded instead."""

OPPOSITE: Final = {"left": "right", "right": "left"}

Shown = tuple[tuple[str, str], ContactSheet]
"""(classifier, emotion) and one of its contact sheets."""


@dataclass(frozen=True)
class Explorer:
    """What the page embeds.

    Attributes:
        sheets: one entry per classifier, emotion, identity and intervention that has faces, the exemplar first. Each
            holds `classifier`, `emotion`, `accepted`, `identity`, `intervention`, `side` (drawn), `traits`,
            `classes`, axes `s` and `t` (ascending, thinned), `size` (pixels of one frame), `image` (place in
            `images`; rows t, columns s) and `sides`: for each affected side its `logits`, flat in the order t, s,
            class, and `asymmetry` (mm), flat in t, s. Where the affected side is not the drawn one, the picture is
            to be mirrored.
        images: WebP data URIs, equal ones once.
        left_out: what did not fit; empty where everything did.
        parts: cost of the palsy and its additive part at each node, by `CLASSIFIER/EMOTION`: axes `s` and `t`, `cost`
            and `additive` (logits, mean over identities and sides; flat, rows t, columns s), and `summary` in words.
    """

    sheets: list[dict[str, Any]]
    images: list[str]
    left_out: str = ""
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)


def explore(data: RunData, budget: int) -> Explorer:
    """Everything that has faces, or as much of it as fits into `budget` bytes of images at a legible size.

    Raises:
        DataError: a sheet shows what the response table lacks, or not even the first faces fit.
    """
    digests = {s.path: hashlib.sha256(s.path.read_bytes()).digest() for _, s in _choices(data)[0][0]}
    for shown, most, least, left_out in _choices(data):
        unique = {digests[sheet.path]: sheet for _, sheet in shown}
        places = {digest: place for place, digest in enumerate(unique)}
        try:
            images, pixels = encode_sheets(list(unique.values()), budget, most, least)
        except DataError:
            if not least:
                raise
            continue
        sheets = []
        for pair, sheet in shown:
            place = places[digests[sheet.path]]
            facts = {"accepted": data.accepted[pair], "image": place, "size": min(pixels, sheet.size)}
            sheets.append(_sheet(sheet, data, pair, most) | facts)
        return Explorer(sheets, images, left_out, _parts(data, [pair for pair, _ in shown]))
    raise AssertionError("the last choice either fits or raises")


def _parts(data: RunData, pairs: Sequence[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Parts of the palsy's cost of each pair, at the nodes that sheets show; none without the two-sided partner."""
    two_sided = partner_of(data.treated)
    if two_sided not in data.interventions:
        return {}
    found = {}
    for classifier, emotion in dict.fromkeys(pairs):
        s, t, one = grid_mean(surface(data, classifier, emotion), "logit")
        both = grid_mean(surface(data, classifier, emotion, two_sided), "logit")[2]
        if one.shape != both.shape:
            continue
        kept = np.ix_(*(thin(len(axis), data.settings.explorer_nodes) for axis in (t, s)))
        cost, additive = one[:, -1:] - one, (both[:, -1:] - both) / 2
        found[f"{classifier}/{emotion}"] = {
            "s": s[kept[1].ravel()].round(6).tolist(),
            "t": t[kept[0].ravel()].round(6).tolist(),
            "cost": cost[kept].ravel().round(DIGITS).tolist(),
            "additive": additive[kept].ravel().round(DIGITS).tolist(),
            "summary": summary(data, classifier, emotion),
        }
    return found


def _choices(data: RunData) -> list[tuple[list[Shown], int, int, str]]:
    """What could be embedded, best first: sheets, most nodes per axis, least pixels of a face, what is left out."""
    order = {name: place for place, name in enumerate(data.classifiers)}
    known = [pair for pair in data.sheets if pair[0] in order and pair[1] in data.emotions]
    pairs = sorted(known, key=lambda p: (p != data.exemplar, order[p[0]], data.emotions.index(p[1])))
    first: list[Shown] = [(pair, data.sheets[pair]) for pair in pairs]
    further = [(pair, sheet) for pair in pairs for sheet in data.further_sheets.get(pair, ())]
    identity = first[0][1].identity if first else 0
    same_face = [one for one in further if one[1].identity == identity]
    nodes, few = data.settings.explorer_nodes, min(FURTHER_NODES, data.settings.explorer_nodes)
    faces, interventions = "further faces", "further faces and interventions"
    thinned = f"; of finer grids {few} values of s and of t are shown"
    options = [
        (first + further, nodes, LEGIBLE, ""),
        (first + further, few, LEGIBLE, thinned[2:]),
        (first + same_face, nodes, LEGIBLE, faces),
        (first + same_face, few, LEGIBLE, faces + thinned),
        (first, nodes, 0, interventions),
    ]
    return options if further else [(first, nodes, 0, "")]


def _sheet(sheet: ContactSheet, data: RunData, pair: tuple[str, str], most: int) -> dict[str, Any]:
    """Axes, and logits of each side that the sheet can show."""
    s = [sheet.s[i] for i in thin(len(sheet.s), most)]
    t = [sheet.t[i] for i in thin(len(sheet.t), most)]
    shown = [sheet.side, OPPOSITE.get(sheet.side, "")] if sheet.mirrored else [sheet.side]
    replicates = {side: (*pair, sheet.identity, side, sheet.intervention) for side in shown}
    sides = {side: rows for side, one in replicates.items() if (rows := data.cell(one)) is not None}
    if sheet.side not in sides:
        raise DataError(f"{sheet.path}: {sheet.summary} is not in {RESPONSES_FILE}")
    held = set(sides[sheet.side]["class"])
    classes = in_order(sorted(held), map(str, data.records.get(pair[0], {}).get("labels", ())))
    return {
        "classifier": pair[0],
        "emotion": pair[1],
        "target": data.targets[pair],
        "unit": data.outputs[pair[0]],
        "identity": sheet.identity,
        "intervention": sheet.intervention,
        "side": sheet.side,
        "traits": sheet.traits_text,
        "classes": classes,
        "s": [round(v, 6) for v in s],
        "t": [round(v, 6) for v in t],
        "sides": {side: _numbers(rows, classes, (s, t), sheet) for side, rows in sides.items()},
    }


def _numbers(
    rows: pd.DataFrame, classes: Sequence[str], axes: tuple[Sequence[float], Sequence[float]], sheet: ContactSheet
) -> dict[str, list[float]]:
    """Logits `(T, S, K)` and asymmetries `(T, S)` of one side, flat; `DataError` where the table lacks a node."""
    keyed = rows.set_index([rows["t"].round(6), rows["s"].round(6), rows["class"].astype(str)])
    nodes = pd.MultiIndex.from_product([np.round(axes[1], 6), np.round(axes[0], 6), classes])
    values = keyed[["logit", "asymmetry_mm"]].reindex(nodes)
    absent = values["logit"].isna().to_numpy()
    if absent.any():
        t, s, _ = nodes[int(absent.argmax())]
        raise DataError(f"{sheet.path}: shows s = {s}, t = {t}, which {RESPONSES_FILE} does not hold")
    return {
        "logits": values["logit"].round(DIGITS).tolist(),
        "asymmetry": values["asymmetry_mm"].round(2).tolist()[:: len(classes)],
    }
