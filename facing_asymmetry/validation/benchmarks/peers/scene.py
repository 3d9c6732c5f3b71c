"""The head that peers and ours draw, in many shapes, and what of the frame it covers."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.config import Scene
from facing_asymmetry.rendering.camera import frame_identities, view_of
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.rendering.torch_renderer import ReferenceRenderer
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace
from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene

LARGEST_TURN = 20.0
"""Degrees by which shapes are turned at most, to either side: a mirrored picture covers other pixels."""


@dataclass(frozen=True)
class Heads:
    """One face in several shapes, as ours and as a peer takes it.

    Attributes:
        face: Surface and identity.
        scene: Camera, lights and size.
        framing: Of the identity.
        states: Vertices and wrinkle weights of each shape.
    """

    face: BenchmarkFace
    scene: Scene
    framing: Framing
    states: Float[Tensor, "N V D"]

    def for_peers(self) -> PeerScene:
        """The same seen by a camera at the origin."""
        view, surface = view_of(self.scene), self.face.surface
        centre, height = self.framing.centre[0].numpy(), float(self.framing.height[0])
        seen = (self.states[..., :3].numpy() - centre) @ np.asarray(view.rotation, np.float32).reshape(3, 3)
        seen[..., 2] += self.scene.distance
        seen[..., 0] *= -1
        return PeerScene(
            shapes=np.ascontiguousarray(seen, np.float32),
            faces=surface.faces.astype(np.int64),
            faces_uvs=surface.faces_uvs.astype(np.int64),
            uvs=surface.verts_uvs.astype(np.float32),
            texture=np.ascontiguousarray(self.face.identity.albedo[..., :3]),
            focal=2.0 * self.scene.zoom * self.scene.distance / height,
            size=self.scene.image_size,
        )

    def luminance(self, number: int) -> Float[ndarray, "H W"]:
        """Our picture of a shape in grey."""
        renderer = make_renderer("fast", self.face.surface, self.scene)
        image = renderer.render(self.states[number : number + 1], self.framing, torch.zeros(1, dtype=torch.int64))
        grey: ndarray = image[0].mean(dim=0).numpy()
        return grey

    def covered(self, number: int) -> Bool[ndarray, "H W"]:
        """Pixels whose middle a shape covers."""
        plain = replace(self.scene, supersample=1)
        renderer = ReferenceRenderer(self.face.surface, plain, torch.device("cpu"), "fast")
        meshes = renderer.meshes(self.states[number : number + 1, :, :3])
        cameras = renderer.cameras(self.framing.centre, self.framing.height)
        found: ndarray = renderer.rasteriser(meshes, cameras=cameras).pix_to_face[0, ..., 0].numpy()
        return found >= 0


def turned_heads(face: BenchmarkFace, count: int, size: int) -> Heads:
    """The face with a little to all of its expression, turned by different angles."""
    framing = frame_identities(face, [face.identity])
    moved, middle = face.state - face.identity.rest, np.array([0.0, *framing.centre[0].numpy()[1:]])
    states = np.empty((count, *face.state.shape), np.float32)
    for number, share in enumerate(np.linspace(0.2, 1.0, count)):
        state = face.identity.rest + share * moved
        angle = np.radians(LARGEST_TURN) * np.sin(2.4 * number + 1)
        cosine, sine = np.cos(angle), np.sin(angle)
        turn = np.array([[cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]])
        states[number] = np.hstack([(state[:, :3] - middle) @ turn + middle, state[:, 3:]])
    return Heads(face, replace(Scene(), image_size=size), framing, torch.from_numpy(states))
