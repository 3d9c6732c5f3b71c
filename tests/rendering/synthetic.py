"""Small faces of known form for the tests of the rendering room: a bumpy, mirror-symmetric ball with a texture."""

from dataclasses import dataclass, field

import numpy as np
from pytorch3d.utils import ico_sphere

from facing_asymmetry.face_models.contract import Identity, Surface


def ball(level: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit sphere, exactly symmetric about x = 0: half a grid of meridians, mirrored. Vertices, faces, mirror map."""
    rows, columns = 8 * 2**level // 4, 6 * 2**level // 4
    v = np.linspace(0.0, np.pi, rows + 1)
    u = np.linspace(0.0, np.pi, columns + 1)
    u, v = np.meshgrid(u, v)
    points = np.stack([np.sin(v) * np.sin(u), np.cos(v), np.sin(v) * np.cos(u)], axis=-1).astype(np.float32)
    points[:, [0, -1], 0] = 0.0
    points[[0, -1], :, 0] = 0.0
    index = np.arange(points.shape[0] * points.shape[1]).reshape(points.shape[:2])
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    half = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    flat = points.reshape(-1, 3)
    seam = np.zeros(points.shape[:2], bool)
    seam[:, [0, -1]] = True
    other = np.where(seam, index, index + index.size).ravel()
    vertices = np.concatenate([flat, flat * np.float32([-1, 1, 1])])
    faces = np.concatenate([half, other[half][:, ::-1]])
    keep, faces = np.unique(faces, return_inverse=True)
    mirror = np.concatenate([other, np.arange(index.size)])
    return vertices[keep], faces.reshape(-1, 3).astype(np.int64), np.searchsorted(keep, mirror[keep])


@dataclass(frozen=True)
class SyntheticFace:
    """A ball with bumps: surface, identities and landmarks as a face model has them."""

    surface: Surface
    mirror: np.ndarray
    rest: np.ndarray
    landmarks: dict[str, int] = field(default_factory=dict)

    def identity(self, number: int) -> Identity:
        random = np.random.default_rng(number)
        half = random.integers(60, 230, (32, 16, 4), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
        return Identity(number, {}, self.rest, np.concatenate([half, half[:, ::-1]], axis=1))


def synthetic_face(level: int = 4, channels: int = 2, seed: int = 0) -> SyntheticFace:
    """A mirror-symmetric ball of 10 cm radius with `channels` wrinkle maps."""
    vertices, faces, mirror = ball(level)
    scaled = vertices * np.float32(0.1)
    scaled[:, 1] *= np.float32(1.25)
    random = np.random.default_rng(seed)
    maps = np.zeros((channels, 64, 64, 3), np.float32)
    half = random.normal(0.0, 0.4, (channels, 64, 32, 3)).astype(np.float32)
    half[..., 2] = np.abs(half[..., 2]) * 0.5
    maps[:, :, :32] = half
    maps[:, :, 32:] = half[:, :, ::-1] * np.float32([-1, 1, 1])
    # cylindrical coordinates: u along x, v along y
    u = np.float32(0.5) + np.round(vertices[:, 0] * np.float32(0.45) * 2**20) / np.float32(2**20)
    v = np.float32(0.5) + vertices[:, 1] * np.float32(0.45)
    tangents = np.stack([vertices[:, 2], np.zeros_like(u), -vertices[:, 0]], axis=1)
    tangents /= np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
    tangents[vertices[:, 2] < 0] = 0.0
    uvs = np.stack([u, v], axis=1).astype(np.float32)
    surface = Surface(faces, faces, uvs, maps, tangents.astype(np.float32))
    rest = np.concatenate([scaled, np.zeros((len(scaled), channels), np.float32)], axis=1)
    order = np.argsort(vertices[:, 1])
    return SyntheticFace(surface, mirror, rest, {"chin": int(order[0]), "hairline": int(order[-1])})


def icosphere(level: int) -> tuple[np.ndarray, np.ndarray]:
    """PyTorch3D's icosphere."""
    mesh = ico_sphere(level)
    return mesh.verts_packed().numpy(), mesh.faces_packed().numpy()
