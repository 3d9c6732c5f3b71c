"""Faces to fit and to move: rendered people with known expressions, written as photographs."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy import ndarray

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.stimulus import PhotographStimulus, fit_photograph, see
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.photographs.rendered import pixels_of
from tests.photographs.pictures import save

PERSON = 50_001
"""An identity that nothing was learnt from."""


@lru_cache(maxsize=1)
def head() -> FaceModel:
    return load_face_model("makehuman", cache_folder())


def rendered(emotion: str, number: int = PERSON, strength: float = 0.9, scene: Scene | None = None) -> ndarray:
    """Pixels of an identity with an authored expression of this strength."""
    model, identity = head(), head().identity(number)
    moved = model.basis(identity).displace(strength * np.asarray(authored_weights(emotion, model), float)).total
    renderer = make_renderer("fast", model.surface, scene or Scene())
    return pixels_of(renderer, (identity.rest + moved)[None].astype(np.float32), frame_identities(model, [identity]))[0]


def photographed(folder: Path, emotion: str, number: int = PERSON, **how: object) -> Photograph:
    """The same, written as GROUP/EMOTION/SUBJECT.png."""
    path = save(folder / "group" / emotion / f"s{number}.png", rendered(emotion, number, **how))  # type: ignore[arg-type]
    return Photograph(path, "group", emotion, f"s{number}")


def stimulus(photograph: Photograph, *neutral: Photograph, **settings: object) -> PhotographStimulus:
    """A head fitted to a photograph."""
    chosen = PhotographSettings(**settings)  # type: ignore[arg-type]
    return fit_photograph(see(photograph), [see(one) for one in neutral], head(), chosen)


def states(shown: PhotographStimulus, kind: str, s: tuple[float, ...], side: str, t: float = 1.0) -> ndarray:
    """States of the fitted head under an intervention."""
    basis = learnt(head())[0].basis
    person = Identity(0, {}, shown.fit.rest, np.zeros((1, 1, 4), np.uint8))
    face = Face(head(), person, basis, basis.displace(shown.fit.weights), head().midline_weight(0.004))
    intervention = make_intervention(kind)
    gains = intervention.gains(np.array(s, float), np.full(len(s), t), side).astype(np.float32)
    return shown.fit.rest + np.tensordot(gains, intervention.basis(face).astype(np.float32), 1)


def no_framing(count: int = 1) -> Framing:
    """A framing: photographs have their own."""
    return Framing(torch.zeros(count, 1, 1, 4, dtype=torch.uint8), torch.zeros(count, 3), torch.ones(count))
