"""Expressions of one classifier for a set of emotions: rows laid out, searched, the best restart kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord, target_index, target_of
from facing_asymmetry.config import OptimiserSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.expressions.evolution_search import evolution_search
from facing_asymmetry.expressions.expression import Expression, TiedBlendshapes
from facing_asymmetry.expressions.gradient_search import gradient_search
from facing_asymmetry.expressions.objective import FitFaces, Objective, Rows
from facing_asymmetry.expressions.search import Search, confirm
from facing_asymmetry.rendering.contract import Renderer


@dataclass(frozen=True)
class FitRequest:
    """What is to be fitted, and how.

    Attributes:
        emotions: the emotions to show.
        identities: numbers of the identities of the fit.
        per_identity: one expression per identity instead of one for all of them.
        presets: authored weights `(E,)` by emotion: starting point and prior.
        seed: of the jittered restarts.
        settings: of the search.
    """

    emotions: tuple[str, ...]
    identities: tuple[int, ...]
    per_identity: bool
    presets: Mapping[str, ndarray]
    seed: int
    settings: OptimiserSettings = field(default_factory=OptimiserSettings)


class _Row(NamedTuple):
    """One row of the batch: an emotion, the indices of its faces, and the number of the restart."""

    emotion: str
    faces: list[int]
    restart: int


def check_targets(record: ClassifierRecord, emotions: Sequence[str], kind: str) -> None:
    """Check that a classifier has an output for every stimulus, and that expressions can be made for it.

    Args:
        record: of the classifier.
        emotions: the stimuli.
        kind: how expressions are made (`expression.kind`).

    Raises:
        ConfigError: an output is missing, or expressions are optimised for measured values.
    """
    for emotion in emotions:
        target_of(record, emotion)
    if kind == "optimised" and not record.exclusive:
        raise ConfigError(
            f"classifier {record.name!r} returns measured values, which have no probability for a search to reach: "
            "write expression=facs"
        )


def fit_expressions(
    request: FitRequest,
    faces: FitFaces,
    renderer: Renderer,
    classifier: Classifier,
    progress: Callable[[int, int], None] = lambda step, active: None,
    coarse: Renderer | None = None,
) -> tuple[list[Expression], int]:
    """One expression per emotion (and identity, if asked for), the best restart of each.

    The best restart is an accepted one before one that is not, then the one of lowest loss.

    Args:
        request: what is fitted.
        faces: of the request's identities.
        renderer: of the study: its frames decide what is accepted.
        classifier: what the expressions are fitted to.
        progress: called after every iteration with its number and the number of rows still active.
        coarse: draws the frames that are searched through; None: `renderer` does.

    Returns:
        The expressions, and the number of frames that were rendered.

    Raises:
        ConfigError: the classifier has no output for an emotion, or its outputs are measured values.
        ModelError: the classifier returned a logit that is not finite.
    """
    check_targets(classifier.record, request.emotions, "optimised")
    layout, device = _layout(request), faces.rest.device
    prior = np.stack([faces.tied.parameters(request.presets[row.emotion]) for row in layout])
    rows = Rows(
        torch.tensor([target_index(classifier.record, row.emotion) for row in layout]),
        torch.tensor([row.faces for row in layout]),
        torch.from_numpy(prior),
    ).to(device)
    objective = Objective(rows, faces, renderer, classifier, request.settings)
    method = gradient_search if classifier.differentiable else evolution_search
    start = torch.from_numpy(_starts(layout, prior, request)).to(device)
    search = method(start, replace(objective, renderer=coarse or renderer), progress)
    if coarse is not None:
        search = confirm(search, method, objective)
    return _best_restarts(layout, search, faces.tied, request), search.frames


def _layout(request: FitRequest) -> list[_Row]:
    every = list(range(len(request.identities)))
    groups = [[face] for face in every] if request.per_identity else [every]
    restarts = range(request.settings.restarts)
    return [_Row(emotion, group, restart) for emotion in request.emotions for group in groups for restart in restarts]


def _starts(layout: Sequence[_Row], prior: Float[ndarray, "R K"], request: FitRequest) -> Float[ndarray, "R K"]:
    start = prior.copy()
    for place, row in enumerate(layout):
        if row.restart:
            entropy = [request.seed, row.restart, *row.faces, *row.emotion.encode()]
            start[place] += np.random.default_rng(entropy).normal(0.0, request.settings.jitter, start.shape[1])
    return start.astype(np.float32)


def _best_restarts(
    layout: Sequence[_Row], search: Search, tied: TiedBlendshapes, request: FitRequest
) -> list[Expression]:
    best: dict[tuple[str, int | None], int] = {}
    for row, (emotion, faces, _) in enumerate(layout):
        key = (emotion, request.identities[faces[0]] if request.per_identity else None)
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
            restart=layout[row].restart,
            trace=tuple(search.traces[row]),
        )
        for (emotion, identity), row in best.items()
    ]
