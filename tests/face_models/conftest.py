from pathlib import Path

import pytest

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.flame.plugin import bring as bring_flame
from facing_asymmetry.face_models.ict.plugin import bring as bring_ict
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model
from tests.face_models import invented


@pytest.fixture(scope="session")
def built():
    """The file that set-up wrote (built on the first call on a machine)."""
    return prepare_face_model("makehuman", cache_folder())


@pytest.fixture(scope="session")
def model(built) -> MakeHuman:
    return load_face_model("makehuman", cache_folder())


@pytest.fixture(scope="session")
def identity(model):
    return model.identity(3)


@pytest.fixture(scope="session")
def basis(model, identity):
    return model.basis(identity)


@pytest.fixture(scope="session")
def flame_entries():
    """A FLAME model of random numbers, as plain arrays."""
    return invented.flame_entries()


@pytest.fixture(scope="session")
def flame_file(flame_entries, tmp_path_factory) -> Path:
    """The same as a pickle of 2020's layout: chumpy's objects, a sparse regressor."""
    return invented.write_flame(tmp_path_factory.mktemp("flame") / "generic_model.pkl", flame_entries, old=True)


@pytest.fixture(scope="session")
def ict_folder(tmp_path_factory) -> Path:
    """A clone of ICT-FaceKit's layout, of random numbers."""
    return invented.write_ict(tmp_path_factory.mktemp("ict"))


@pytest.fixture(scope="session")
def invented_cache(built, flame_file, ict_folder, tmp_path_factory) -> Path:
    """A cache with everything of the user's but face models, and invented FLAME and ICT files imported into it."""
    cache = tmp_path_factory.mktemp("cache")
    for path in cache_folder().iterdir():
        if path.name != "face_models":
            (cache / path.name).symlink_to(path)
    bring_flame(cache, flame_file, shapes=12, expressions=8)
    bring_ict(cache, ict_folder)
    return cache
