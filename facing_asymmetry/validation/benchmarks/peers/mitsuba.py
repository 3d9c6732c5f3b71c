"""Mitsuba 3: a differentiable path tracer, compiled for the CPU (`llvm_ad_rgb`), with texture and one light."""

import numpy as np
from numpy import ndarray

from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene

VARIANT = "llvm_ad_rgb"


class MitsubaPeer:
    """Draws direct light; gradients leave out how outlines move.

    Args:
        scene: What to draw.
    """

    samples, gradients = (1, 4), (1, 4)

    def __init__(self, scene: PeerScene) -> None:
        import mitsuba as mi

        mi.set_variant(VARIANT)
        self._mi, (self._vertices, faces, uvs) = mi, scene.seams
        picture = mi.Bitmap(np.ascontiguousarray(scene.texture))
        skin = {"type": "bitmap", "bitmap": picture, "raw": False}
        skin_bsdf = {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": skin}}
        properties = mi.Properties()
        properties["skin"] = mi.load_dict(skin_bsdf)
        mesh = mi.Mesh("head", len(uvs), len(faces), has_vertex_texcoords=True, props=properties)
        parameters = mi.traverse(mesh)
        parameters["faces"] = faces.astype(np.uint32).ravel()
        parameters["vertex_texcoords"] = np.stack([uvs[:, 0], 1 - uvs[:, 1]], axis=1).astype(np.float32).ravel()
        parameters["vertex_positions"] = self._placed(scene.shapes[0])
        parameters.update()
        self._scene = mi.load_dict(self._described(scene, mesh))
        self._parameters = mi.traverse(self._scene)
        self._key = next(key for key in self._parameters.keys() if key.endswith("vertex_positions"))  # noqa: SIM118

    def _described(self, scene: PeerScene, mesh: object) -> dict[str, object]:
        look = self._mi.ScalarTransform4f().look_at(origin=(0, 0, 0), target=(0, 0, -1), up=(0, 1, 0))
        film = {
            "type": "hdrfilm", "width": scene.size, "height": scene.size, "pixel_format": "rgb",
            "rfilter": {"type": "box"},
        }  # fmt: skip
        fov = float(np.degrees(2 * np.arctan(1 / scene.focal)))
        return {
            "type": "scene",
            "integrator": {"type": "direct"},
            "sensor": {"type": "perspective", "fov": fov, "near_clip": 0.01, "to_world": look, "film": film},
            "light": {"type": "point", "position": (0, 0, 0), "intensity": {"type": "rgb", "value": 1.0}},
            "head": mesh,
        }

    def _placed(self, shape: ndarray) -> ndarray:
        placed: ndarray = (shape[self._vertices] * np.array([1, 1, -1], np.float32)).astype(np.float32).ravel()
        return placed

    def draw(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.draw`."""
        self._parameters[self._key] = self._placed(shape)
        self._parameters.update()
        return np.array(self._mi.render(self._scene, spp=samples))

    def pull_back(self, shape: ndarray, samples: int) -> ndarray:
        """See `Peer.pull_back`."""
        import drjit as dr

        places = self._mi.Float(self._placed(shape))
        dr.enable_grad(places)
        self._parameters[self._key] = places
        self._parameters.update()
        dr.backward(dr.sum(self._mi.render(self._scene, self._parameters, spp=samples) ** 2, axis=None))
        gradient = np.array(dr.grad(places)).reshape(-1, 3) * (1.0, 1.0, -1.0)
        return np.stack([np.bincount(self._vertices, gradient[:, k], len(shape)) for k in range(3)], axis=1)
