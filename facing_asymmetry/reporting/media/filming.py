"""Films of a run: a path through symmetry and intensity, and its frames, rendered and classified again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord, target_of
from facing_asymmetry.config import RunConfig, Scene
from facing_asymmetry.core.errors import ConfigError, DataError, suggestion
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.interventions.contract import Face, Intervention
from facing_asymmetry.interventions.layout import FrameSet
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.responses.contact_sheet import to_bytes
from facing_asymmetry.responses.runner import Studio
from facing_asymmetry.results.files import weights_file


class FilmStudy(Protocol):
    """What a film needs of a study; `runs.study.Study` has it."""

    config: RunConfig
    interventions: list[Intervention]
    records: list[ClassifierRecord]

    @property
    def model(self) -> FaceModel:
        """The face model."""
        ...

    @property
    def renderer(self) -> Renderer:
        """The renderer."""
        ...

    @property
    def scene(self) -> Scene:
        """Camera and light."""
        ...

    @property
    def left(self) -> Float[ndarray, " V"]:
        """Weight of the person's left side at each vertex."""
        ...

    @property
    def pictured(self) -> bool:
        """Whether pictures of the faces may be written."""
        ...

    def shown(self, number: int, emotion: str) -> Identity:
        """The face with this number where it shows an emotion."""
        ...

    def placed(self, number: int, emotion: str) -> tuple[Framing, int]:
        """A framing that holds it, and its row there."""
        ...

    def classifier(self, record: ClassifierRecord) -> Classifier:
        """The network of a record."""
        ...


@dataclass(frozen=True)
class FilmedCell:
    """The cell of the response table that is filmed.

    Attributes:
        classifier: whose expression is shown and who judges the frames.
        emotion: emotion that is shown.
        identity: number of the identity.
        intervention: name of the intervention.
        side: the person's affected side.
    """

    classifier: str
    emotion: str
    identity: int = 0
    intervention: str = "palsy"
    side: str = "left"


@dataclass(frozen=True)
class Film:
    """N frames along a path.

    Attributes:
        cell: what is shown.
        s: `(N,)` symmetry of each frame.
        t: `(N,)` intensity of each frame.
        images: `(N, H, W, 3)` sRGB.
        classes: labels of the classifier's outputs; empty where the frames were not classified.
        outputs: `(N, K)` probability of each class, or measured values; None where the frames were not classified.
        target: label of the output that is read for the emotion shown.
        unit: of measured values; "" for probabilities.
    """

    cell: FilmedCell
    s: Float[ndarray, " N"]
    t: Float[ndarray, " N"]
    images: UInt8[ndarray, "N H W 3"]
    classes: tuple[str, ...] = ()
    outputs: Float[ndarray, "N K"] | None = None
    target: str = ""
    unit: str = ""


def read_points(text: str) -> list[tuple[float, float]]:
    """Way points from `s,t s,t ...`, each in [0, 1].

    Raises:
        ConfigError: fewer than two points, or one that is not a pair of numbers in [0, 1].
    """
    points = []
    for word in text.split():
        try:
            s, t = (float(part) for part in word.split(","))
        except ValueError:
            raise ConfigError(f"path: {word!r} is not a point; write s,t, for example 1,0 1,1 0,1") from None
        if not (0 <= s <= 1 and 0 <= t <= 1):
            raise ConfigError(f"path: {word!r} lies outside; s and t must be in [0, 1]")
        points.append((s, t))
    if len(points) < 2:
        raise ConfigError(f"path = {text!r} has {len(points)} point(s); give at least two, for example 1,1 0,1")
    return points


def walk(points: Sequence[tuple[float, float]], count: int) -> tuple[Float[ndarray, " N"], Float[ndarray, " N"]]:
    """`count` values of s and of t, evenly spread over the length of the path; both ends included.

    Raises:
        ConfigError: fewer than two frames, or a path that doesn't move.
    """
    corners = np.asarray(points, float)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    if count < 2 or not lengths.sum():
        raise ConfigError(
            f"frames = {count}, path length = {lengths.sum():g}; a film needs two frames and a path that moves"
        )
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0.0, along[-1], count)
    return np.interp(places, along, corners[:, 0]), np.interp(places, along, corners[:, 1])


def frames_along(
    intervention: Intervention,
    face: Face,
    path: tuple[Float[ndarray, " N"], Float[ndarray, " N"]],
    side: str,
    scene: Scene,
) -> FrameSet:
    """One frame per point of the path, in its order.

    Raises:
        ConfigError: the intervention has no such side.
    """
    s, t = path
    scenes = tuple(intervention.scene(scene, float(v), side) for v in s) if intervention.repeats else (scene,)
    return FrameSet(
        rest=face.identity.rest,
        basis=intervention.basis(face),
        gains=intervention.gains(s, t, side),
        node=np.arange(len(s)),
        scenes=scenes,
        scene=np.arange(len(s)) if intervention.repeats else np.zeros(len(s), np.int64),
    )


def film(
    study: FilmStudy, run: Path, cell: FilmedCell, path: tuple[ndarray, ndarray], *, classify: bool = True
) -> Film:
    """Render the frames along a path as the run did, and let its classifier judge them.

    Args:
        study: the run's face model, renderer, interventions and classifiers.
        run: the run folder, which holds the expressions.
        cell: what is shown.
        path: s and t, `(N,)` each; they need not be nodes of the run's grid.
        classify: whether the classifier judges the frames.

    Raises:
        ConfigError: the run has no such classifier, intervention or side, or its pictures are those of people.
        DataError: the run has no such expression.
    """
    intervention = _named("intervention", cell.intervention, {i.name: i for i in study.interventions})
    record = _named("classifier", cell.classifier, {r.name: r for r in study.records})
    side = cell.side if cell.side in intervention.sides or len(intervention.sides) > 1 else intervention.sides[0]
    if not study.pictured:
        raise ConfigError(
            "report.thumbnails = false; pictures of people are made only of a run with report.thumbnails=true"
        )
    framing, row = study.placed(cell.identity, cell.emotion)
    identity = study.shown(cell.identity, cell.emotion)
    face = Face.showing(study.model, identity, _weights(run, cell, study.model.blendshapes), study.left)
    frames = frames_along(intervention, face, path, side, study.scene)
    studio = Studio(study.model, framing, study.renderer, study.config.batch, 0)
    network = study.classifier(record) if classify else None
    images, judged = [], []
    for start, stop in studio.blocks(frames):
        shown = studio.render(frames, row, start, stop)[1]
        images.append(to_bytes(shown))
        if network is not None:
            found = studio.classify(network, shown).double()
            judged.append((torch.softmax(found, dim=1) if record.exclusive else found).cpu().numpy())
    film = Film(cell, *path, np.concatenate(images))
    if network is None:
        return film
    unit = "" if record.exclusive else record.unit_read
    outputs, target = np.concatenate(judged), target_of(record, cell.emotion)
    return replace(film, classes=network.labels, outputs=outputs, target=target, unit=unit)


def _named(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise ConfigError(
            f"{kind} {name!r} is not in this run{suggestion(name, list(known))}; it has {', '.join(known)}"
        )
    return known[name]


def _weights(run: Path, cell: FilmedCell, blendshapes: Sequence[str]) -> Float[ndarray, " E"]:
    """Blendshape weights of the expression shown, in the face model's order."""
    path = run / weights_file(cell.classifier)
    if not path.is_file():
        raise DataError(f"{path} is missing; `facing-asymmetry optimise` writes it")
    table = pd.read_csv(path, index_col="unit")
    for key in (f"{cell.emotion} {cell.identity}", cell.emotion):
        if key in table.columns:
            return table[key].reindex(list(blendshapes)).to_numpy(np.float32)
    raise DataError(f"{path}: holds no expression {cell.emotion!r}; it has {', '.join(table.columns)}")
