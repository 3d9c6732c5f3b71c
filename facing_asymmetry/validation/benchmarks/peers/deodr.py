"""DEODR: a differentiable rasteriser in C++; with four samples its own anti-aliasing of edges is meant."""

import numpy as np
from deodr.differentiable_renderer import Camera, Scene3D
from deodr.triangulated_mesh import ColoredTriMesh
from numpy import ndarray

from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene


class DeodrPeer:
    """Draws texture and one light, with affine texture coordinates, as its gradient needs.

    Args:
        scene: What to draw.
    """

    samples, gradients = (1, 4), (4,)

    def __init__(self, scene: PeerScene) -> None:
        height, width = scene.texture.shape[:2]
        places = np.stack([scene.uvs[:, 0] * (width - 1), (1 - scene.uvs[:, 1]) * (height - 1)], axis=1)
        self._mesh = ColoredTriMesh(
            scene.faces,
            self._turned(scene.shapes[0]),
            faces_uv=scene.faces_uvs.astype(np.uint32),
            uv=places.astype(np.float64),
            texture=scene.texture / 255.0,
        )
        scale, middle = 0.5 * scene.focal * scene.size, 0.5 * (scene.size - 1)
        intrinsic = np.array([[scale, 0, middle], [0, scale, middle], [0, 0, 1]])
        self._camera = Camera(np.eye(3, 4), intrinsic, scene.size, scene.size)
        self._scenes = {samples: self._lit(sigma) for samples, sigma in ((1, 0.0), (4, 1.0))}

    def _lit(self, sigma: float) -> Scene3D:
        scene = Scene3D(sigma=sigma)
        scene.set_light(light_directional=(0.0, 0.0, 0.5), light_ambient=0.5)
        scene.set_background_color((0.0, 0.0, 0.0))
        scene.set_mesh(self._mesh)
        return scene

    @staticmethod
    def _turned(shape: ndarray) -> ndarray:
        return shape.astype(np.float64) * (1.0, -1.0, 1.0)

    def draw(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.draw`."""
        self._mesh.set_vertices(self._turned(shape))
        picture: ndarray = self._scenes[samples].render(self._camera)
        return picture

    def pull_back(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.pull_back`; its own way back through the light fails with a texture, so that is left out."""
        picture, scene = self.draw(shape, samples), self._scenes[samples]
        scene.clear_gradients()
        scene._render_2d_backward(2 * picture)
        gradient: ndarray = self._camera.project_points_backward(
            scene.scene_2d.ij_b, store_backward=scene.store_backward_current
        )
        return gradient * (1.0, -1.0, 1.0)
