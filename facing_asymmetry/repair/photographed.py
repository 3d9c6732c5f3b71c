"""Photographs for a gate: as they are, with one side moved to rest, and put together from two of one person."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.palsy import Palsy
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.people import NEUTRAL
from facing_asymmetry.photographs.stimulus import PhotographStimulus, fit_photograph, see_all, unusable
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.repair.pictures import HALF_WIDTH, SIDES
from facing_asymmetry.repair.samples import ORDINARY, PALSIED, Shown

COMPOSITE, MOVED = "composite", "palsy"
"""How a photograph lost one side's expression: put together with the own neutral one, or moved by a fitted head."""

SEAM: Final = 0.02
"""Half-width of the blend between two photographs at the midline, as a share of the frame's side."""

STRENGTHS: Final = (0.0, 0.4)
"""Symmetry of the photographs that are moved."""

SIZE: Final = 224
"""Pixels of a frame's side."""

Shot = tuple[Shown, Float[ndarray, "3 H W"]]


def photographed(
    photographs: Sequence[Photograph], model: FaceModel, settings: PhotographSettings
) -> tuple[list[Shot], list[Failure]]:
    """Pictures of one person from their photographs, and why the others are not used.

    Args:
        photographs: of one person.
        model: the head that is fitted and moves them.
        settings: limits of a usable fit; a photograph beyond them is shown as it is and not moved.

    Raises:
        AssetError: a network that finds faces can't be had.
    """
    faces, failures = see_all(photographs)
    neutral = [face for face in faces if face.photograph.emotion == NEUTRAL]
    shots: list[Shot] = []
    for face in faces:
        emotion, place = face.photograph.emotion, len(shots)
        try:
            stimulus = fit_photograph(face, neutral if emotion != NEUTRAL else [], model, settings)
            whole = _scaled(stimulus.frame(SIZE))
        except DataError as error:
            failures.append(Failure(face.photograph, str(error)))
            continue
        shots.append((Shown(ORDINARY, (emotion,), place), whole))
        if emotion == NEUTRAL:
            continue
        own = [rest for rest in neutral if rest.sha256 in stimulus.neutral]
        if own:
            rest = _scaled(fit_photograph(own[0], [], model, settings).frame(SIZE))
            shots += [
                (Shown(PALSIED, (emotion,), place, COMPOSITE, side, 0.0), composite(whole, rest, side))
                for side in SIDES
            ]
        if not unusable(stimulus, settings):
            shots += [
                (Shown(PALSIED, (emotion,), place, MOVED, side, s), image) for side, s, image in moved(stimulus, model)
            ]
    return shots, failures


def composite(shown: Float[ndarray, "3 H W"], rest: Float[ndarray, "3 H W"], side: str) -> Float[ndarray, "3 H W"]:
    """An expression with the person's `side` of another photograph, at rest."""
    across = (np.arange(shown.shape[-1]) + 0.5) / shown.shape[-1] - 0.5  # a person's left is on the picture's right
    still = 1.0 / (1.0 + np.exp(-(across if side == "left" else -across) / (SEAM / 3)))
    return (shown + still.astype(np.float32) * (rest - shown)).astype(np.float32)


def moved(stimulus: PhotographStimulus, model: FaceModel) -> Iterator[tuple[str, float, Float[ndarray, "3 H W"]]]:
    """A photograph with a palsy of each side, as a study of photographs shows it: side, symmetry, picture."""
    nodes = [(side, s) for side in SIDES for s in STRENGTHS]
    basis, fit, palsy = learnt(model)[0].basis, stimulus.fit, Palsy()
    identity = Identity(0, {}, fit.rest, np.zeros((1, 1, 4), np.uint8))
    weights = np.asarray(fit.weights, np.float32)
    face = Face(model, identity, basis, basis.displace(weights), model.midline_weight(HALF_WIDTH))
    parts = palsy.basis(face)
    gains = np.concatenate([palsy.gains(np.array([s]), np.ones(1), side) for side, s in nodes])
    states = fit.rest + np.einsum("nk,kvd->nvd", gains.astype(np.float32), parts)
    renderer = PhotographRenderer(model, [stimulus], Scene(image_size=SIZE))
    framing = Framing(torch.zeros(1, 1, 1, 4, dtype=torch.uint8), torch.zeros(1, 3), torch.ones(1))
    images = renderer.render(
        torch.from_numpy(states.astype(np.float32)), framing, torch.zeros(len(nodes), dtype=torch.long)
    )
    for (side, s), image in zip(nodes, images.numpy(), strict=True):
        yield side, s, image


def _scaled(frame: ndarray) -> Float[ndarray, "3 H W"]:
    out: ndarray = np.ascontiguousarray(frame.transpose(2, 0, 1)).astype(np.float32) / np.float32(255)
    return out


def as_tensor(shots: Sequence[Shot]) -> Float[Tensor, "N 3 H W"]:
    """The pictures as classifiers take them."""
    return torch.from_numpy(np.stack([image for _, image in shots]))
