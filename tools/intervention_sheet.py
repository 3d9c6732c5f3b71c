"""Every intervention on one face, s from 1 to 0: `python tools/intervention_sheet.py SHEET.jpg [EMOTION] [FACE]`."""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from facing_asymmetry.config import Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.layout import lay_out
from facing_asymmetry.interventions.registry import catalogue
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.contact_sheet import to_bytes
from facing_asymmetry.responses.runner import Studio

GRID = Grid("sheet", (0.0, 0.25, 0.5, 0.75, 1.0), (0.5, 1.0))


def main() -> None:
    """Render and save the sheet: one row per intervention, full intensity."""
    path = Path(sys.argv[1])
    emotion, number = (sys.argv[2] if len(sys.argv) > 2 else "happiness"), int(sys.argv[3] if len(sys.argv) > 3 else 4)
    model, scene = load_face_model("makehuman", cache_folder()), Scene()
    identity = model.identity(number)
    face = Face.showing(model, identity, facs_weights(emotion, model.blendshapes), model.midline_weight(0.004))
    shown = catalogue()
    studio = Studio(model, frame_identities(model, [identity]), make_renderer("fast", model.surface, scene), 20)
    figure, axes = plt.subplots(len(shown), len(GRID.s), figsize=(1.5 * len(GRID.s) + 1.6, 1.5 * len(shown)))
    for row, (name, made) in zip(axes, shown.items(), strict=True):
        frames = lay_out(made, face, GRID, made.sides[0], scene)
        drawn = np.concatenate([to_bytes(studio.render(frames, 0, *block)[1]) for block in studio.blocks(frames)])
        images = drawn[frames.node].reshape(len(GRID.t), len(GRID.s), *drawn.shape[1:])[-1]
        for axis, image, s in zip(row, images[::-1], GRID.s[::-1], strict=True):
            axis.imshow(image)
            axis.set(xticks=[], yticks=[])
            if name == next(iter(shown)):
                axis.set_title(f"s = {s:g}")
        row[0].set_ylabel(f"{name}\n({made.sides[0]})", rotation=0, ha="right", va="center")
    figure.tight_layout(pad=0.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
