"""One face model per process: the jobs of a sweep, and a job's key and its study, need it loaded once."""

from functools import lru_cache
from pathlib import Path

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.face_models.registry import load_face_model


def shared_model(name: str) -> FaceModel:
    """The face model from the user's cache, which must not be changed; the last one is kept in memory.

    Args:
        name: key in `conf/face_model`.

    Raises:
        ConfigError: no face model has this name.
        AssetError: its file is missing or damaged; the message names it.
    """
    return _kept(name, cache_folder())


@lru_cache(maxsize=1)
def _kept(name: str, cache: Path) -> FaceModel:
    return load_face_model(name, cache)
