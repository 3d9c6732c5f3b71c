import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.tracking.content import FIELDS, content_of, score_key, summary_of
from tests.tracking.runs import EMOTIONS, composed


@pytest.fixture(scope="module")
def content(reported, tmp_path_factory):
    return content_of(reported, composed(reported), tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="module")
def of_several(several, tmp_path_factory):
    return content_of(several, composed(several), tmp_path_factory.mktemp("scratch"))


def test_every_number_of_the_test_table_is_in_the_summary(content, reported):
    tests = pd.read_csv(reported / "tests.csv")
    expected = {}
    for row in tests.to_dict("records"):
        for field in FIELDS:
            if not pd.isna(row[field]):
                expected[score_key(row["score"], row["intervention"], row["emotion"], field)] = row[field]
    assert len(expected) > 50
    assert {key: content.summary[key] for key in expected} == expected
    assert not any(isinstance(value, float) and np.isnan(value) for value in content.summary.values())


def test_the_cost_of_a_palsy_and_its_parts_are_in_the_summary_by_emotion_and_for_all(content, of_several, reported):
    table = pd.read_csv(reported / "decomposition.csv")
    rows = table[(table["reading"] == "logit") & table["s"].isna()].set_index("emotion")
    assert set(rows.index) == {*EMOTIONS, "all"}
    for emotion, row in rows.iterrows():
        for score in ("palsy_cost", "interaction", "interaction_share"):
            column = score.removeprefix("interaction_")
            for field, name in (("mean", column), ("low", f"{column}_low"), ("high", f"{column}_high")):
                assert content.summary[score_key(score, "palsy", emotion, field)] == pytest.approx(row[name])
    assert "interaction_share/palsy/all/mean/net_b" in of_several.summary


def test_the_verdict_on_an_interaction_has_its_sign(reported):
    data = read_run(reported)
    claim = {"level": "classifier", "classifier": "net_a", "sign": "negative"}
    claims = [
        {**claim, "hypothesis": "interaction", "verdict": "supported"},
        {**claim, "hypothesis": "interaction_share", "verdict": "can't tell"},
        {**claim, "hypothesis": "slope", "verdict": "not supported"},
    ]
    summary = summary_of(replace(data, claims=claims))
    assert {key: summary[f"verdict/{key}"] for key in ("interaction", "interaction_share", "slope")} == {
        "interaction": "supported (negative)",
        "interaction_share": "can't tell",
        "slope": "not supported",
    }


def test_jobs_with_one_network_share_their_keys_and_jobs_with_several_name_it(content, of_several):
    key = "symmetry_specific_standardised/palsy-bilateral/happiness/mean"
    assert key in content.summary
    assert {f"{key}/net_a", f"{key}/net_b"} <= set(of_several.summary)
    assert key not in of_several.summary
    assert content.name.startswith("net_a ")
    assert of_several.name == "planted-5678"


def test_the_history_is_the_activation_at_full_intensity_by_symmetry(content, reported):
    responses = pd.read_parquet(reported / "responses.parquet")
    full = responses[responses["is_target"] & (responses["t"] == 1.0) & (responses["emotion"] == "happiness")]
    means = full.groupby(["intervention", "s"])["logit"].mean()
    assert [row["s"] for row in content.curves] == sorted(responses["s"].unique())
    for row in content.curves:
        assert row["activation/happiness"] == pytest.approx(means["palsy", row["s"]])
        assert row["control/happiness"] == pytest.approx(means["bilateral", row["s"]])
        assert 0.0 <= row["recognised/happiness"] <= 1.0


def test_tables_name_their_network_so_that_runs_can_be_joined(of_several):
    for name in ("scores", "curves", "surfaces", "claims", "networks"):
        assert {"net_a", "net_b"} <= set(of_several.tables[name]["classifier"]), name
    surfaces = of_several.tables["surfaces"]
    assert len(surfaces) == 2 * len(EMOTIONS) * 5 * 3


def test_a_job_with_one_network_has_a_surface_for_each_emotion_and_every_figure(content, reported):
    assert {f"surface/{emotion}" for emotion in EMOTIONS} <= set(content.images)
    assert "figures/f2_expressions" in content.images
    assert len(content.images) == len(EMOTIONS) + len(list((reported / "figures").glob("f[0-9]*.png")))
    assert "happiness" in content.images["surface/happiness"].caption


def test_a_job_with_several_networks_draws_no_surfaces_of_its_own(of_several):
    assert not of_several.images


def test_facts_to_group_by_lie_flat_beside_the_configuration(content, of_several, reported):
    assert content.config["seed"] == 7
    assert (content.config["classifier"], content.config["training_set"]) == ("net_a", "FER2013")
    record = json.loads((reported / "classifiers.json").read_text())[0]
    assert content.config["network"]["parameters"] == record["parameters"]
    assert of_several.config["classifier"] == "net_a, net_b"
    assert "network" not in of_several.config


def test_a_run_without_enough_faces_is_tagged_and_says_so(content):
    assert "no claim" in content.tags
    assert "makes no claim" in content.notes
    assert content.summary["verdict/slope"] == "can't tell"
