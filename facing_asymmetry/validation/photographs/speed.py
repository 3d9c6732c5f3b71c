"""How long a moved photograph takes beside a rendered face, in one run."""

from typing import Any, Final

import numpy as np
import torch

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.demonstration import demonstration_folder
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.listing import list_photographs
from facing_asymmetry.photographs.stimulus import fit_photograph, see
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.benchmarks.timing import timed

FRAMES: Final = 20
"""Frames a batch, as in a study."""


def speed(model: FaceModel, repeats: int = 9) -> dict[str, Any]:
    """Milliseconds a frame of a moved photograph and of a rendered face, of a fit, and the ratio of the frames.

    Args:
        model: the face model that is fitted and rendered.
        repeats: rounds, of which the median counts.

    Raises:
        AssetError: the demonstration's faces can't be had.
    """
    photograph = next(one for one in list_photographs(demonstration_folder()) if one.emotion == "happiness")
    face = see(photograph)
    shown = fit_photograph(face, [], model, PhotographSettings())
    moved = learnt(model)[0].basis.displace(shown.fit.weights).total
    shares = np.linspace(0.0, 1.0, FRAMES, dtype=np.float32)[:, None, None]
    states = torch.from_numpy(shown.fit.rest + shares * moved)
    rows = torch.zeros(FRAMES, dtype=torch.long)
    photographs, rendered = PhotographRenderer(model, [shown], Scene()), make_renderer("fast", model.surface, Scene())
    identity = model.identity(0)
    framing = frame_identities(model, [identity])
    nothing = Framing(framing.albedo[:, :1, :1], framing.centre, framing.height)
    faces = torch.from_numpy(identity.rest + shares * moved)
    with torch.inference_mode():
        figures = timed("moved", lambda: photographs.render(states, nothing, rows), FRAMES, repeats)
        figures |= timed("rendered", lambda: rendered.render(faces, framing, rows), FRAMES, repeats)
        figures |= timed("fit", lambda: fit_photograph(face, [], model, PhotographSettings()), 1, repeats)
    return figures | {"ratio": figures["moved_ms"] / figures["rendered_ms"], "frames": FRAMES}
