"""Where the camera stands: framing from rest landmarks, and the view of a scene as PyTorch3D's R, T and focal length.

The *face box* is the square a face detector would draw around the neutral face: from just under the chin to the
upper forehead, centred on the midline. It is the centred square whose side is `FACE_BOX_FRACTION` of the frame.
It is computed from the rest state once and never follows an expression.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.contract import Identity
from facing_asymmetry.rendering.contract import Framing

FACE_BOX_FRACTION: Final = 0.8
"""Side of the face box as a share of the frame."""

BOX_TOP: Final = 0.88
"""Upper edge of the face box, on a scale from 0 at the chin to 1 at the hairline."""

BOX_BOTTOM: Final = -0.02
"""Lower edge of the face box on the same scale."""


class HasLandmarks(Protocol):
    """Anything that knows vertex indices of landmarks by name (a `FaceModel`)."""

    @property
    def landmarks(self) -> Mapping[str, int]:
        """Vertex index of each landmark."""
        ...


def frame_identities(
    model: HasLandmarks, identities: Sequence[Identity], *, top: float = BOX_TOP, bottom: float = BOX_BOTTOM
) -> Framing:
    """Frame each identity by its own rest state.

    Args:
        model: gives the landmarks `chin` and `hairline`.
        identities: A of them, with textures of one size.
        top: upper edge of the face box on the chin-to-hairline scale.
        bottom: lower edge of the face box on the same scale.

    Raises:
        ModelError: a landmark is missing, the hairline is not above the chin, or textures differ in size.
    """
    missing = [name for name in ("chin", "hairline") if name not in model.landmarks]
    if missing or not identities:
        raise ModelError(
            f"cannot frame the face: missing landmarks {missing}, identities {len(identities)} (need >= 1)"
        )
    if len({identity.albedo.shape for identity in identities}) != 1:
        raise ModelError(f"textures differ in size: {sorted({s.albedo.shape for s in identities})}; one size is needed")
    rest = np.stack([identity.rest[:, :3] for identity in identities]).astype(np.float64)
    chin, hairline = rest[:, model.landmarks["chin"]], rest[:, model.landmarks["hairline"]]
    length = hairline[:, 1] - chin[:, 1]
    if not (np.isfinite(length).all() and (length > 1e-3).all()):
        raise ModelError(f"hairline must be above the chin (metres): got {length.tolist()}")
    y = chin[:, 1] + 0.5 * (top + bottom) * length
    # the depth of the face's widest frontal part: between chin and hairline; x is the midline, exactly
    z = 0.5 * (chin[:, 2] + hairline[:, 2])
    centre = np.stack([np.zeros_like(y), y, z], axis=1)
    return Framing(
        albedo=torch.from_numpy(np.stack([identity.albedo for identity in identities])),
        centre=torch.from_numpy(centre.astype(np.float32)),
        height=torch.from_numpy(((top - bottom) * length / FACE_BOX_FRACTION).astype(np.float32)),
    )


@dataclass(frozen=True)
class View:
    """The camera and the lights of a scene in the head's frame (float32).

    Attributes:
        rotation: `(3, 3)`; view coordinates are `(x - centre) @ rotation + (0, 0, distance)`, PyTorch3D's axes
            (+x to the camera's left, +y up, +z away from the camera).
        axis: `(3,)` unit vector from the face to the camera.
        lights: `(3, 3)` unit vectors to the key light and the two fills.
        halves: half-way vectors to `axis`.
    """

    rotation: Float[ndarray, "3 3"]
    axis: Float[ndarray, "3"]
    lights: Float[ndarray, "3 3"]
    halves: Float[ndarray, "3 3"]


def view_of(scene: Scene) -> View:
    """Camera and lights of a scene; exactly mirror-symmetric where yaw and light azimuth are 0."""
    turn = _about_y(scene.yaw)
    rig = scene.lights
    towards = np.stack(
        [
            _direction(0.0, rig.key_elevation),
            _direction(rig.fill_azimuth, rig.fill_elevation),
            _direction(-rig.fill_azimuth, rig.fill_elevation),
        ]
    )
    towards = towards @ _about_y(rig.azimuth).T
    axis = np.array([0.0, 0.0, 1.0])
    halves = towards + axis
    halves /= np.maximum(np.linalg.norm(halves, axis=1, keepdims=True), 1e-12)
    # vectors of the room seen from the turned head: v_head = turn^T v_room, row vectors: v @ turn
    flip = np.diag([-1.0, 1.0, -1.0])
    parts = (turn.T @ flip, axis @ turn, towards @ turn, halves @ turn)
    return View(*(np.ascontiguousarray(part, dtype=np.float32) for part in parts))


def frame_scale(scene: Scene, height: Float[Tensor, " B"]) -> Float[Tensor, " B"]:
    """PyTorch3D's NDC focal length of a frame of this height (metres at the centre's depth)."""
    return 2.0 * scene.zoom * scene.distance / height


def _about_y(degrees: float) -> ndarray:
    """Rotation matrix (column vectors) that turns +z towards +x."""
    angle = np.deg2rad(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]])


def _direction(azimuth: float, elevation: float) -> ndarray:
    """Unit vector; azimuth from +z towards +x."""
    a, e = np.deg2rad(azimuth), np.deg2rad(elevation)
    return np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
