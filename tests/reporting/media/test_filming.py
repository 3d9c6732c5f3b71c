"""Films and the notebook API on a real run, made once."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from matplotlib.figure import Figure

from facing_asymmetry.app.cli import cli
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.face_models.registry import prepare_face_model
from facing_asymmetry.reporting.media.filming import FilmedCell, film
from facing_asymmetry.reporting.opened_run import FinishedRun, open_run
from facing_asymmetry.runs.studies import study_of

NET = "simple_cnn_fer2013"
NODES = (np.array([1.0, 0.5, 0.0]), np.array([1.0, 1.0, 1.0]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    prepare_face_model("makehuman", cache_folder())
    registry.fetch_weights(registry.record(NET))
    out, threads = tmp_path_factory.mktemp("media"), torch.get_num_threads()
    overrides = ["debug=tiny", "expression=facs", "threads=1", f"paths.outputs={out}"]
    assert launch("run", overrides) == 0
    torch.set_num_threads(threads)
    return next(out.glob("tiny-*"))


@pytest.fixture(scope="module")
def run(folder: Path) -> FinishedRun:
    return open_run(folder)


@pytest.mark.parametrize(("identity", "side"), [(0, "left"), (1, "right")])
def test_at_the_grids_nodes_a_film_says_what_the_table_says(folder: Path, run: FinishedRun, identity: int, side: str):
    shot = film(study_of(folder), folder, FilmedCell(NET, "happiness", identity, "palsy", side), NODES)
    rows = run.data.responses.query(
        "emotion == 'happiness' and identity == @identity and side == @side and intervention == 'palsy' and t == 1"
    )
    for k, s in enumerate(NODES[0]):
        node = rows[rows["s"] == s].set_index("class")["probability"]
        assert shot.outputs[k] == pytest.approx(node[list(shot.classes)].to_numpy(), abs=1e-4)


def test_at_the_grids_nodes_a_film_shows_the_reports_pictures(folder: Path, run: FinishedRun):
    shot = film(study_of(folder), folder, FilmedCell(NET, "happiness"), NODES, classify=False)
    assert shot.outputs is None
    for image, s in zip(shot.images, NODES[0], strict=True):
        assert np.array_equal(image, run.face("happiness", s=float(s), t=1))


def test_the_explorers_mirror_image_is_what_the_renderer_makes_of_the_other_side(folder: Path):
    cells = [FilmedCell(NET, "happiness", 0, "palsy", side) for side in ("left", "right")]
    left, right = (film(study_of(folder), folder, cell, NODES, classify=False).images for cell in cells)
    difference = np.abs(left[:, :, ::-1].astype(int) - right)
    assert difference.max() <= 2
    assert np.abs(left.astype(int) - right)[-1].max() > 50


def test_a_film_goes_between_the_nodes_and_under_the_control(folder: Path):
    between = (np.array([0.9, 0.7]), np.array([0.3, 0.8]))
    shot = film(study_of(folder), folder, FilmedCell(NET, "happiness", 0, "bilateral"), between)
    assert shot.images.shape == (2, 224, 224, 3)
    assert np.abs(shot.images[:, :, ::-1].astype(int) - shot.images).max() <= 2


def test_what_the_run_lacks_is_named(folder: Path, run: FinishedRun):
    with pytest.raises(ConfigError, match="did you mean 'simple_cnn_fer2013'"):
        film(study_of(folder), folder, FilmedCell("simple_cnn_fer", "happiness"), NODES)
    with pytest.raises(DataError, match="no expression 'fear'"):
        film(study_of(folder), folder, FilmedCell(NET, "fear"), NODES)
    with pytest.raises(DataError, match=r"identity 7; of this pair it has: 0 under palsy"):
        run.face("happiness", identity=7)
    with pytest.raises(DataError, match=r"figure 'F55' is unknown; did you mean 'F5'"):
        run.figure("F55")


def test_the_commands_write_a_film_and_a_sheet(folder: Path, tmp_path: Path):
    done = CliRunner().invoke(cli, ["media", "film", str(folder), str(tmp_path / "a.gif"), "--frames", "4"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")
    sheet = ["media", "sheet", str(folder), str(tmp_path / "b.pdf"), "--intervention", "bilateral", "--identity", "1"]
    done = CliRunner().invoke(cli, sheet)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF")


def test_every_figure_and_table_comes_out_of_the_api(run: FinishedRun):
    assert {"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9"} <= set(run.figures)
    figures = [run.figure("F4"), run.surfaces(NET), run.impact(NET, "happiness"), run.contact_sheet(identity=1)]
    assert all(isinstance(one, Figure) for one in figures)
    assert len(run.caption("F4")) > 80
    assert run.table("T2")["classifier"].tolist() == [NET]


def test_a_contact_sheet_has_a_face_per_node_and_says_what_was_predicted(run: FinishedRun):
    figure = run.contact_sheet("happiness")
    words = [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].images) == 9
    full = run.data.target.query("identity == 0 and side == 'left' and intervention == 'palsy' and s == 1 and t == 1")
    assert full["predicted"].iloc[0] in words
