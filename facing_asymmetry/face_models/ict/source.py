"""Reads the published folder `FaceXModel`: one Wavefront mesh a file, 387 MB of text, centimetres.

Own code: trimesh and meshio merge, reorder or drop vertices of such files, and only the order carries the blendshapes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.makehuman.template import PARTS

NEUTRAL = "generic_neutral_mesh"
WHERE = "https://github.com/ICT-VGL/ICT-FaceKit (folder FaceXModel, MIT)"

LARGEST = 100.0
"""Centimetres: no coordinate of a head is farther from the origin."""


@dataclass(frozen=True)
class IctFiles:
    """What the folder holds, shown vertices only, metres.

    Attributes:
        neutral: `(V, 3)`.
        faces: `(F, 3)` triangles.
        expressions: file stem -> `(V, 3)` displacement.
        identities: `(100, V, 3)` displacement of each mode.
    """

    neutral: Float[ndarray, "V 3"]
    faces: Int[ndarray, "F 3"]
    expressions: dict[str, Float[ndarray, "V 3"]]
    identities: Float[ndarray, "K V 3"]


def model_folder(folder: Path) -> Path:
    """`FaceXModel` of a clone, or the folder itself."""
    return folder / "FaceXModel" if (folder / "FaceXModel").is_dir() else folder


def read_folder(folder: Path, progress: Callable[[str], None] = lambda stem: None) -> IctFiles:
    """Read and check every file that the model needs.

    Args:
        folder: `FaceXModel`, or the clone that holds it.
        progress: told each file's stem.

    Raises:
        AssetError: a file is missing, truncated, of another topology, or no number where one belongs.
    """
    folder = model_folder(folder)
    identities = [f"identity{i:03d}" for i in range(IDENTITIES)]
    missing = [s for s in (NEUTRAL, *files(), *identities) if not (folder / f"{s}.obj").is_file()]
    if missing:
        named = ", ".join(f"{stem}.obj" for stem in missing[:4]) + (", ..." if len(missing) > 4 else "")
        raise AssetError(f"{folder} lacks {len(missing)} files of ICT-FaceKit's light model: {named}; it is at {WHERE}")

    def mesh(stem: str) -> ndarray:
        progress(stem)
        return read_vertices(folder / f"{stem}.obj")

    neutral = mesh(NEUTRAL)
    moved = {stem: (mesh(stem) - neutral)[:SHOWN] for stem in files()}
    shapes = np.stack([(mesh(stem) - neutral)[:SHOWN] for stem in identities])
    return IctFiles(neutral[:SHOWN], read_triangles(folder / f"{NEUTRAL}.obj"), moved, shapes)


def read_vertices(path: Path) -> Float[ndarray, "V 3"]:
    """Vertices of one file, metres.

    Raises:
        AssetError: it has not the published number of vertices, or one of them is no position of a head.
    """
    rows = [line[2:] for line in _lines(path) if line.startswith("v ")]
    try:
        points = np.array(" ".join(rows).split(), np.float64)
    except ValueError as error:
        raise AssetError(f"{path}: a vertex isn't three numbers ({error}); download it again") from error
    if len(rows) != VERTICES or points.size != 3 * VERTICES:
        raise AssetError(
            f"{path} has {len(rows):,} vertices; ICT-FaceKit's light model has {VERTICES:,} of three numbers each. "
            f"Is it whole, and from {WHERE}?"
        )
    points = points.reshape(-1, 3)
    if not (np.isfinite(points).all() and np.abs(points).max() < LARGEST):
        raise AssetError(f"{path} has a vertex that is not finite or beyond {LARGEST} cm: not a head in centimetres")
    return points / 100.0


def read_triangles(path: Path) -> Int[ndarray, "F 3"]:
    """Triangles of the shown parts (quads cut along one diagonal).

    Raises:
        AssetError: a face is no list of three or four vertices of the mesh.
    """
    out: list[tuple[int, int, int]] = []
    for line in _lines(path):
        if line.startswith("f "):
            try:
                corners = [int(field.split("/")[0]) - 1 for field in line.split()[1:]]
            except ValueError as error:
                raise AssetError(
                    f"{path}: the face {line.strip()!r} has no vertex numbers; download it again"
                ) from error
            if len(corners) not in (3, 4) or not 0 <= min(corners) <= max(corners) < VERTICES:
                raise AssetError(f"{path}: the face {line.strip()!r} isn't three or four of the mesh's vertices")
            if max(corners) < SHOWN:
                out += [(corners[0], b, c) for b, c in pairwise(corners[1:])]
    if not out:
        raise AssetError(f"{path} has no faces: is it whole?")
    return np.array(out)


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="ascii") as file:
            yield from file
    except (OSError, UnicodeDecodeError) as error:
        raise AssetError(f"cannot read {path}: {error}; a Wavefront text file is expected") from error


VERTICES: Final = 26719
"""Vertices of a mesh of the published topology."""

SHOWN: Final = 24591
"""The first so many are shown; lacrimal fluid, blends, occlusion shells and lashes follow, which need transparency."""

_RANGES: Final = (
    # first vertex of each part, in order
    (0, "skin"),
    (11248, "mouth"),
    (13294, "socket"),
    (14062, "tongue"),
    (17039, "upper_teeth"),
    (19247, "lower_teeth"),
    (21451, "eye_L"),
    (23021, "eye_R"),
)
"""Gums are painted like the tongue."""

LANDMARKS: Final = {
    8: 966,
    22: 3615,
    23: 4240,
    24: 4114,
    25: 2734,
    26: 2509,
    27: 978,
    28: 4527,
    29: 4942,
    30: 4857,
    33: 1147,
    34: 4269,
    35: 3360,
    42: 3742,
    43: 3751,
    44: 3756,
    45: 3721,
    46: 3725,
    47: 3732,
    51: 0,
    52: 4275,
    53: 6200,
    54: 6213,
    55: 6346,
    56: 6461,
    57: 5518,
    62: 5533,
    63: 6216,
    64: 6207,
    65: 6470,
    66: 5517,
}
"""Vertex of each Multi-PIE landmark of the left side and the midline, as the model's documentation lists them."""

IDENTITIES: Final = 100
"""Files `identity000.obj` to `identity099.obj`."""

BLENDSHAPES: Final = tuple(name for name in arkit.NAMES if name != "tongueOut")
"""The model has every ARKit blendshape but the tongue's."""

WHOLE: Final = tuple(name for name in arkit.WHOLE if name != "tongueOut")

SPLIT: Final = tuple(name for name in arkit.SPLIT if name not in ("browInnerUp", "cheekPuff"))
"""Published whole, split here; `browInnerUp` and `cheekPuff` are published for each side."""


def parts() -> Int[ndarray, " V"]:
    """Index into `PARTS` of each shown vertex."""
    out = np.zeros(SHOWN, np.int64)
    for first, name in _RANGES:
        out[first:] = PARTS.index(name)
    return out


def files() -> tuple[str, ...]:
    """Stems of the expression files that are read."""
    sided = [name for name in BLENDSHAPES if name.removesuffix("_L").removesuffix("_R") not in SPLIT]
    return (*sided, *SPLIT)
