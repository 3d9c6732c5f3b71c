"""Faces of a finished run, rendered again at any (s, t) and shown to its classifier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image, ImageDraw, ImageFont

from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError, DataError, suggestion
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.reporting.media.path import frames_along
from facing_asymmetry.reporting.style import ALERT, INK, MUTED, PAPER, RULE, readable
from facing_asymmetry.responses.contact_sheet import to_bytes
from facing_asymmetry.responses.runner import Studio
from facing_asymmetry.results.files import read_json, weights_file
from facing_asymmetry.results.layout import MANIFEST_FILE
from facing_asymmetry.runs.study import Study


@dataclass(frozen=True)
class Shot:
    """What is filmed: a unit of the response table, by name."""

    classifier: str
    emotion: str
    identity: int = 0
    intervention: str = "palsy"
    side: str = "left"


@dataclass(frozen=True)
class Film:
    """N frames along a path.

    Attributes:
        shot: what is shown; `s`, `t`: `(N,)`; `images`: `(N, H, W, 3)` sRGB.
        classes: of the classifier; `probabilities`: `(N, K)`; None where the frames were not classified.
    """

    shot: Shot
    s: Float[ndarray, " N"]
    t: Float[ndarray, " N"]
    images: UInt8[ndarray, "N H W 3"]
    classes: tuple[str, ...] = ()
    probabilities: Float[ndarray, "N K"] | None = None


def film(run: Path, shot: Shot, path: tuple[ndarray, ndarray], *, classify: bool = True) -> Film:
    """Render the frames along a path as the run did, and let its classifier judge them.

    Args:
        run: the folder; its manifest says how frames are made, its `expressions/` what is shown.
        path: s and t, `(N,)` each; they need not be nodes of the run's grid.

    Raises:
        DataError, ConfigError: the run lacks the file, classifier, emotion, intervention or side; the message names it.
    """
    study = study_of(run)
    intervention = _named("intervention", shot.intervention, {i.name: i for i in study.interventions})
    record = _named("classifier", shot.classifier, {r.name: r for r in study.records})
    side = shot.side if shot.side in intervention.sides or len(intervention.sides) > 1 else intervention.sides[0]
    identity = study.model.identity(shot.identity)
    face = Face.showing(study.model, identity, _weights(run, shot, study.model.blendshapes), study.left)
    frames = frames_along(intervention, face, path, side, study.scene)
    framing = frame_identities(study.model, [identity]).to(study.config.device)
    studio = Studio(study.model, framing, study.renderer, study.config.batch, 0)
    network = study.classifier(record) if classify else None
    images, judged = [], []
    for start, stop in studio.blocks(frames):
        shown = studio.render(frames, 0, start, stop)[1]
        images.append(to_bytes(shown))
        if network is not None:
            judged.append(torch.softmax(studio.classify(network, shown).double(), dim=1).cpu().numpy())
    labels = tuple(network.labels) if network is not None else ()
    shares = np.concatenate(judged) if judged else None
    return Film(shot, *path, np.concatenate(images), labels, shares)


def study_of(run: Path) -> Study:
    """The study that a run folder's manifest describes.

    Raises:
        DataError: there is no manifest; ConfigError: its configuration can't be read by this version.
    """
    return Study(read_config(read_json(run / MANIFEST_FILE)["config"]))


def _named(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ConfigError(
            f"{kind} {name!r} is not in this run{suggestion(name, list(known))}; it has {', '.join(known)}"
        )
    return known[name]


def _weights(run: Path, shot: Shot, units: Sequence[str]) -> Float[ndarray, " E"]:
    """Unit weights of the expression shown, in the face model's order."""
    path = run / weights_file(shot.classifier)
    if not path.is_file():
        raise DataError(f"{path} is missing; `facing-asymmetry optimise` writes it")
    table = pd.read_csv(path, index_col="unit")
    for key in (f"{shot.emotion} {shot.identity}", shot.emotion):
        if key in table.columns:
            return table[key].reindex(list(units)).to_numpy(float)
    raise DataError(f"{path}: holds no expression {shot.emotion!r}; it has {', '.join(table.columns)}")


GOOD: Final = "#1a6b45"
BAR: Final = "#0b5cad"


def lettered(film: Film, height: int) -> list[UInt8[ndarray, "H W 3"]]:
    """The frames at `height` pixels; where they were classified, with s, t, prediction and probabilities beside them.

    Width and height are even, as video encoders want them.
    """
    size = height - height % 2
    faces = [Image.fromarray(image).resize((size, size), Image.Resampling.LANCZOS) for image in film.images]
    if film.probabilities is None:
        return [np.asarray(face) for face in faces]
    panels = [_panel(film, number, size) for number in range(len(faces))]
    return [np.concatenate([np.asarray(f), np.asarray(p)], axis=1) for f, p in zip(faces, panels, strict=True)]


def _panel(film: Film, number: int, size: int) -> Image.Image:
    """The right half of one frame."""
    assert film.probabilities is not None
    panel = Image.new("RGB", (size, size), PAPER)
    pen, shares = ImageDraw.Draw(panel), film.probabilities[number]
    said = film.classes[int(shares.argmax())]
    step = size / (len(film.classes) + 5.5)
    font = ImageFont.load_default(0.62 * step)
    left = 0.05 * size
    pen.text((left, 0.4 * step), readable(film.shot.classifier), fill=MUTED, font=font)
    pen.text((left, 1.5 * step), f"symmetry s = {film.s[number]:.2f}", fill=INK, font=font)
    pen.text((left, 2.4 * step), f"intensity t = {film.t[number]:.2f}", fill=INK, font=font)
    pen.text((left, 3.5 * step), f"predicted: {said}", fill=GOOD if said == film.shot.emotion else ALERT, font=font)
    for row, (name, share) in enumerate(zip(film.classes, shares, strict=True)):
        top = (5 + row) * step
        pen.text((left, top), name, fill=INK if name == film.shot.emotion else MUTED, font=font)
        start, end = 0.4 * size, 0.95 * size
        pen.rectangle((start, top + 0.1 * step, end, top + 0.75 * step), fill=RULE)
        pen.rectangle((start, top + 0.1 * step, start + float(share) * (end - start), top + 0.75 * step), fill=BAR)
    return panel
