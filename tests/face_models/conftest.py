import pytest

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.face_models.makehuman import MakeHuman
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model


@pytest.fixture(scope="session")
def built():
    """The file that set-up wrote (built on the first call on a machine)."""
    return prepare_face_model("makehuman", cache_folder())


@pytest.fixture(scope="session")
def model(built) -> MakeHuman:
    return load_face_model("makehuman", cache_folder())


@pytest.fixture(scope="session")
def subject(model):
    return model.subject(3)


@pytest.fixture(scope="session")
def basis(model, subject):
    return model.basis(subject)
