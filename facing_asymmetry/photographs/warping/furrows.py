"""Where the furrows of an expression lie in a photograph: dark valleys of the skin, and what fills them."""

from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from PIL import Image, ImageDraw
from scipy.ndimage import distance_transform_edt, gaussian_filter

from facing_asymmetry.classifiers.preprocessing import LUMA

LIFT: Final = 0.85
"""Share of a furrow's depth that goes with the expression."""

NARROW, WIDE = 0.010, 0.055
"""Standard deviations, in distances between the eyes, of the two blurs between which a valley is dark."""

CLEAR, SOFT = 0.03, 0.04
"""Distances from lips, brows, eyes and nostrils within which nothing is lifted, and over which lifting begins."""

OUTLINES: Final = (
    (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
    (70, 63, 105, 66, 107, 55, 65, 52, 53, 46),
    (300, 293, 334, 296, 336, 285, 295, 282, 283, 276),
    (48, 64, 98, 97, 2, 326, 327, 294, 278, 4),
    (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
)
"""Points around what is dark by itself: lips, brows, base of the nose, eyes."""


def furrow_light(
    frame: Float[ndarray, "S S 3"], points: Float[ndarray, "468 2"], iod: float
) -> tuple[Float[ndarray, "S S 3"], Float[ndarray, "S S 3"]]:
    """Light that fills the furrows of a frame when their expression vanishes, and the frame without detail, sRGB.

    Args:
        frame: sRGB in [0, 1].
        points: pixels of the frame.
        iod: pixels between the outer corners of the eyes.
    """
    near, far = (gaussian_filter(frame, (sd * iod, sd * iod, 0.0)) for sd in (NARROW, WIDE))
    depth = np.clip((far - near) @ np.array(LUMA), 0.0, None)
    mask = Image.new("L", frame.shape[1::-1], 0)
    for outline in OUTLINES:
        ImageDraw.Draw(mask).polygon([tuple(points[point]) for point in outline], fill=255)
    away = distance_transform_edt(np.asarray(mask) == 0) / iod
    keep = np.clip((away - CLEAR) / SOFT, 0.0, 1.0)
    return (LIFT * keep * (depth > 0.0))[..., None] * np.clip(far - near, 0.0, None), far
