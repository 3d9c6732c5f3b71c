import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.reporting.sentences import grid_size, image_count
from facing_asymmetry.results.files import MOST_NODES
from facing_asymmetry.results.finished_run import RunData, grid_mean, read_run, surface
from tests.reporting.synthetic_run import Plan, write_run


@pytest.fixture
def spoiled(finished_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished_run, tmp_path / "run")


def test_classifiers_of_one_training_set_stand_together(run_data: RunData):
    assert run_data.classifiers == ["net_b", "net_a"]
    assert run_data.training_sets == {"net_b": "AffectNet-8", "net_a": "FER2013"}


def test_emotions_come_in_canonical_order_and_palsy_comes_first(run_data: RunData):
    assert run_data.emotions == ["anger", "happiness", "surprise"]
    assert run_data.interventions == ["palsy", "bilateral", "palsy_two_sided"]


def test_a_pair_that_never_reaches_its_emotion_is_not_accepted(run_data: RunData):
    assert run_data.accepted["net_b", "anger"] is False
    assert run_data.accepted["net_a", "anger"] is True


def test_the_exemplar_is_the_network_that_accepts_most_and_happiness(run_data: RunData):
    assert run_data.exemplar == ("net_a", "happiness")


def test_the_exemplar_can_be_configured(finished_run: Path):
    chosen = ReportSettings(classifier="net_b", emotion="surprise")
    assert read_run(finished_run, chosen).exemplar == ("net_b", "surprise")


@pytest.mark.parametrize(("key", "value"), [("classifier", "net_z"), ("emotion", "fear")])
def test_an_exemplar_that_the_run_lacks_is_refused_by_name(finished_run: Path, key: str, value: str):
    data = read_run(finished_run, ReportSettings(**{key: value}))
    with pytest.raises(DataError, match=f"report.{key} = '{value}'"):
        _ = data.exemplar


def test_too_few_identities_may_not_claim(run_data: RunData, claiming_data: RunData):
    assert not run_data.may_claim
    assert claiming_data.may_claim


def test_a_surface_averages_sides_and_then_identities(run_data: RunData):
    s, t, mean = grid_mean(surface(run_data, "net_a", "anger"), "logit")
    rows = run_data.target.query(
        "classifier == 'net_a' and emotion == 'anger' and intervention == 'palsy' and s == 0 and t == 1"
    )
    assert len(rows) == 2 * len(run_data.identities)
    assert mean.shape == (len(t), len(s)) == (3, 5)
    assert mean[-1, 0] == pytest.approx(rows["logit"].mean())
    assert np.all(np.diff(s) > 0)
    assert np.all(np.diff(t) > 0)


def test_a_path_that_is_no_folder_is_named():
    with pytest.raises(DataError, match="/nowhere is not a run folder"):
        read_run(Path("/nowhere"))


@pytest.mark.parametrize("name", ["manifest.json", "responses.parquet", "scores.csv", "tests.csv"])
def test_a_missing_file_is_named(spoiled: Path, name: str):
    (spoiled / name).unlink()
    with pytest.raises(DataError, match=name):
        read_run(spoiled)


@pytest.mark.parametrize("name", ["claims.json", "expressions.csv", "classifiers.json"])
def test_optional_files_may_be_absent(spoiled: Path, name: str):
    (spoiled / name).unlink()
    assert read_run(spoiled).classifiers == ["net_b", "net_a"]


@pytest.mark.parametrize("name", ["manifest.json", "claims.json", "responses.parquet"])
def test_a_torn_file_is_named(spoiled: Path, name: str):
    path = spoiled / name
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=name):
        read_run(spoiled)


@pytest.mark.parametrize(
    ("name", "column"), [("tests.csv", "p_holm"), ("scores.csv", "value"), ("expressions.csv", "accepted")]
)
def test_a_missing_column_is_named(spoiled: Path, name: str, column: str):
    pd.read_csv(spoiled / name).drop(columns=column).to_csv(spoiled / name, index=False)
    with pytest.raises(DataError, match=rf"{name}: lacks the column\(s\) {column}"):
        read_run(spoiled)


def test_a_response_table_without_its_logits_is_refused(spoiled: Path):
    path = spoiled / "responses.parquet"
    pd.read_parquet(path).drop(columns="logit").to_parquet(path)
    with pytest.raises(DataError, match=r"responses\.parquet: .*logit"):
        read_run(spoiled)


def test_an_empty_response_table_is_refused(spoiled: Path):
    path = spoiled / "responses.parquet"
    pd.read_parquet(path).iloc[:0].to_parquet(path)
    with pytest.raises(DataError, match="holds no rows"):
        read_run(spoiled)


def test_a_table_of_two_kinds_of_expression_is_refused(spoiled: Path):
    path = spoiled / "responses.parquet"
    table = pd.read_parquet(path)
    pd.concat([table, table.assign(expression="facs")]).to_parquet(path)
    with pytest.raises(DataError, match="expression is facs and optimised"):
        read_run(spoiled)


def test_a_manifest_without_its_commit_is_refused(spoiled: Path):
    path = spoiled / "manifest.json"
    path.write_text(json.dumps({k: v for k, v in json.loads(path.read_text()).items() if k != "commit"}))
    with pytest.raises(DataError, match=r"manifest\.json: lacks the key\(s\) commit"):
        read_run(spoiled)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("formats", ("png", "bmp")),
        ("strip_frames", 1),
        ("dpi", 0),
        ("max_bytes", 10),
        ("explorer_nodes", 1),
    ],
)
def test_impossible_settings_are_refused_by_key(field: str, value: object):
    with pytest.raises(ConfigError, match=f"report.{field}"):
        ReportSettings(**{field: value})


def test_a_fine_grid_is_thinned_for_figures_and_counted_whole(tmp_path: Path):
    plan = Plan(s=tuple(np.linspace(0, 1, 61)), t=tuple(np.linspace(0, 1, 3)), emotions=("happiness",), identities=2)
    data = read_run(write_run(tmp_path / "run", plan))
    assert [len(axis) for axis in data.axes] == [61, 3]
    shown = np.sort(data.responses["s"].unique())
    assert MOST_NODES <= len(shown) <= MOST_NODES + data.settings.explorer_nodes
    assert {0.0, 1.0} <= set(shown)
    assert grid_size(data) == (61, 3)
    views = 4  # palsy on the left and on the right, bilateral, palsy_two_sided
    assert image_count(data) == 2 * 2 * views * 61 * 3


def test_of_networks_that_accept_alike_the_one_that_names_the_drawn_face_is_shown(finished_run: Path):
    """net_a and net_b accept the same; on identity 0 net_a is mistaken, so net_b is shown."""
    data = read_run(finished_run)
    first_wrong = (data.responses["classifier"] == "net_a") & (data.responses["identity"] == 0)
    responses = data.responses.assign(accepted=True)
    responses["predicted"] = responses["emotion"].astype(str).where(~first_wrong, "neutral")
    assert replace(data, responses=responses).exemplar[0] == "net_b"
    responses["predicted"] = responses["emotion"].astype(str)
    assert replace(data, responses=responses).exemplar[0] == "net_a"


def test_a_unit_is_found_whole_also_where_its_rows_lie_apart(run_data: RunData):
    key = ("net_a", "anger", 1, "left", "palsy")
    meant = run_data.responses.query(
        "classifier == 'net_a' and emotion == 'anger' and identity == 1 and side == 'left' and intervention == 'palsy'"
    )
    mixed = replace(run_data, responses=run_data.responses.sample(frac=1.0, random_state=0))
    for data in (run_data, mixed):
        found = data.cell(key)
        assert found is not None
        pd.testing.assert_frame_equal(found.sort_index(), meant)
    assert run_data.cell(("net_a", "anger", 1, "both", "palsy")) is None


def test_activations_are_means_over_sides_of_the_emotion_shown(run_data: RunData):
    rows = run_data.target.query("classifier == 'net_b' and emotion == 'anger' and intervention == 'palsy'")
    meant = rows.groupby(["identity", "s", "t"])["logit"].mean()
    found = run_data.activations["net_b", "anger", "palsy"]
    assert np.allclose(found.set_index(["identity", "s", "t"])["logit"].sort_index(), meant.sort_index())
    assert set(found["wrong"]) <= {0.0, 0.5, 1.0}
