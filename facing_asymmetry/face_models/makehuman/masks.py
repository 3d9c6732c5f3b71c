"""Soft regions, landmarks and other facts about the template's vertices."""

from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.makehuman.template import PARTS, Template
from facing_asymmetry.face_models.symmetry import smoothstep

LANDMARKS: Final = {
    # millimetres on the template: x, y (the front-most skin vertex nearest to it is taken)
    "hairline": (0.0, 67.0),
    "forehead": (0.0, 40.0),
    "glabella": (0.0, 17.0),
    "nasion": (0.0, 8.0),
    "nose_tip": (0.0, -38.0),
    "subnasale": (0.0, -52.0),
    "lip_upper": (0.0, -66.0),
    "lip_lower": (0.0, -82.0),
    "chin": (0.0, -117.0),
    "eye_outer_L": (45.5, -1.2),
    "eye_inner_L": (19.0, -2.8),
    "eye_upper_L": (32.0, 3.5),
    "eye_lower_L": (32.0, -5.6),
    "brow_inner_L": (10.0, 14.0),
    "brow_middle_L": (32.0, 18.5),
    "brow_outer_L": (52.0, 12.5),
    "nostril_L": (18.0, -42.0),
    "mouth_corner_L": (24.5, -73.5),
    "cheek_L": (44.0, -40.0),
    "jaw_L": (55.0, -85.0),
    "ear_L": (88.0, -15.0),
}
"""Where each landmark lies; the right ones are the left ones' mirror images."""


def skin_vertices(template: Template) -> Bool[ndarray, " V"]:
    """Vertices of the head's outer skin."""
    out = np.zeros(len(template.mirror), bool)
    out[template.faces[template.part == PARTS.index("skin")]] = True
    return out


def rigid_vertices(template: Template) -> Bool[ndarray, " V"]:
    """Vertices of eyeballs, teeth and tongue: whatever moves them is midline."""
    hard = [PARTS.index(name) for name in ("upper_teeth", "lower_teeth", "tongue", "eye_L", "eye_R")]
    out = np.zeros(len(template.mirror), bool)
    out[template.faces[np.isin(template.part, hard)]] = True
    return out


def find_landmarks(template: Template, vertices: Float[ndarray, "V 3"]) -> dict[str, int]:
    """Vertex of each landmark."""
    skin = np.flatnonzero(skin_vertices(template) & (vertices[:, 2] > -0.09))
    out: dict[str, int] = {}
    for name, (x, y) in LANDMARKS.items():
        points = vertices[skin]
        apart = np.hypot(1000.0 * points[:, 0] - x, 1000.0 * points[:, 1] - y) - 0.02 * 1000.0 * points[:, 2]
        if not name.endswith("_L"):
            apart = apart + 1e3 * (np.abs(points[:, 0]) > 1e-6)
        vertex = int(skin[apart.argmin()])
        out[name] = vertex
        if name.endswith("_L"):
            out[name.removesuffix("L") + "R"] = int(template.mirror[vertex])
    return out


def soft_regions(template: Template, vertices: Float[ndarray, "V 3"]) -> dict[str, Float[ndarray, " V"]]:
    """`face`, and the thirds `upper` (brows, lids), `middle` (cheeks, nose) and `lower` (mouth, chin), 0 to 1.

    Eyes, teeth and tongue belong to the thirds by their height like the skin around them, but not to `face`.
    """
    y, z = 1000.0 * vertices[:, 1], 1000.0 * vertices[:, 2]
    x = np.abs(1000.0 * vertices[:, 0])
    frontal = smoothstep(-62.0, -42.0, z) * smoothstep(76.0, 71.0, x) * smoothstep(80.0, 66.0, y)
    face = frontal * smoothstep(-127.0, -117.0, y - 0.35 * np.minimum(z, 0.0)) * skin_vertices(template)
    upper = smoothstep(-13.0, -7.0, y)
    lower = smoothstep(-48.0, -56.0, y)
    named = {"face": face, "upper": upper, "middle": (1.0 - upper) * (1.0 - lower), "lower": lower}
    return {name: _even(mask, template.mirror) for name, mask in named.items()}


def lid_rim(template: Template, vertices: Float[ndarray, "V 3"]) -> Float[ndarray, "N 3"]:
    """Points along the edge of the left eye's lids, where the outer skin meets the socket."""
    socket = np.zeros(len(template.mirror), bool)
    socket[template.faces[template.part == PARTS.index("socket")]] = True
    edge = np.flatnonzero(socket & skin_vertices(template) & (vertices[:, 0] > 0.0))
    around = vertices[edge] - vertices[edge].mean(axis=0)
    ring = vertices[edge[np.argsort(np.arctan2(around[:, 1] * 3.0, around[:, 0]))]]
    share = np.linspace(0.0, 1.0, 8, endpoint=False)[None, :, None]
    return (ring[:, None] * (1.0 - share) + np.roll(ring, -1, axis=0)[:, None] * share).reshape(-1, 3)


def _even(mask: ndarray, mirror: Int[ndarray, " V"]) -> Float[ndarray, " V"]:
    """A mask made exactly symmetric."""
    half = (0.5 * mask).astype(np.float32)
    return half + half[mirror]
