"""Face models by name."""

from pathlib import Path

from facing_asymmetry.errors import ConfigError, suggestion
from facing_asymmetry.face_models.contract import FaceModel

NAMES = ("makehuman",)


def prepare_face_model(name: str, cache: Path) -> Path:
    """Fetch and build what a face model needs (set-up); returns the file that it loads.

    Raises:
        ConfigError: no face model has this name.
        AssetError: the data can't be had.
    """
    _known(name)
    from facing_asymmetry.face_models import makehuman

    return makehuman.build(cache)


def load_face_model(name: str, cache: Path) -> FaceModel:
    """Load a face model that set-up has prepared.

    Args:
        name: key in `conf/face_model`.
        cache: the user's cache folder.

    Raises:
        ConfigError: no face model has this name.
        AssetError: its file is missing or damaged; the message names it.
    """
    _known(name)
    from facing_asymmetry.face_models import makehuman

    paths = [makehuman.built_file(cache, pictures) for pictures in (True, False)]
    return makehuman.load(next((path for path in paths if path.is_file()), paths[0]))


def _known(name: str) -> None:
    if name not in NAMES:
        hint = suggestion(name, NAMES, f"; there are: {', '.join(NAMES)}")
        raise ConfigError(f"face_model={name} is unknown{hint}")
