import pytest

from facing_asymmetry.config import read_config
from facing_asymmetry.runs.study import Study
from tests.app.composing import composed


@pytest.fixture(scope="session")
def make_study(tmp_path_factory):
    """A study of the real parts, shrunk; its store lies in a folder of its own."""

    def make(*overrides):
        out = tmp_path_factory.mktemp("study") / "outputs"
        return Study(read_config(composed("debug=tiny", f"paths.outputs={out}", *overrides)))

    return make


@pytest.fixture(scope="session")
def study(make_study):
    return make_study("expression=facs", "intervention=[palsy,bilateral,palsy_facial_nerve]")
