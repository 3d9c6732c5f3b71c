"""The camera of a fit: a pinhole in front of a turned head, its projection and the derivative of that."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.spatial.transform import Rotation

DISTANCE: Final = 0.9
"""Metres from the camera to the centre of the face, as in the default scene: a portrait. Points hardly tell it."""

POSE: Final = 6
"""Parameters of a pose: turns about three axes, shift of two, logarithm of the scale."""


@dataclass(frozen=True)
class FittedCamera:
    """Projects a head to pixels of the photograph: x right, y down, centres of pixels at .5.

    Attributes:
        rotation: `(3, 3)`; `vertices @ rotation.T` are turned to the camera: +x right, +y up, +z towards it.
        shift: `(2,)` pixels where the head's origin is seen.
        scale: pixels per metre at the depth of the origin.
    """

    rotation: Float[ndarray, "3 3"]
    shift: Float[ndarray, "2"]
    scale: float

    def project(self, vertices: Float[ndarray, "*batch N 3"]) -> Float[ndarray, "*batch N 3"]:
        """Pixels x and y, and metres towards the camera.

        Args:
            vertices: metres, in the head's frame.
        """
        turned = vertices @ self.rotation.T
        size = self.scale / (1.0 - turned[..., 2] / DISTANCE)
        flat = turned[..., :2] * [1.0, -1.0] * size[..., None] + self.shift
        return np.concatenate([flat, turned[..., 2:]], axis=-1)

    def derivatives(
        self, vertices: Float[ndarray, "N 3"], fields: Float[ndarray, "P N 3"]
    ) -> tuple[Float[ndarray, "6 N 2"], Float[ndarray, "P N 2"]]:
        """Of the pixels: by the pose, and along each field of displacements.

        Args:
            vertices: metres.
            fields: metres per unit.
        """
        turned = vertices @ self.rotation.T
        nearer = 1.0 / (1.0 - turned[:, 2] / DISTANCE)

        def along(moves: ndarray) -> ndarray:
            grows = nearer**2 * moves[..., 2] / DISTANCE
            flat = moves[..., :2] * nearer[:, None] + turned[:, :2] * grows[..., None]
            return flat * [self.scale, -self.scale]

        turns = along(np.cross(np.eye(3)[:, None], turned[None]))
        shifts = np.repeat(np.eye(2)[:, None], len(vertices), axis=1)
        grows = turned[:, :2] * nearer[:, None] * [self.scale, -self.scale]
        return np.concatenate([turns, shifts, grows[None]]), along(fields @ self.rotation.T)

    def moved(self, step: Float[ndarray, "6"]) -> Self:
        """The camera after a step of the pose."""
        turn = Rotation.from_rotvec(step[:3]).as_matrix()
        return type(self)(turn @ self.rotation, self.shift + step[3:5], float(self.scale * np.exp(step[5])))

    @property
    def yaw(self) -> float:
        """Degrees that the head is turned, positive to the person's left."""
        towards = self.rotation @ [0.0, 0.0, 1.0]
        return float(np.degrees(np.arctan2(towards[0], towards[2])))
