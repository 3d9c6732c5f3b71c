"""Expressions of one classifier for a set of emotions: rows laid out, searched, the best restart kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.errors import ConfigError
from facing_asymmetry.expressions.confirming import confirm
from facing_asymmetry.expressions.derivative_free import search_without_gradient
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.expressions.objective import Faces, Rows
from facing_asymmetry.expressions.optimiser import OptimiserSettings, Search, optimise
from facing_asymmetry.expressions.tying import TiedUnits
from facing_asymmetry.face_models.contract import FaceModel, Subject
from facing_asymmetry.rendering.contract import Renderer, Stage


@dataclass(frozen=True)
class FitRequest:
    """What is to be fitted.

    Attributes:
        emotions: shown emotions; `identities`: numbers of the faces of the fit.
        per_identity: one expression per face instead of one for all of them.
        presets: authored weights `(E,)` by emotion: starting point and prior; `seed`: of the jittered restarts.
    """

    emotions: tuple[str, ...]
    identities: tuple[int, ...]
    per_identity: bool
    presets: Mapping[str, np.ndarray]
    seed: int


def check_emotions(classifier: str, labels: Sequence[str], emotions: Sequence[str]) -> None:
    """Raise `ConfigError` naming the first emotion that a classifier has no class for."""
    for emotion in emotions:
        if emotion not in labels:
            raise ConfigError(f"classifier {classifier} has no class {emotion!r}; it has {', '.join(labels)}")


def faces_of(model: FaceModel, subjects: Sequence[Subject], stage: Stage, tied: TiedUnits) -> Faces:
    """Rest states and displacements of the subjects as tensors, units tied left to right."""
    rest = torch.from_numpy(np.stack([s.rest for s in subjects]).astype(np.float32))
    bases = [np.tensordot(tied.spread, model.basis(s).displacements, axes=1) for s in subjects]
    basis = torch.from_numpy(np.stack(bases).astype(np.float32))
    return Faces(stage, rest, basis).to(stage.centre.device)


def fit_expressions(
    request: FitRequest,
    model: FaceModel,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
    settings: OptimiserSettings,
    progress: Callable[[int, int], None] = lambda step, active: None,
    coarse: Renderer | None = None,
) -> tuple[list[Expression], int]:
    """One expression per emotion (and face, if asked for), the best restart of each, and the number of faces rendered.

    The best restart is an accepted one before one that is not, then the one of lowest loss.

    Args:
        renderer: of the study: its frames decide what is accepted.
        coarse: draws the frames that are searched through; None: `renderer` does.
    """
    check_emotions(classifier.record.name, classifier.labels, request.emotions)
    tied = TiedUnits.of(model)
    every = list(range(len(request.identities)))
    groups = [[a] for a in every] if request.per_identity else [every]
    layout = [(e, g, r) for e in request.emotions for g in groups for r in range(settings.restarts)]
    prior = np.stack([tied.parameters(request.presets[e]) for e, _, _ in layout])
    rows = Rows(
        torch.tensor([classifier.labels.index(e) for e, _, _ in layout]),
        torch.tensor([g for _, g, _ in layout]),
        torch.from_numpy(prior),
    ).to(faces.rest.device)
    start = torch.from_numpy(_starts(layout, prior, request.seed, settings.jitter)).to(faces.rest.device)
    bounds = torch.from_numpy(tied.bounds).to(faces.rest.device)
    method = optimise if classifier.differentiable else search_without_gradient
    search = method(start, bounds, rows, faces, coarse or renderer, classifier, settings, progress)
    if coarse is not None:
        search = confirm(search, method, bounds, rows, faces, renderer, classifier, settings)
    return _best_restarts(layout, search, tied, request), search.frames


def _starts(layout: list[tuple[str, list[int], int]], prior: np.ndarray, seed: int, jitter: float) -> np.ndarray:
    start = prior.copy()
    for row, (emotion, group, restart) in enumerate(layout):
        if restart:
            entropy = [seed, restart, *group, *emotion.encode()]
            start[row] += np.random.default_rng(entropy).normal(0.0, jitter, start.shape[1])
    return start.astype(np.float32)


def _best_restarts(
    layout: list[tuple[str, list[int], int]], search: Search, tied: TiedUnits, request: FitRequest
) -> list[Expression]:
    best: dict[tuple[str, int | None], int] = {}
    for row, (emotion, group, _) in enumerate(layout):
        key = (emotion, request.identities[group[0]] if request.per_identity else None)
        rank = (not search.accepted[row], float(search.loss[row]))
        if key not in best or rank < (not search.accepted[best[key]], float(search.loss[best[key]])):
            best[key] = row
    return [
        Expression(
            emotion=emotion,
            identity=identity,
            kind="optimised",
            weights=tuple(float(w) for w in search.best[row].cpu().numpy() @ tied.spread),
            probability=float(search.probability[row]),
            accepted=bool(search.accepted[row]),
            iterations=len(search.traces[row]),
            seconds=search.seconds / len(layout),
            seed=request.seed,
            restart=layout[row][2],
            trace=tuple(search.traces[row]),
        )
        for (emotion, identity), row in best.items()
    ]
