"""The rendered faces on which a network's runtime is compared with torch: `python tools/rendered_faces.py`.

They vary in identity, expression, palsy, side and intensity. Any eight faces do: they need not be made anew when the
renderer changes.
"""

import numpy as np
from PIL import Image

import facing_asymmetry as fa
from facing_asymmetry.classifiers.example_frames import RENDERED

SIDE = 128
"""Pixels of a face."""

SHOWN = (
    ("anger", "left", 1.0, 1.0),
    ("disgust", "right", 0.5, 1.0),
    ("fear", "left", 0.0, 1.0),
    ("happiness", "right", 1.0, 0.5),
    ("sadness", "left", 0.25, 0.75),
    ("surprise", "right", 0.0, 0.5),
    ("happiness", "left", 0.0, 1.0),
    ("anger", "right", 0.75, 0.0),
)
"""Expression, weak side, symmetry s and intensity t of each face."""


def main() -> None:
    """Render them beside each other into one picture."""
    model, row = fa.load_face_model("makehuman"), []
    for number, (emotion, side, s, t) in enumerate(SHOWN):
        face = model.identity(number).show(getattr(fa.expressions, emotion))
        frame = fa.render(face, fa.Palsy(side=side), s=[s], t=[t]).images.reshape(3, 224, 224)
        pixels = (frame.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        row.append(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    Image.fromarray(np.concatenate([np.asarray(one) for one in row], axis=1)).save(RENDERED, optimize=True)


if __name__ == "__main__":
    main()
