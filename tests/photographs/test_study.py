import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.cli import cli
from facing_asymmetry.photographs.figure import synthetic_curves
from facing_asymmetry.responses.schema import SCHEMA, validate
from tests.photographs.pictures import hopper, save

CLASSIFIER = "simple_cnn_fer2013"


@pytest.fixture
def folder(tmp_path):
    for number, shade in enumerate((1.0, 0.9, 0.8)):
        pixels = (hopper() * shade).astype(np.uint8)
        save(tmp_path / "faces" / "proband" / "happiness" / f"p{number}.png", pixels)
    save(tmp_path / "faces" / "patient" / "happiness" / "grey.png", np.full((99, 99, 3), 9, np.uint8))
    return tmp_path / "faces"


@pytest.mark.weights
def test_a_folder_gives_a_report_in_one_command(folder, tmp_path):
    done = CliRunner().invoke(
        cli, ["photographs", str(folder), "--into", str(tmp_path / "out"), "--classifier", CLASSIFIER]
    )
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out" / "photographs.html").read_text()
    assert "3 of 4 photographs measured" in page
    assert "no face found" in page
    assert "data:image/jpeg" not in page
    table = pd.read_parquet(tmp_path / "out" / "responses.parquet")
    assert list(validate(table).columns) == SCHEMA.names
    assert set(table["face_model"]) == {"photograph"}
    assert table["identity"].nunique() == 3
    assert table.groupby("identity")["probability"].sum().to_numpy() == pytest.approx(1)


@pytest.mark.weights
def test_thumbnails_come_only_when_asked_for_and_a_run_is_drawn_beside(folder, tmp_path):
    run = tmp_path / "a_run"
    run.mkdir()
    s = np.linspace(0, 1, 5)
    pd.DataFrame({"classifier": CLASSIFIER, "emotion": "happiness", "s": s, "t": 1.0, "logit": 2 * s,
                  "is_target": True, "intervention": "palsy"}).to_parquet(run / "responses.parquet")  # fmt: skip
    arguments = ["photographs", str(folder), "--into", str(tmp_path), "--classifier", CLASSIFIER]
    done = CliRunner().invoke(cli, [*arguments, "--thumbnails", "--run", str(run)])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "photographs.html").read_text()
    assert page.count("data:image/jpeg") == 3
    assert "a_run" in page


def test_the_synthetic_curve_is_the_mean_at_full_intensity_of_the_palsy():
    rows = [
        (i, s, t, k, 10 * s + i) for i in (0, 1) for s in (0.0, 1.0) for t in (0.5, 1.0) for k in ("bilateral", "palsy")
    ]
    table = pd.DataFrame(rows, columns=["identity", "s", "t", "intervention", "logit"])
    table = table.assign(classifier="net", emotion="fear", is_target=True)
    assert synthetic_curves(table)["logit"].tolist() == [0.5, 10.5]
