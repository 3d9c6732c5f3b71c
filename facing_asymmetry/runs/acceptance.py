"""Which emotions the networks accept on rendered faces at (s, t) = (1, 1): authored expressions and optimised ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.config import Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.expressions.fit import FitRequest, fit_expressions
from facing_asymmetry.expressions.objective import FitFaces
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Renderer
from facing_asymmetry.rendering.factory import make_renderer

FIT_FACES = (1001, 1002, 1003)
"""Faces that optimised expressions are fitted on; those that are shown are others."""


@dataclass(frozen=True)
class Acceptance:
    """How often one network sees one emotion.

    Attributes:
        name: of the network.
        emotion: shown.
        faces: how many faces it was shown on.
        authored, optimised: faces on which argmax was the emotion (None: not tried).
    """

    name: str
    emotion: str
    faces: int
    authored: int
    optimised: int | None = None


class _Stand:
    """Face model and renderer with their defaults, for one table."""

    def __init__(self, faces: int) -> None:
        self.model: FaceModel = load_face_model("makehuman", cache_folder())
        self.renderer: Renderer = make_renderer("fast", self.model.surface, Scene())
        self.shown = [self.model.identity(number) for number in range(faces)]
        self.framing = frame_identities(self.model, self.shown)
        self.presets = {e: np.asarray(authored_weights(e, self.model)) for e in BASIC}

    def seen(self, classifier: Classifier, weights: np.ndarray, emotion: str) -> int:
        """On how many faces an expression is seen as the emotion."""
        states = [s.rest + self.model.basis(s).displace(weights[None]).total[0] for s in self.shown]
        identities = torch.arange(len(self.shown))
        with torch.inference_mode():
            images = self.renderer.render(torch.from_numpy(np.stack(states)), self.framing, identities)
            return int((classifier(images).argmax(1) == classifier.labels.index(emotion)).sum())

    def fitted(self, classifier: Classifier, emotions: Sequence[str]) -> dict[str, Expression]:
        """Expressions optimised for a network on faces that are not shown."""
        identities = [self.model.identity(number) for number in FIT_FACES]
        faces = FitFaces.of(self.model, identities, frame_identities(self.model, identities))
        request = FitRequest(tuple(emotions), FIT_FACES, False, self.presets, seed=2026)
        torch.manual_seed(request.seed)
        found, _ = fit_expressions(request, faces, self.renderer, classifier)
        return {expression.emotion: expression for expression in found}


def sanity_table(names: Sequence[str] = (), faces: int = 4, optimise: bool = True) -> list[Acceptance]:
    """Show symmetric expressions at full intensity to networks whose weights are here.

    Args:
        names: of the networks; without names, all that are ready.
        faces: how many faces see each expression.
        optimise: whether expressions are optimised for each network too, on three other faces.

    Raises:
        ConfigError: unknown name.
        AssetError: a named network, or every network, lacks its weights, or the face model is not built.
    """
    records = registry.chosen(names)
    stand, rows = _Stand(faces), []
    for record in records:
        classifier = registry.load(record)
        emotions = [emotion for emotion in BASIC if emotion in record.labels]
        fitted = stand.fitted(classifier, emotions) if optimise else {}
        for emotion in emotions:
            authored = stand.seen(classifier, stand.presets[emotion], emotion)
            optimised = stand.seen(classifier, fitted[emotion].array, emotion) if optimise else None
            rows.append(Acceptance(record.name, emotion, faces, authored, optimised))
    return rows


def print_sanity(rows: Sequence[Acceptance]) -> None:
    """Print one line per network: faces on which each emotion was seen, authored and optimised."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole

    title = f"faces, of {rows[0].faces}, on which the emotion is seen: authored / optimised expression"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("name", *BASIC):
        table.add_column(column, no_wrap=True)
    found = {(row.name, row.emotion): row for row in rows}
    for name in dict.fromkeys(row.name for row in rows):
        table.add_row(name, *(_cell(found.get((name, emotion))) for emotion in BASIC))
    PlainConsole().print(table)


def _cell(row: Acceptance | None) -> str:
    if row is None:
        return "-"
    return f"{row.authored}" if row.optimised is None else f"{row.authored} / {row.optimised}"
