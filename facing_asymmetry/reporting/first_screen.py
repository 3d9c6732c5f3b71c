"""What a reader sees first: one face with and without its symmetry, what the networks say of it, what a palsy costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from PIL import Image

from facing_asymmetry.reporting.answer import NetworkCost, answer, network_costs
from facing_asymmetry.reporting.style import readable, signed
from facing_asymmetry.results.contact_sheets import data_uri
from facing_asymmetry.results.finished_run import RunData

QUALITY: Final = 85
"""WebP quality of the two faces."""


@dataclass(frozen=True)
class Said:
    """What one network says of one face.

    Attributes:
        words: the class it names, or the output that is read.
        number: its probability in per cent, or its value.
        right: whether that is the expression shown; measured values always are.
    """

    words: str
    number: str
    right: bool


@dataclass(frozen=True)
class Bar:
    """A network's stacked bar in per cent of the width of all bars.

    Attributes:
        zero: place of no cost.
        additive: left edge and width of the additive part.
        interaction: left edge and width of the interaction, which begins where the additive part ends.
        saves: whether the interaction is below zero.
        words: the same as text.
    """

    zero: float
    additive: tuple[float, float]
    interaction: tuple[float, float]
    saves: bool
    words: str


@dataclass(frozen=True)
class NetworkLine:
    """One network's line.

    Attributes:
        name: readable name of the network.
        said: of the symmetric face, and of the one whose side is still; empty where it was not shown them.
        bar: what a palsy costs it; None where that is not split or not defined.
        cost: the cost in per cent.
        share: the interaction's share of the cost, with its interval.
    """

    name: str
    said: tuple[Said, ...]
    bar: Bar | None
    cost: str
    share: str


@dataclass(frozen=True)
class FirstScreen:
    """The first screen of the report.

    Attributes:
        answer: the answer in one sentence.
        shown: the expression and, in words, the face.
        exemplar: the network whose words stand below the faces.
        faces: data URIs of the face at the largest and at the smallest s; empty where the run kept none.
        said: what the exemplar says of each.
        s: both values of s.
        lines: one for each network.
    """

    answer: str
    shown: str
    exemplar: str
    faces: tuple[str, ...]
    said: tuple[Said, ...]
    s: tuple[float, float]
    lines: list[NetworkLine]


def first_screen(data: RunData) -> FirstScreen:
    """Faces and words of the exemplar expression, and the costs of all networks."""
    classifier, emotion = data.exemplar
    sheet = data.sheets.get(data.exemplar)
    identity = sheet.identity if sheet else data.identities[0]
    side = sheet.side if sheet else ""
    rows = data.responses[(data.responses["identity"] == identity) & (data.responses["emotion"] == emotion)]
    rows = rows[rows["intervention"] == (sheet.intervention if sheet else data.treated)]
    rows = rows[rows["side"] == (side or rows["side"].min())]
    rows = rows[rows["t"] == rows["t"].max()]
    ends = float(rows["s"].max()), float(rows["s"].min())
    said = {name: _said(rows[rows["classifier"] == name], ends, data, name) for name in data.classifiers}
    costs = {one.classifier: one for one in network_costs(data)}
    limits = _limits([*costs.values()])
    frames = sheet.frames([(s, max(sheet.t)) for s in ends]) if sheet else []
    who = f"{'person' if data.of_people else 'face'} {identity}"
    return FirstScreen(
        answer=answer(data),
        shown=f"{emotion}, {who}{f', {side} side' if sheet and sheet.mirrored else ''}",
        exemplar=readable(classifier),
        faces=tuple(data_uri(Image.fromarray(frame), QUALITY) for frame in frames),
        said=said[classifier],
        s=ends,
        lines=[_line(name, said[name], costs.get(name), limits) for name in data.classifiers],
    )


def _said(rows: pd.DataFrame, ends: Sequence[float], data: RunData, classifier: str) -> tuple[Said, ...]:
    """What the rows of one network at full intensity say at each end; nothing where it was not shown this."""
    at_ends = [rows[rows["s"] == s] for s in ends]
    if any(part.empty for part in at_ends):
        return ()
    if not data.of_classes(classifier):
        read = [part[part["is_target"]].iloc[0] for part in at_ends]
        return tuple(Said(str(one["class"]), signed(float(one["logit"])), right=True) for one in read)
    best = [part.iloc[int(part["logit"].argmax())] for part in at_ends]
    return tuple(Said(str(o["class"]), f"{100 * o['probability']:.0f} %", right=bool(o["is_target"])) for o in best)


def _line(name: str, said: tuple[Said, ...], cost: NetworkCost | None, limits: tuple[float, float]) -> NetworkLine:
    if cost is None:
        return NetworkLine(readable(name), said, None, "", "")
    if not np.isfinite(cost.cost):
        return NetworkLine(readable(name), said, None, "not defined", cost.share_text)
    return NetworkLine(readable(name), said, _bar(cost, limits), _per_cent(cost.cost), cost.share_text)


def _bar(cost: NetworkCost, limits: tuple[float, float]) -> Bar:
    low, high = limits

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    def edges(one: float, other: float) -> tuple[float, float]:
        left, right = sorted((place(one), place(other)))
        return round(left, 2), round(right - left, 2)

    words = f"{_per_cent(cost.additive)} two weak halves, {_per_cent(cost.interaction)} their not matching"
    end = cost.additive + cost.interaction
    return Bar(round(place(0), 2), edges(0, cost.additive), edges(cost.additive, end), cost.interaction < 0, words)


def _limits(costs: Sequence[NetworkCost]) -> tuple[float, float]:
    """The smallest and the largest end of a bar, and zero."""
    ends = [end for one in costs for end in (one.additive, one.additive + one.interaction) if np.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    return (low, high) if high > low else (0.0, 1.0)


def _per_cent(share: float) -> str:
    """One decimal place with a true minus sign."""
    return f"{100 * share:.1f} %".replace("-0.0 %", "0.0 %").replace("-", "−")
