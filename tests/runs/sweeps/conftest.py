import json
import shutil

import pytest

from facing_asymmetry.app.hydra import launch

STUDY = ("debug=authored",)
NAMES = ("simple_cnn_fer2013", "mini_xception_fer2013")
TABLES = ("responses.parquet", "scores.csv", "tests.csv", "claims.json")


def sweep(out, *overrides, stage="score"):
    """A multirun in this process; its exit status."""
    return launch(stage, ["-m", *STUDY, *overrides, f"paths.outputs={out}"])


def sweep_folder(out):
    """The folder of the only sweep."""
    [path] = out.glob("*-sweep-*/sweep.json")
    return path.parent


def job_folders(out):
    """Run folders of the only sweep's jobs, by their overrides."""
    place = sweep_folder(out)
    return {j["words"]: place / j["folder"] for j in json.loads((place / "sweep.json").read_text())["jobs"]}


def statuses(out):
    """What the status files of the jobs say."""
    return {words: json.loads((folder / "status.json").read_text()) for words, folder in job_folders(out).items()}


def tables(folder):
    """The bytes of everything that must not depend on how the work was divided."""
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The run folder of one run of both networks on four faces."""
    out = tmp_path_factory.mktemp("whole")
    assert launch("score", [f"classifier=[{','.join(NAMES)}]", "identities=4", *STUDY, f"paths.outputs={out}"]) == 0
    [folder] = [path.parent for path in out.glob("*/manifest.json")]
    return folder


@pytest.fixture(scope="session")
def swept(tmp_path_factory):
    """The outputs of a sweep of both networks in two blocks of faces."""
    out = tmp_path_factory.mktemp("swept")
    assert sweep(out, f"classifier={','.join(NAMES)}", "identities=4", "identity_block=0/2,1/2") == 0
    return out


@pytest.fixture
def own_sweep(swept, tmp_path):
    """A copy of it that a test may change."""
    return shutil.copytree(swept, tmp_path / "out")
