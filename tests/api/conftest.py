"""A small study, run once by the API in a folder of its own."""

from pathlib import Path

import pytest

import facing_asymmetry as fa
from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.registry import prepare_face_model

NET = "simple_cnn_fer2013"


@pytest.fixture(scope="session", autouse=True)
def _prepared() -> None:
    prepare_face_model("makehuman", cache_folder())
    registry.fetch_weights(registry.record(NET))


@pytest.fixture(scope="session")
def head(_prepared: None) -> fa.LoadedFaceModel:
    return fa.load_face_model("makehuman")


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("api")


@pytest.fixture(scope="session")
def study(outputs: Path, _prepared: None) -> fa.FinishedRun:
    return fa.run("debug=tiny", outputs=outputs, threads=1)
