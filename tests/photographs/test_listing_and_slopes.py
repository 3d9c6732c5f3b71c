import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.errors import DataError
from facing_asymmetry.photographs.listing import list_photographs
from facing_asymmetry.photographs.measure import measure_all
from facing_asymmetry.photographs.slopes import slopes
from tests.photographs.pictures import HOPPER, hopper, save


def test_a_folder_names_group_emotion_and_subject(tmp_path):
    save(tmp_path / "patient" / "happiness" / "anna_2.png", hopper())
    (photograph,) = list_photographs(tmp_path)
    assert (photograph.group, photograph.emotion, photograph.subject) == ("patient", "happiness", "anna")


def test_a_csv_without_a_column_is_refused_by_its_name(tmp_path):
    (tmp_path / "list.csv").write_text("path,group,emotion\na.png,x,fear\n")
    with pytest.raises(DataError, match="subject"):
        list_photographs(tmp_path / "list.csv")


def test_an_unknown_emotion_is_refused_with_the_nearest(tmp_path):
    (tmp_path / "list.csv").write_text("path,group,emotion,subject\na.png,x,happines,s\n")
    with pytest.raises(DataError, match="happiness"):
        list_photographs(tmp_path / "list.csv")


def test_an_empty_folder_says_how_one_is_laid_out(tmp_path):
    with pytest.raises(DataError, match="GROUP/EMOTION"):
        list_photographs(tmp_path)


def test_what_cannot_be_measured_is_listed_with_its_reason(tmp_path):
    noise = save(tmp_path / "g" / "fear" / "noise.png", np.full((200, 200, 3), 127, np.uint8))
    broken = tmp_path / "g" / "fear" / "torn.jpg"
    broken.write_bytes(HOPPER.read_bytes()[:500])
    save(tmp_path / "g" / "happiness" / "hopper.png", hopper())
    measured, failures = measure_all(list_photographs(tmp_path))
    assert [m.photograph.subject for m in measured] == ["hopper"]
    assert {f.photograph.path: f.reason for f in failures}[noise] == "no face found"
    assert any("torn.jpg" in f.reason for f in failures)


def _activations(slope: float, subjects: int) -> pd.DataFrame:
    rng, rows = np.random.default_rng(4), []
    for subject in range(subjects):
        level = rng.normal(scale=2)
        for emotion in ("happiness", "anger"):
            for s in rng.uniform(0, 1, 5):
                logit = level + slope * s + (emotion == "anger") + rng.normal(scale=0.3)
                rows.append(("net", "patient", emotion, f"p{subject}", s, logit))
    return pd.DataFrame(rows, columns=["classifier", "group", "emotion", "subject", "s", "logit"])


def test_the_slope_is_recovered_beneath_subjects_of_different_level():
    row = slopes(_activations(3.0, 12)).iloc[0]
    assert row["low"] < 3.0 < row["high"]
    assert row["slope"] == pytest.approx(3.0, abs=0.4)
    assert row["method"] == "mixed model"


def test_two_subjects_give_no_number():
    row = slopes(_activations(3.0, 2)).iloc[0]
    assert np.isnan(row["slope"])
    assert row["method"].startswith("not fitted: 2 subject(s)")
