"""What a peer draws, and how it is asked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray


@dataclass(frozen=True)
class PeerScene:
    """One head in several shapes, seen by a pinhole camera at the origin: x to the right, y up, z away from it.

    Attributes:
        shapes: Vertices of each mesh.
        faces: Triangles, counter-clockwise from outside.
        faces_uvs: Texture vertices of the triangles.
        uvs: Texture coordinates, v upwards.
        texture: sRGB colours.
        focal: Focal length; the frame's edges lie at 1.
        size: Pixels of the frame's side.
    """

    shapes: Float[ndarray, "N V 3"]
    faces: Int[ndarray, "F 3"]
    faces_uvs: Int[ndarray, "F 3"]
    uvs: Float[ndarray, "U 2"]
    texture: UInt8[ndarray, "Ht Wt 3"]
    focal: float
    size: int

    @cached_property
    def seams(self) -> tuple[Int[ndarray, " W"], Int[ndarray, "F 3"], Float[ndarray, "W 2"]]:
        """Vertices doubled along seams of the texture: which vertex each is, triangles, texture coordinates."""
        corners = np.stack([self.faces.ravel(), self.faces_uvs.ravel()], axis=1)
        pairs, places = np.unique(corners, axis=0, return_inverse=True)
        return pairs[:, 0], places.reshape(-1, 3), self.uvs[pairs[:, 1]]


class Peer(Protocol):
    """Another renderer, ready to draw a scene's meshes."""

    samples: Sequence[int]
    """Samples a pixel that it can take, of 1 and 4."""

    gradients: Sequence[int]
    """Samples a pixel with which it gives a gradient."""

    def draw(self, shape: Float[ndarray, "V 3"], samples: int) -> Float[ndarray, "H W 3"]:
        """A picture, black where nothing is."""

    def pull_back(self, shape: Float[ndarray, "V 3"], samples: int) -> Float[ndarray, "V 3"]:
        """Draw, and return the gradient of the sum of squares of the picture."""
