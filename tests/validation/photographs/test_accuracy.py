import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.photographs.symmetry_scale import (
    HEADS,
    error_of_s,
    floor_mm,
    published_scale,
    read_scale,
    validated,
)
from facing_asymmetry.validation.photographs.accuracy import FULL_DESIGN, REFERENCE_FACES, summarise
from facing_asymmetry.validation.photographs.accuracy_tables import BEGIN, END, with_tables
from facing_asymmetry.validation.photographs.rendered import CONDITIONS, Condition


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What `benchmark photographs --quick` writes: record, page, and a reference made anew."""
    folder = tmp_path_factory.mktemp("validation")
    page = folder / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    files = ["--json", str(folder / "v.json"), "--page", str(page), "--reference", str(folder / "r.json")]
    done = CliRunner().invoke(cli, ["benchmark", "photographs", "--quick", *files], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads((folder / "v.json").read_text()), page.read_text(), read_scale((folder / "r.json").read_text())


def test_one_command_measures_rendered_faces_and_rewrites_the_page(quick):
    record, page, _ = quick
    assert page.startswith(f"before\n{BEGIN}\n**Measured s by condition")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert "head turned +10°" in page
    frontal = record["conditions"][0]
    assert frontal["condition"] == "frontal"
    assert frontal["failures"] == 0
    assert frontal["monotone_s"] == 1.0
    assert frontal["rmse"] < 0.15
    assert frontal["side"] == 1.0


def test_turn_and_droop_at_rest_move_the_measured_s_little(quick):
    by = {row["condition"]: row for row in quick[0]["conditions"]}
    assert by["head turned +10°"]["rmse"] < 0.35
    assert by["head turned +10°"]["rank"] > 0.7
    plain, beyond = quick[0]["resting"]
    assert plain["rmse"] == by["face droops at rest"]["rmse"]
    assert beyond["rmse"] <= plain["rmse"] + 0.01


def test_the_scale_is_made_of_other_faces_than_those_that_are_measured(quick):
    assert not set(quick[0]["identities"]) & set(quick[0]["reference"]["identities"])
    assert not set(FULL_DESIGN.identities) & set(REFERENCE_FACES)
    assert published_scale().made["identities"] == list(REFERENCE_FACES)


def test_a_reference_that_is_made_anew_resembles_the_published_one(quick):
    for emotion in ("happiness", "surprise"):
        mine, published = quick[2].filters[emotion], published_scale().filters[emotion]
        assert np.corrcoef(mine, published)[0, 1] > 0.6
        np.testing.assert_allclose(quick[2].asymmetry[emotion][0], published_scale().asymmetry[emotion][0], rtol=0.3)


def test_the_published_record_holds_every_condition_face_and_emotion():
    record = validated()
    assert [row["condition"] for row in record["conditions"]] == [c.name for c in CONDITIONS]
    assert [row["identity"] for row in record["faces"]] == record["identities"] == list(FULL_DESIGN.identities)
    assert [row["emotion"] for row in record["emotions"]] == list(BASIC)
    assert record["reference"] == dict(published_scale().made)
    for emotion in BASIC:
        errors = [
            row["rmse"] for head in HEADS for row in validated(head)["emotions_everywhere"] if row["emotion"] == emotion
        ]
        assert error_of_s(emotion) == max(errors)
        assert len(errors) == 2
        assert 0.0 < max(errors) < 0.5
        assert 0.0 < floor_mm(emotion) < 0.5
    assert np.isnan(error_of_s("neutral"))
    assert floor_mm("neutral") > 0.0


def test_the_second_head_was_measured_by_the_same_scale_and_design():
    own, other = (validated(name) for name in HEADS)
    assert other["face_model"] == "ict"
    assert other["reference"] == own["reference"]
    assert other["identities"] == own["identities"]
    assert [row["condition"] for row in other["conditions"]] == [row["condition"] for row in own["conditions"]]


def test_a_page_without_marks_is_refused():
    with pytest.raises(DataError, match="validation"):
        with_tables("no marks", validated())


def _rows(measured: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"s": [0.0, 0.5, 1.0], "s_measured": measured, "mm": [1.0, 0.5, 0.0], "missing": 0.5})
    facts = {"condition": "c", "identity": 1, "emotion": "fear", "side": "left", "picture": [3.0, 2.0, 1.0]}
    return table.assign(**facts)


def test_errors_of_a_known_reading_are_what_they_should_be():
    (row,) = summarise(_rows([0.2, 0.5, 0.9]), ["condition"])
    assert row["bias"] == pytest.approx(0.1 / 3)
    assert row["mae"] == pytest.approx(0.1)
    assert row["rmse"] == pytest.approx(np.sqrt(0.05 / 3))
    assert row["monotone"] == row["monotone_s"] == row["rank"] == row["side"] == 1.0


def test_a_reading_that_turns_back_is_not_monotone():
    (row,) = summarise(_rows([0.2, 0.9, 0.5]), ["condition"])
    assert row["monotone_s"] == 0.0
    assert row["rank"] == pytest.approx(0.5)


def test_faces_that_are_not_found_are_counted_and_not_averaged():
    rows = _rows([0.0, 0.5, 1.0])
    rows.loc[1, ["s_measured", "mm"]] = np.nan
    (row,) = summarise(rows, ["condition"])
    assert (row["failures"], row["photographs"], row["bias"]) == (1, 3, 0.0)


def test_a_camera_reduces_compresses_and_adds_noise():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    assert Condition("small", pixels=16).develop(image, 0).shape == (16, 16, 3)
    assert (Condition("plain").develop(image, 0) == image).all()
    assert (Condition("jpeg", jpeg=20).develop(image, 0) != image).any()
    noisy = Condition("noise", noise=6.0)
    assert (noisy.develop(image, 1) == noisy.develop(image, 1)).all()
    assert 3 < np.abs(noisy.develop(image, 1).astype(float) - image).mean() < 6


def test_the_page_and_the_reference_of_another_face_model_are_refused(tmp_path):
    words = ["benchmark", "photographs", "--quick", "--model", "ict", "--page", str(tmp_path / "page.md")]
    with pytest.raises(ConfigError, match="belong to the face model makehuman"):
        CliRunner().invoke(cli, words, catch_exceptions=False)
