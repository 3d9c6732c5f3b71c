"""Contact sheet of authored expressions: one row per identity, neutral first, then the six emotions."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from PIL import Image

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.expressions.authored import SHOWN, authored_weights
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.contact_sheet import to_bytes

SHEET_COLUMNS: Final = ("neutral", *(name for name in SHOWN if name != "neutral"))


def face_sheet(name: str, numbers: Sequence[int], tile: int) -> Image.Image:
    """Draw the contact sheet of some identities of a face model.

    Args:
        name: name of the face model.
        numbers: numbers of the identities.
        tile: side of each image in pixels.

    Raises:
        AssetError: the model is not here; the message says how to bring it.
    """
    model = load_face_model(name, cache_folder())
    renderer = make_renderer("fast", model.surface)
    weights = np.stack([authored_weights(emotion, model) for emotion in SHEET_COLUMNS])
    rows = []
    for number in numbers:
        identity = model.identity(number)
        states = torch.from_numpy((identity.rest + model.basis(identity).displace(weights).total).astype(np.float32))
        with torch.inference_mode():
            images = renderer.render(states, frame_identities(model, [identity]), torch.zeros(len(states)).long())
        rows.append(np.concatenate(list(to_bytes(images)), axis=1))
    sheet = Image.fromarray(np.concatenate(rows))
    return sheet.resize((tile * len(SHEET_COLUMNS), tile * len(numbers)), Image.Resampling.LANCZOS)
