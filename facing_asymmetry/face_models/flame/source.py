"""Reads FLAME's official files: the model, and what is published beside it."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, clipped
from facing_asymmetry.core.zips import opened_zip, read_npz
from facing_asymmetry.face_models.flame.unpickler import plain, read_pickle, unpickled

WHERE: Final = "https://flame.is.tue.mpg.de (FLAME 2020, 2023, or 2023 Open)"

VERTICES, FACES, JOINTS = 5023, 9976, 5
SHAPES, EXPRESSIONS = 300, 100
"""Columns of `shapedirs`: identity first, then expression."""

LARGEST: Final = 2.0
"""Metres: no vertex of the published template is farther from its mean."""


LARGEST_FILE: Final = 1 << 30
"""Bytes of the largest model; the published ones have 53 MB to 130 MB."""

LARGEST_TEXTURE: Final = 3 << 29
"""Bytes of the largest texture space."""


@dataclass(frozen=True)
class FlameFile:
    """A FLAME model, metres.

    Attributes:
        template: `(V, 3)`.
        faces: `(F, 3)`.
        parents: `(5,)` of root, neck, jaw, left eye, right eye.
        shapes: `(300, V, 3)` identity, expressions: `(100, V, 3)`, each at one standard deviation.
        correctives: `(36, V, 3)` per element of (R - I) of the four joints after the root.
        regressor: `(5, V)` joints from vertices.
        weights: `(V, 5)` skinning.
    """

    template: Float[ndarray, "V 3"]
    faces: Int[ndarray, "F 3"]
    parents: Int[ndarray, "5"]
    shapes: Float[ndarray, "300 V 3"]
    expressions: Float[ndarray, "100 V 3"]
    correctives: Float[ndarray, "36 V 3"]
    regressor: Float[ndarray, "5 V"]
    weights: Float[ndarray, "V 5"]


_SHAPES: Final = {
    "v_template": (VERTICES, 3),
    "shapedirs": (VERTICES, 3, SHAPES + EXPRESSIONS),
    "posedirs": (VERTICES, 3, 9 * (JOINTS - 1)),
    "J_regressor": (JOINTS, VERTICES),
    "kintree_table": (2, JOINTS),
    "weights": (VERTICES, JOINTS),
    "f": (FACES, 3),
}


def read_model(path: Path) -> FlameFile:
    """The model in a `.pkl` of 2020, 2023 or 2023 Open, or in the `.zip` that holds it.

    Raises:
        AssetError: no such file, truncated, a pickle that wants to call something, another model, or numbers that no
            head has; the message names the entry.
    """
    given_size(path, LARGEST_FILE)
    content = _zipped(path) if zipfile.is_zipfile(path) else read_pickle(path)
    if not isinstance(content, Mapping):
        raise AssetError(f"{path} holds no model but {type(content).__name__}; FLAME's dictionary is expected: {WHERE}")
    entries = {name: _entry(content, name, path) for name in _SHAPES}
    _check_numbers(entries, path)
    directions = entries["shapedirs"].transpose(2, 0, 1)
    parents = entries["kintree_table"][0].astype(np.int64)
    parents[0] = -1
    return FlameFile(
        entries["v_template"],
        entries["f"].astype(np.int64),
        parents,
        directions[:SHAPES],
        directions[SHAPES:],
        entries["posedirs"].transpose(2, 0, 1),
        entries["J_regressor"],
        entries["weights"],
    )


def read_landmarks(path: Path) -> dict[str, ndarray]:
    """`landmark_embedding.npy`: the 68 landmarks as `face` `(68,)` and `bary` `(68, 3)`.

    Raises:
        AssetError: not that file.
    """
    content = _object_array(path)
    try:
        face = _numbers(content["full_lmk_faces_idx"]).astype(np.int64)
        bary = _numbers(content["full_lmk_bary_coords"]).astype(np.float64).reshape(-1, 3)
    except (KeyError, TypeError, ValueError) as error:
        raise AssetError(f"{path} isn't FLAME's landmark embedding ({error}); full_lmk_* of 68 are expected") from error
    if len(face) != 68 or len(bary) != 68 or face.min() < 0 or face.max() >= FACES or not np.isfinite(bary).all():
        raise AssetError(f"{path}: {len(face)} landmarks, faces up to {face.max()}; 68 on {FACES} faces are expected")
    return {"face": face, "bary": bary}


def read_masks(path: Path) -> dict[str, Int[ndarray, " N"]]:
    """`FLAME_masks.pkl`: vertices of each named region.

    Raises:
        AssetError: not that file.
    """
    content = read_pickle(path)
    wanted = f"{path} isn't FLAME's vertex masks: face, left_eyeball, ... with vertices from 0 to {VERTICES - 1}"
    if not isinstance(content, Mapping) or not {"face", "left_eyeball", "right_eyeball"} <= set(content):
        raise AssetError(wanted)
    try:
        masks = {str(name): _numbers(rows) for name, rows in content.items()}
    except (TypeError, ValueError) as error:
        raise AssetError(f"{wanted} ({error})") from error
    odd = [n for n, m in masks.items() if m.max(initial=0) >= VERTICES or m.min(initial=0) < 0 or (m % 1).any()]
    if odd:
        raise AssetError(f"{wanted} (in {clipped(odd[0])!r} there are others)")
    return {name: rows.astype(np.int64) for name, rows in masks.items()}


def read_texture(path: Path) -> dict[str, ndarray]:
    """`FLAME_texture.npz` or `FLAME_albedo_from_BFM.npz`: the mean picture, and where the mesh lies on it.

    Returns:
        `mean` `(H, W, 3)` sRGB in [0, 1], `modes` `(K, H, W, 3)` at one standard deviation (the first 50), `uvs`
        `(T, 2)` v up, `faces_uvs` `(F, 3)`.

    Raises:
        AssetError: not one of these files; arrays of objects are not read.
    """
    given_size(path, LARGEST_TEXTURE)
    try:
        with opened_zip(path, str(path)) as archive:
            published = "tex_dir.npy" in archive.namelist()
        space = {"mean": "mean", "modes": "tex_dir"} if published else {"mean": "MU", "modes": "PC"}
        file = read_npz(path, str(path), [*space.values(), "vt", "ft"])
        mean, modes = (np.asarray(file[key], np.float32) for key in space.values())
        uvs, faces = np.asarray(file["vt"], np.float64), np.asarray(file["ft"], np.int64)
    except AssetError as error:
        raise AssetError(
            f"{path} isn't FLAME's texture space ({error}): mean, tex_dir, vt and ft are expected"
        ) from error
    if mean.ndim != 3 or modes.ndim != 4:
        raise AssetError(f"{path}: texture {mean.shape} and modes {modes.shape} do not go together")
    if space["mean"] == "mean":
        mean, modes = mean[..., ::-1] / 255.0, modes[..., ::-1, :] / 255.0  # published as BGR, 0 to 255
    fits = modes.shape[:-1] == mean.shape and faces.shape == (FACES, 3) and uvs.shape[1:] == (2,)
    if not fits or not 0 <= faces.min() <= faces.max() < len(uvs) or not np.isfinite(mean).all():
        raise AssetError(f"{path}: texture {mean.shape}, modes {modes.shape}, faces {faces.shape} do not go together")
    return {"mean": mean, "modes": np.moveaxis(modes, -1, 0)[:50], "uvs": uvs, "faces_uvs": faces}


def _zipped(path: Path) -> Any:
    with opened_zip(path, str(path)) as archive:
        inside = [name for name in archive.namelist() if name.lower().endswith(".pkl")]
        if not inside:
            raise AssetError(f"{path} holds no .pkl; FLAME's archive is expected: {WHERE}")
        name = min(inside, key=len)
        try:
            content = archive.read(name)
        except RuntimeError as error:  # encrypted
            raise AssetError(f"{path} cannot be unpacked: {error}") from error
        return plain(unpickled(content, path / name), path / name)


def _numbers(rows: Any) -> ndarray:
    """A row of numbers out of an array or a plain list.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(rows, list):
        if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in rows):
            raise TypeError("a list of numbers is expected")
        rows = np.array(rows, np.float64)
    if not isinstance(rows, ndarray) or rows.dtype.kind not in "iuf" or not np.isfinite(rows).all():
        raise TypeError(f"{type(rows).__name__} where an array of numbers is expected")
    return rows.reshape(-1)


def _entry(content: Mapping[str, Any], name: str, path: Path) -> ndarray:
    if name not in content:
        there = ", ".join(clipped(name) for name in sorted(map(str, content))[:8])
        raise AssetError(f"{path} has no entry {name!r} (it has {there}); a FLAME model is expected: {WHERE}")
    value = content[name]
    if not isinstance(value, ndarray) or value.dtype.kind not in "iuf":
        raise AssetError(f"{path}: entry {name!r} is {type(value).__name__}; an array of numbers is expected")
    value = value.reshape(_SHAPES[name]) if value.size == np.prod(_SHAPES[name]) else value
    if value.shape != _SHAPES[name]:
        raise AssetError(
            f"{path}: entry {name!r} has shape {value.shape}; FLAME 2020, 2023 and 2023 Open have {_SHAPES[name]}. "
            "Is it another version, or another model (SMPL has 6890 vertices)?"
        )
    return value.astype(np.float64)


def _check_numbers(entries: Mapping[str, ndarray], path: Path) -> None:
    odd = [name for name, value in entries.items() if not np.isfinite(value).all()]
    if odd:
        raise AssetError(f"{path}: entry {odd[0]!r} holds numbers that are not finite")
    template, faces, parents = entries["v_template"], entries["f"], entries["kintree_table"][0, 1:].astype(np.int64)
    if np.abs(template - template.mean(axis=0)).max() > LARGEST or np.ptp(template) < 0.05:
        raise AssetError(f"{path}: the template spans {np.ptp(template):.3g}; a head in metres is expected")
    if faces.min() < 0 or faces.max() >= VERTICES:
        raise AssetError(f"{path}: a face points outside the {VERTICES} vertices")
    if parents.tolist() != [0, 1, 1, 1]:
        raise AssetError(
            f"{path}: parents of the joints are {parents.tolist()}; neck, jaw and eyes [0, 1, 1, 1] expected"
        )
    if np.abs(entries["weights"].sum(axis=1) - 1.0).max() > 1e-3 or entries["weights"].min() < -1e-6:
        raise AssetError(f"{path}: skinning weights do not sum to 1")


def _object_array(path: Path) -> Mapping[str, Any]:
    """The dictionary in an `.npy` of one pickled object, read inertly."""
    given_size(path, LARGEST_FILE)
    try:
        file = io.BytesIO(path.read_bytes())
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        read(file)
    except (OSError, ValueError) as error:
        raise AssetError(f"{path} isn't an .npy file: {error}") from error
    content = plain(unpickled(file.read(), path), path)
    while isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, Mapping):
        raise AssetError(f"{path} holds {type(content).__name__}; a dictionary of arrays is expected")
    return content
