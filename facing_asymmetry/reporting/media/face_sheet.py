"""Contact sheet of authored expressions: one row per identity, neutral first, then those of one set."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from PIL import Image
from torch import Tensor

from facing_asymmetry.config import FaceModelConfig, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import NEUTRAL
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.expressions.stimuli import BUILT_IN, stimulus_sets
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.contact_sheet import to_bytes

WEAK_SIDE: Final = "left"
"""The person's side that does not take part on an asymmetric sheet."""


def face_sheet(
    name: str, numbers: Sequence[int], tile: int, stimuli: str = BUILT_IN, weak: bool = False
) -> Image.Image:
    """Draw the contact sheet of some identities of a face model.

    Args:
        name: name of the face model.
        numbers: numbers of the identities.
        tile: side of each image in pixels.
        stimuli: name of the set of authored expressions.
        weak: whether one side does not take part, as under `palsy` at s = 0.

    Raises:
        ConfigError: there is no such set, or the face model lacks a blendshape of it.
        AssetError: the model is not here; the message says how to bring it.
    """
    model = load_face_model(name, cache_folder())
    renderer = make_renderer("fast", model.surface)
    sets = stimulus_sets()
    if stimuli not in sets:
        raise ConfigError(f"no set of stimuli {stimuli!r}{suggestion(stimuli, sets)}; there are: {', '.join(sets)}")
    columns, own = (NEUTRAL, *sets[stimuli]), {} if stimuli == BUILT_IN else sets[stimuli]
    weights = np.stack([authored_weights(column, model, own) for column in columns])
    rows = []
    for number in numbers:
        identity = model.identity(number)
        states = _states(model, identity, weights, weak)
        with torch.inference_mode():
            images = renderer.render(states, frame_identities(model, [identity]), torch.zeros(len(states)).long())
        rows.append(np.concatenate(list(to_bytes(images)), axis=1))
    sheet = Image.fromarray(np.concatenate(rows))
    return sheet.resize((tile * len(columns), tile * len(numbers)), Image.Resampling.LANCZOS)


def _states(model: FaceModel, identity: Identity, weights: Float[ndarray, "C E"], weak: bool) -> Float[Tensor, "C V D"]:
    """The identity with each expression, whole, or with one side still."""
    if not weak:
        return torch.from_numpy((identity.rest + model.basis(identity).displace(weights).total).astype(np.float32))
    left = model.midline_weight(FaceModelConfig().half_width_mm / 1000)
    palsy, grid = make_intervention("palsy"), Grid.spaced("sheet", [0.0, 1.0], [0.0, 1.0])
    s, t = grid.nodes()
    still = int(np.flatnonzero((s == 0) & (t == 1))[0])
    states = []
    for row in weights:
        frames = lay_out(palsy, Face.showing(model, identity, row, left), grid, WEAK_SIDE, Scene())
        states.append(frames.states(frames.node[still], frames.node[still] + 1)[0])
    return torch.from_numpy(np.stack(states))
