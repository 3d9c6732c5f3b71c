"""The page of a repair: the verdict, what the gate sees, one table before and after, and the limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.defences.gate import HalvesGate
from facing_asymmetry.classifiers.defences.views import HALVES
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.listing import Failure
from facing_asymmetry.photographs.study import frame_uri
from facing_asymmetry.repair.outcome import Repair, RepairDesign
from facing_asymmetry.repair.pictures import Picture, RenderedPerson, proof_pictures
from facing_asymmetry.repair.proof import GATED, PLAIN
from facing_asymmetry.reporting.page_table import page_table
from facing_asymmetry.reporting.page_template import render_template

STYLE: Final = """
.views { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(19rem, 100%), 1fr)); gap: 1.5rem; }
.views figure { margin: 0; } .views .row { display: flex; gap: 3px; } .views .row div { flex: 1; min-width: 0; }
.views img { width: 100%; min-width: 0; height: auto; } .views p { margin: 0; font-size: 0.82rem; text-align: center; }
"""

NAVIGATION: Final = (
    *(("seen", "What it does"), ("proof", "Before and after")),
    *(("photographs", "Photographs"), ("use", "Use it")),
)

VIEW_WORDS: Final = ("the face", "left half twice", "right half twice")


@dataclass(frozen=True)
class ShownViews:
    """One face as the gate sees it.

    Attributes:
        title: what it shows.
        pictures: picture, words, weight and prediction of each view.
        said: prediction behind the gate.
    """

    title: str
    pictures: tuple[tuple[str, str, str, str], ...]
    said: str


def render_repair(
    made: Repair,
    model: FaceModel,
    gate: HalvesGate,
    network: Classifier,
    failures: Sequence[Failure],
    design: RepairDesign,
) -> str:
    """The page as text."""
    measured = {
        column: dict(zip(made.table["measure"], made.table[column].astype(float), strict=True))
        for column in (PLAIN, GATED)
    }
    before, after = measured[PLAIN], measured[GATED]
    kept = made.photographs.get("same prediction")
    turned = min(after["yaw: same prediction"], after["light: same prediction"])
    seen = [(name, *(cell(name, value) for value in values)) for name, values in made.photographs.items()]
    proof = [(name, *(cell(name, value) for value in values)) for name, *values in made.table.itertuples(index=False)]
    return render_template(
        "facing_asymmetry.repair",
        "repair.html.j2",
        style=STYLE,
        navigation=[
            ("seen", "What it does"),
            ("proof", "Before and after"),
            ("photographs", "Photographs"),
            ("use", "Use it"),
        ],
        made=made,
        counts=[
            ("palsy cost, logits", f"{before['palsy cost']:.2f} → {after['palsy cost']:.2f}"),
            ("of turned or lit faces keep their prediction", percent(turned)),
            ("of ordinary photographs keep it", percent(kept[1]) if kept else "–"),
        ],
        people=len(design.proof),
        failures=len(failures),
        caution=f"{made.caution:g}",
        views=_views(model, gate, network, design.proof[0]),
        proof=page_table("Before and after", list(made.table.columns), proof),
        photographs=page_table("Photographs", ["measure", PLAIN, GATED], seen),
    )


def cell(name: str, value: float) -> str:
    """A number of a table as people read it."""
    if not np.isfinite(value):
        return "–"
    if any(word in name for word in ("same bits", "prediction", "right")):
        return percent(value)
    return f"{value:.0f}" if "photographs" in name or "pictures" in name else f"{value:.2f}"


def percent(share: float) -> str:
    """`99.4 %`."""
    return f"{100 * share:.1f} %"


def _views(model: FaceModel, gate: HalvesGate, network: Classifier, number: int) -> list[ShownViews]:
    """Some faces of one person: whole, with a palsy of each side, turned, and lit from a side."""
    emotion = next((one for one in ("happiness", *BASIC) if one in network.labels), "happiness")
    wanted = {
        ("", "", False): f"{emotion}, whole",
        ("palsy", "left", False): f"{emotion}, the person's left side still",
        ("palsy", "right", False): f"{emotion}, the person's right side still",
        ("yaw", "", True): "turned by 15°",
        ("light", "", True): "lit from 45° to the side",
    }
    chosen: dict[str, Picture] = {}
    for picture in proof_pictures(model):
        shown = picture.shown
        title = wanted.get((shown.done, shown.side, shown.turned))
        if title and shown.emotions == (emotion,) and shown.t == 1.0 and (shown.s == 0.0 or not shown.side):
            chosen.setdefault(title, picture)
    images = RenderedPerson(model, number).draw(list(chosen.values()))
    return [_seen(title, image[None], gate, network) for title, image in zip(chosen, images, strict=True)]


def _seen(title: str, image: Float[Tensor, "1 3 H W"], gate: HalvesGate, network: Classifier) -> ShownViews:
    views = [image, *(view(image) for view in HALVES)]
    with torch.inference_mode():
        logits = torch.stack([network(view).float() for view in views], dim=1)
        weights = gate.weights(logits[:, 0], logits[:, 1:])[0].tolist()
        out = gate(logits[:, 0], logits[:, 1:])
    said = [_said(network, one) for one in logits[0]]
    pixels = [(view[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8) for view in views]
    shares = [f"{share:.2f}" for share in (1 - sum(weights), *weights)]
    pictures = zip(map(frame_uri, pixels), VIEW_WORDS, shares, said, strict=True)
    return ShownViews(title, tuple(pictures), _said(network, out[0]))


def _said(network: Classifier, logits: Float[Tensor, " K"]) -> str:
    """The prediction with its probability, or the largest value."""
    place = int(logits.argmax())
    value = float(torch.softmax(logits, dim=0)[place]) if network.record.exclusive else float(logits[place])
    return f"{network.labels[place]} {value:.2f}"
