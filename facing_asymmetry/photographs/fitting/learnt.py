"""The linear head and landmark map of a face model: learnt once on this machine, then read from the user's cache."""

import io
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy import ndarray

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.store import content_key
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.detector import MESH_NETWORK
from facing_asymmetry.photographs.fitting.landmark_map import LandmarkMap, learn
from facing_asymmetry.photographs.fitting.linear_head import LinearHead
from facing_asymmetry.photographs.fitting.training import shots

CODE: Final = ("photographs.fitting.landmark_map",)
"""Module whose import closure makes the map."""

ARRAYS: Final = ("vertices", "shares", "mean", "components", "blendshapes", "covariance", "own_covariance")


def learnt(model: FaceModel) -> tuple[LinearHead, LandmarkMap]:
    """The linear head and landmark map of a model; about a minute the first time.

    Args:
        model: the face model that is fitted.

    Raises:
        AssetError: the landmark network can't be had.
    """
    key = {
        "model": model.fingerprint,
        "network": MESH_NETWORK[2],
        "code": code_fingerprint(*CODE),
        "versions": numeric_versions(),
    }
    hashable: Any = model
    return _learnt(hashable, cache_folder() / "photographs" / f"{model.name}-{content_key(key, 16)}.npz")


@lru_cache(maxsize=2)
def _learnt(model: Any, path: Path) -> tuple[LinearHead, LandmarkMap]:
    if not path.is_file():
        head = LinearHead.of(model)
        seen = learn(head, list(shots(model, head.centre)))
        kept = {f"seen_{name}": getattr(seen, name) for name in ARRAYS}
        kept |= {"centre": head.centre, "head_mean": head.mean, "head_components": head.components}
        kept["middle"] = np.array(head.middle)
        write_atomically(path, _packed(kept))
    with np.load(path, allow_pickle=False) as kept:
        basis = model.basis(model.identity(int(kept["middle"])))
        head = LinearHead(model, kept["centre"], kept["head_mean"], kept["head_components"], basis, int(kept["middle"]))
        return head, LandmarkMap(*(kept[f"seen_{name}"] for name in ARRAYS))


def _packed(arrays: dict[str, ndarray]) -> bytes:
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()
