"""Make docs/pictures/photograph_morph.png and photograph_interventions.jpg of the demonstration's faces.

Usage: .venv/bin/python tools/photograph_pictures.py
"""

from pathlib import Path

import numpy as np
import torch
from numpy import ndarray
from PIL import Image

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.photographs.demonstration import demonstration_folder
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.listing import list_photographs
from facing_asymmetry.photographs.stimulus import NEUTRAL, PhotographStimulus, fit_photograph, see, unusable
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer
from facing_asymmetry.rendering.contract import Framing

PICTURES = Path(__file__).parents[1] / "docs/pictures"
S = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
COLUMNS = (
    ("palsy", "left", 1.0, 1.0),
    ("palsy", "left", 0.5, 1.0),
    ("palsy", "left", 0.0, 1.0),
    ("palsy", "right", 0.0, 1.0),
    ("palsy_two_sided", "both", 0.0, 1.0),
    ("palsy", "left", 1.0, 0.0),
)
"""Intervention, side, s and t of each column of the sheet."""


def state(model: FaceModel, shown: PhotographStimulus, kind: str, side: str, s: float, t: float) -> ndarray:
    """The fitted head under one intervention, `(V, D)`."""
    basis, fit = learnt(model)[0].basis, shown.fit
    person = Identity(0, {}, fit.rest, np.zeros((1, 1, 4), np.uint8))
    face = Face(model, person, basis, basis.displace(fit.weights), model.midline_weight(0.004))
    chosen = make_intervention(kind)
    gains = chosen.gains(np.array([s]), np.array([t]), side)[0]
    out: ndarray = fit.rest + np.tensordot(gains.astype(np.float32), chosen.basis(face).astype(np.float32), 1)
    return out


def main() -> None:
    """Draw both pictures."""
    model, settings = load_face_model("makehuman", cache_folder()), PhotographSettings()
    faces = [see(one) for one in list_photographs(demonstration_folder()) if one.emotion != NEUTRAL]
    fitted = [fit_photograph(face, [], model, settings) for face in faces]
    shown = [one for one in fitted if not unusable(one, settings)]
    renderer = PhotographRenderer(model, shown, Scene())
    framing = Framing(torch.zeros(1, 1, 1, 4, dtype=torch.uint8), torch.zeros(1, 3), torch.ones(1))

    def strip(row: int, columns: list[tuple[str, str, float, float]]) -> ndarray:
        states = np.stack([state(model, shown[row], *column) for column in columns])
        rows = torch.full((len(columns),), row)
        images = renderer.render(torch.from_numpy(states), framing, rows).permute(2, 0, 3, 1).numpy()
        return (images.reshape(len(images), -1, 3) * 255).round().astype(np.uint8)

    smile = next(row for row, one in enumerate(shown) if one.photograph.emotion == "happiness")
    morph = strip(smile, [("palsy", "left", s, 1.0) for s in S])
    Image.fromarray(morph).save(PICTURES / "photograph_morph.png", optimize=True)
    sheet = np.concatenate([strip(row, list(COLUMNS)) for row in range(len(shown))])
    Image.fromarray(sheet).save(PICTURES / "photograph_interventions.jpg", quality=88)


if __name__ == "__main__":
    main()
