import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.photographs.figures import label, synthetic_curves
from facing_asymmetry.results.response_table import SCHEMA, validate
from tests.photographs.pictures import free_photographs, hopper, save

CLASSIFIER, SECOND = "simple_cnn_fer2013", "wtf_cnn3"


def _study(source, into, *more):
    names = ["--classifier", CLASSIFIER, "--classifier", SECOND]
    done = CliRunner().invoke(cli, ["photographs", str(source), "--into", str(into), *names, *more])
    assert done.exit_code == 0, done.output
    return (into / "photographs.html").read_text()


@pytest.fixture
def folder(tmp_path):
    for number, shade in enumerate((1.0, 0.9, 0.8)):
        pixels = (hopper() * shade).astype(np.uint8)
        save(tmp_path / "faces" / "proband" / "happiness" / f"p{number}.png", pixels)
    save(tmp_path / "faces" / "proband" / "neutral" / "p0.png", hopper())
    save(tmp_path / "faces" / "patient" / "happiness" / "grey.png", np.full((99, 99, 3), 9, np.uint8))
    save(tmp_path / "faces" / "stray.png", hopper())
    return tmp_path / "faces"


@pytest.mark.weights
def test_a_folder_gives_a_report_in_one_command(folder, tmp_path):
    page = _study(folder, tmp_path / "out")
    for words in ("no face found", "not laid out GROUP", "association", "Nothing was sent anywhere"):
        assert words in page
    for private in ("data:image/jpeg", "p0.png"):
        assert private not in page
    failures = pd.read_csv(tmp_path / "out" / "failures.csv")
    assert len(failures) == 2
    table = pd.read_parquet(tmp_path / "out" / "responses.parquet")
    assert list(validate(table).columns) == SCHEMA.names
    assert set(table["face_model"]) == {"photograph"}
    assert set(table["classifier"]) == {CLASSIFIER, SECOND}
    assert table["identity"].nunique() == 4
    assert table.groupby(["classifier", "identity"])["probability"].sum().to_numpy() == pytest.approx(1)
    measures = pd.read_csv(tmp_path / "out" / "measures.csv")
    own = measures[measures["subject"] == "p0"].set_index("emotion")
    assert own.loc["happiness", "excess_asymmetry_mm"] < 0.02
    assert set(measures["intensity_from"]) == {"own neutral face", "mean rendered face"}


@pytest.mark.weights
def test_photographs_that_are_free_to_use_run_end_to_end(tmp_path):
    rows = [f"{path},free,{'neutral' if name == 'camera' else 'happiness'},{name}\n"
            for name, path in free_photographs().items()]  # fmt: skip
    (tmp_path / "list.csv").write_text("path,group,emotion,subject\n" + "".join(rows))
    _study(tmp_path / "list.csv", tmp_path / "out")
    measures = pd.read_csv(tmp_path / "out" / "measures.csv").set_index("subject")
    assert set(measures.index) == {"hopper", "astronaut", "camera"}
    assert (measures.loc[["hopper", "astronaut"], "s"] > 0.7).all()
    assert (measures.loc[["hopper", "astronaut"], "yaw"].abs() < 15).all()
    assert abs(measures.loc["camera", "yaw"]) > 15
    table = pd.read_parquet(tmp_path / "out" / "responses.parquet")
    smiles = table[table["is_target"] & (table["emotion"] == "happiness")]
    assert (smiles["predicted"] == "happiness").any()


@pytest.mark.weights
def test_thumbnails_come_only_when_asked_for_and_a_run_is_drawn_beside(folder, tmp_path):
    run = tmp_path / "a_run"
    run.mkdir()
    s = np.linspace(0, 1, 5)
    shown = {"face_model": "makehuman", "classifier": CLASSIFIER, "emotion": "happiness", "intervention": "palsy"}
    pd.DataFrame({**shown, "s": s, "t": 1.0, "logit": 2 * s, "is_target": True}).to_parquet(run / "responses.parquet")
    page = _study(folder, tmp_path / "out", "--thumbnails", "--run", str(run))
    assert page.count("data:image/jpeg") == 4
    assert "This page holds pictures of the people" in page
    assert "a_run" in page


@pytest.mark.weights
def test_names_with_odd_characters_are_shown_as_they_are_and_run_nothing(tmp_path):
    group, subject = "<script>alert(1)</script>", 'a&b\'s "x" $1_{$'
    save(tmp_path / "hopper.png", hopper())
    line = f'hopper.png,{group},happiness,"{subject.replace(chr(34), chr(34) * 2)}"\n'
    line += f"absent<i>.png,_$x^2$ 'ü',fear,{group}\n"
    (tmp_path / "list.csv").write_text("path,group,emotion,subject\n" + line)
    page = _study(tmp_path / "list.csv", tmp_path / "out")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "absent&lt;i&gt;.png" in page
    assert pd.read_csv(tmp_path / "out" / "measures.csv")["subject"].tolist() == [subject]


def test_a_folder_of_which_nothing_can_be_measured_says_why(tmp_path):
    save(tmp_path / "g" / "fear" / "grey.png", np.full((99, 99, 3), 9, np.uint8))
    arguments = ["photographs", str(tmp_path), "--into", str(tmp_path / "out"), "--classifier", CLASSIFIER]
    done = CliRunner().invoke(cli, arguments)
    assert "no face found" in str(done.exception)
    assert (tmp_path / "out" / "failures.csv").is_file()


def test_a_run_without_responses_is_refused_before_anything_is_measured(folder, tmp_path):
    arguments = ["photographs", str(folder), "--into", str(tmp_path / "out"), "--run", str(tmp_path)]
    done = CliRunner().invoke(cli, [*arguments, "--classifier", CLASSIFIER])
    assert "responses.parquet is missing" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_groups_name_is_a_label_and_no_formula():
    assert label("$x^2$") == r"\$x^2\$"
    assert not label("_hidden").startswith("_")


def test_the_synthetic_curve_is_the_mean_at_full_intensity_of_the_palsy():
    rows = [
        (i, s, t, k, 10 * s + i) for i in (0, 1) for s in (0.0, 1.0) for t in (0.5, 1.0) for k in ("bilateral", "palsy")
    ]
    table = pd.DataFrame(rows, columns=["identity", "s", "t", "intervention", "logit"])
    table = table.assign(classifier="net", emotion="fear", is_target=True)
    assert synthetic_curves(table)["logit"].tolist() == [0.5, 10.5]
