import json

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.tracking.content import FIELDS, content_of, score_key
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
