"""Files of FLAME's and ICT-FaceKit's layouts, made of random numbers with the right shapes: nothing of theirs is here.

The head is star-shaped: directions on a sphere, triangulated by their convex hull, at an egg's radius; the vertices
that the layouts name as landmarks lie where landmarks lie.
"""

import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from scipy import sparse
from scipy.spatial import ConvexHull

from facing_asymmetry.face_models.appearance.matching import MULTI_PIE
from facing_asymmetry.face_models.flame import layer as flame_layout
from facing_asymmetry.face_models.flame import source as flame
from facing_asymmetry.face_models.ict import source as ict_layout

MIDDLE = np.array([0.0, -0.02, -0.06])
FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Egg:
    """Vertices in metres (origin between the eyes) and outward triangles."""

    vertices: np.ndarray
    faces: np.ndarray


def head(count: int, ring: int, landmarks: Mapping[int, int], seed: int) -> Egg:
    """A skin of `count` vertices, `ring` of them on the midline; landmarks are vertex numbers by Multi-PIE number."""
    random = np.random.default_rng(seed)
    out = np.full((count, 3), np.nan)
    for number, vertex in landmarks.items():
        out[vertex] = np.array(MULTI_PIE[number]) / 1000.0
    placed = set(landmarks.values())
    on_middle = [v for n, v in landmarks.items() if MULTI_PIE[n][0] == 0.0]
    aside = [v for v in placed if v not in on_middle]
    free = [v for v in range(count) if v not in placed]
    turn = np.linspace(0.0, 2.0 * np.pi, ring - len(on_middle), endpoint=False) + 0.013
    circle = np.stack([np.zeros_like(turn), np.sin(turn), np.cos(turn)], axis=1)
    out[free[: len(circle)]] = MIDDLE + egg(circle)
    free = free[len(circle) :]
    mirrors, free = free[: len(aside)], free[len(aside) :]
    out[mirrors] = out[aside] * FLIP
    pairs = len(free) // 2
    ways = random.normal(size=(40 * pairs, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    ways = ways[ways[:, 0] > 0.06][:pairs]
    out[free[:pairs]] = MIDDLE + egg(ways)
    out[free[pairs:]] = (MIDDLE + egg(ways)) * FLIP
    return Egg(out, outward(out, MIDDLE))


def egg(ways: np.ndarray) -> np.ndarray:
    """Points in these directions from the head's middle."""
    return ways / np.sqrt(ways**2 @ (1.0 / np.array([0.078, 0.125, 0.095]) ** 2))[:, None]


def ball(count: int, seed: int) -> Egg:
    """The left eyeball."""
    ways = np.random.default_rng(seed).normal(size=(count, 3))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    centre = np.array([0.0315, 0.0, 0.0])
    points = centre + 0.012 * ways
    return Egg(points, outward(points, centre))


def outward(points: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Hull triangles of the directions from a point, counter-clockwise seen from outside."""
    ways = points - middle
    ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
    faces = ConvexHull(ways).simplices
    corners = ways[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = (normal * corners.mean(axis=1)).sum(axis=1) < 0.0
    return np.where(inward[:, None], faces[:, ::-1], faces)


def fields(points: np.ndarray, count: int, size: float, seed: int) -> np.ndarray:
    """Smooth random displacement fields `(count, V, 3)`, not mirror-symmetric, about `size` metres large."""
    random = np.random.default_rng(seed)
    waves = random.normal(size=(count, 3, 3)) * 18.0
    phase, push = random.uniform(0.0, 6.0, (count, 1, 3)), random.normal(size=(count, 3, 3)) * size
    return np.einsum("kvw,kwc->kvc", np.sin(np.einsum("vc,kwc->kvw", points, waves) + phase), push)


def flame_entries(seed: int = 0) -> dict[str, Any]:
    """Entries of a FLAME pickle as plain arrays."""
    random = np.random.default_rng(seed)
    skin, left = head(3931, 115, flame_layout.LANDMARKS, seed), ball(546, seed)
    right = Egg(left.vertices * FLIP, left.faces[:, ::-1])
    template = np.concatenate([skin.vertices, left.vertices, right.vertices])
    faces = np.concatenate([_open_neck(skin), 3931 + left.faces, 4477 + right.faces])
    weights = np.zeros((flame.VERTICES, flame.JOINTS))
    jaw = np.clip((-0.06 - template[:3931, 1]) / 0.03, 0.0, 1.0) * (template[:3931, 2] > -0.05)
    weights[:3931, 2], weights[:3931, 1] = jaw, 1.0 - jaw
    weights[3931:4477, 3] = weights[4477:, 4] = 1.0
    regressor = np.zeros((flame.JOINTS, flame.VERTICES))
    for joint, place in enumerate(([0, -0.1, -0.06], [0, -0.08, -0.05], [0, -0.03, -0.06])):
        near = np.argsort(np.linalg.norm(template[:3931] - place, axis=1))[:40]
        regressor[joint, near] = 1.0 / 40
    regressor[3, 3931:4477] = regressor[4, 4477:] = 1.0 / 546
    moved = [fields(template, flame.SHAPES, 5e-4, seed + 1), fields(template, flame.EXPRESSIONS, 8e-4, seed + 2)]
    return {
        "v_template": template + np.array([0.0, 1.5, 0.04]),
        "shapedirs": np.concatenate(moved).transpose(1, 2, 0),
        "posedirs": random.normal(size=(flame.VERTICES, 3, 36)) * 1e-4,
        "J_regressor": regressor,
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
        "weights": weights,
        "f": faces.astype(np.uint32),
        "bs_style": "lbs",
        "bs_type": "lrotmin",
    }


def _open_neck(skin: Egg) -> np.ndarray:
    """Without 58 low triangles that share no vertex, as FLAME is open below."""
    height = skin.vertices[skin.faces][..., 1].mean(axis=1)
    gone: list[int] = []
    touched: set[int] = set()
    for number in np.argsort(height, kind="stable").tolist():
        corners = set(skin.faces[number].tolist())
        if len(gone) < 58 and not corners & touched:
            gone.append(number)
            touched |= corners
    return np.delete(skin.faces, gone, axis=0)


def write_flame(path: Path, entries: Mapping[str, Any], *, old: bool) -> Path:
    """A pickle as published: `old` with chumpy's objects and a sparse regressor (2020), else plain arrays (2023)."""
    content = dict(entries)
    if old:
        content["J_regressor"] = sparse.csc_matrix(content["J_regressor"])
        kind = type("Ch", (), {"__module__": "chumpy.ch"})
        modules = {"chumpy": ModuleType("chumpy"), "chumpy.ch": ModuleType("chumpy.ch")}
        modules["chumpy.ch"].Ch = kind  # type: ignore[attr-defined]
        sys.modules.update(modules)
        try:
            for name in ("v_template", "shapedirs", "posedirs", "weights"):
                shell = kind()
                shell.x, shell.dterms = content[name], {"x"}
                content[name] = shell
            path.write_bytes(pickle.dumps(content, protocol=2))
        finally:
            for name in modules:
                del sys.modules[name]
    else:
        path.write_bytes(pickle.dumps(content, protocol=4))
    return path


def ict_neutral(seed: int = 0) -> Egg:
    """A neutral mesh of ICT-FaceKit's layout, metres; hidden parts are points."""
    random = np.random.default_rng(seed)
    skin, left = head(11248, 200, ict_layout.LANDMARKS, seed), ball(1570, seed)
    inside = [_cloud(random, count, y, z) for count, y, z in ((2046, -0.075, -0.02), (768, 0.0, -0.01))]
    inside += [_cloud(random, count, y, 0.01) for count, y in ((2977, -0.08), (2208, -0.066), (2204, -0.080))]
    right = left.vertices * FLIP
    hidden = np.zeros((ict_layout.VERTICES - ict_layout.SHOWN, 3))
    vertices = np.concatenate([skin.vertices, *inside, left.vertices, right, hidden])
    first = 21451
    faces = [skin.faces, first + left.faces, first + 1570 + left.faces[:, ::-1]]
    return Egg(vertices, np.concatenate(faces))


def _cloud(random: np.random.Generator, count: int, y: float, z: float) -> np.ndarray:
    half = random.uniform([0.001, -0.01, -0.01], [0.02, 0.01, 0.01], (count // 2, 3))
    half += np.array([0.0, y, z])
    middle = np.full((count % 2, 3), [0.0, y, z])
    return np.concatenate([half, half * FLIP, middle])


def write_ict(folder: Path, seed: int = 0) -> Path:
    """A clone of ICT-FaceKit's layout; the identity modes after the second are the neutral mesh itself."""
    place = folder / "FaceXModel"
    place.mkdir(parents=True)
    neutral = ict_neutral(seed)
    tail = "\n".join("f " + " ".join(f"{v + 1}/{v + 1}" for v in face) for face in neutral.faces.tolist())
    plain = _write_obj(place / "generic_neutral_mesh.obj", neutral.vertices, tail)
    moves = fields(neutral.vertices, len(ict_layout.files()) + 2, 1e-3, seed + 5)
    for number in range(2, ict_layout.IDENTITIES):
        (place / f"identity{number:03d}.obj").hardlink_to(plain)
    stems = (*ict_layout.files(), "identity000", "identity001")
    low = np.clip((-0.06 - neutral.vertices[:, 1]) / 0.03, 0.0, 1.0)
    moves[stems.index("jawOpen")] += low[:, None] * [0.0, -0.02, -0.01]
    for stem, move in zip(stems, moves, strict=True):
        _write_obj(place / f"{stem}.obj", neutral.vertices + move, tail)
    return folder


def _write_obj(path: Path, vertices: np.ndarray, tail: str) -> Path:
    lines = "\n".join(f"v {x:.5f} {y:.5f} {z:.5f}" for x, y, z in (100.0 * vertices).tolist())
    path.write_text(f"# invented\n{lines}\n{tail}\n")
    return path
