"""The command `restore`: a folder of rendered patients gives tables and one page; what can't be used is named."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.restore_study import published_restorations, validated_error
from facing_asymmetry.photographs.restored_tables import CHANGE_COLUMNS, changes_table
from facing_asymmetry.photographs.restoring import SHARES
from tests.photographs.test_restoring import patient, weakened

NETWORKS = ("faceapi_expression", "simple_cnn_fer2013")


def run(source: Path, into: Path, *more: str) -> str:
    names = [part for name in NETWORKS for part in ("--classifier", name)]
    done = CliRunner().invoke(cli, ["restore", str(source), "--into", str(into), *names, *more])
    assert done.exit_code == 0, done.output
    return (into / "restore.html").read_text(encoding="utf-8")


@pytest.mark.weights
def test_a_folder_of_patients_is_restored_in_one_command(tmp_path: Path) -> None:
    faces = tmp_path / "faces"
    patient(faces, "happiness", weakened("happiness"))
    patient(faces, "happiness", weakened("happiness")[:, ::-1], "p2")
    patient(faces, "happiness", np.full((99, 99, 3), 9, np.uint8), "grey")
    page = run(faces, tmp_path / "out")
    assert "An estimate with a model error" in page
    assert validated_error(published_restorations()).split("'")[0] in page
    assert "no face found" in page
    assert "data:image" not in page
    restored = pd.read_csv(tmp_path / "out" / "restored.csv").set_index("subject")
    assert restored["weak_side"].to_dict() == {"p1": "left", "p2": "right"}
    assert (restored["s_after"] > 0.9).all()
    assert (restored["asymmetry_mm_after"] < 0.3 * restored["asymmetry_mm_before"]).all()
    activations = pd.read_csv(tmp_path / "out" / "activations.csv")
    assert len(activations) == 2 * len(NETWORKS) * len(SHARES)
    assert activations.groupby(["subject", "classifier"])["s"].max().eq(1.0).all()
    changes = pd.read_csv(tmp_path / "out" / "changes.csv")
    assert list(changes.columns) == list(CHANGE_COLUMNS)
    assert changes["people"].tolist() == [2, 2]
    assert (changes.loc[changes["classifier"] == NETWORKS[0], ["low", "change"]] > 1.0).all(axis=None)
    with_pictures = run(faces, tmp_path / "again", "--thumbnails")
    assert with_pictures.count("data:image/jpeg") == 4
    assert "This page holds pictures of the people" in with_pictures


def test_a_person_counts_once_however_many_photographs_show_them() -> None:
    rows = [
        {"path": str(number), "group": "g", "emotion": "anger", "subject": subject, "classifier": "c", "share": share,
         "s": 1.0, "logit": gain * share, "probability": 0.5, "predicted": "anger" if share else "fear",
         "target": "anger"}
        for number, (subject, gain) in enumerate([("a", 1.0), ("a", 3.0), ("b", 8.0), ("c", 5.0)])
        for share in SHARES
    ]  # fmt: skip
    (found,) = changes_table(pd.DataFrame(rows)).to_dict("records")
    assert (found["photographs"], found["people"]) == (4, 3)
    assert found["change"] == pytest.approx((2.0 + 8.0 + 5.0) / 3)
    assert found["low"] < found["change"] < found["high"]
    assert (found["right_before"], found["right_after"]) == (0.0, 1.0)
    assert "too few" in found["note"]


@pytest.mark.weights
def test_a_folder_in_which_nothing_can_be_restored_ends_with_one_message(tmp_path: Path) -> None:
    patient(tmp_path / "faces", "happiness", np.full((99, 99, 3), 9, np.uint8))
    arguments = ["restore", str(tmp_path / "faces"), "--into", str(tmp_path / "out"), "--classifier", NETWORKS[0]]
    done = CliRunner().invoke(cli, arguments)
    assert isinstance(done.exception, DataError)
    assert "could be restored; first: no face found" in str(done.exception)
    assert pd.read_csv(tmp_path / "out" / "failures.csv")["reason"].tolist() == ["no face found"]
    assert [path.name for path in (tmp_path / "faces").rglob("*") if path.is_file()] == ["p1.png"]


def test_the_page_quotes_the_validated_error_or_says_that_there_is_none() -> None:
    numbers = {"before_s": 0.31, "moved_s": 0.82, "full_s": 0.97, "restored": {"ratio": 0.7, "rmse": 0.25}}
    crossed = {"head": "ict", "fitted": "makehuman", "own_neutral": True, **numbers}
    own = {**crossed, "head": "makehuman", "moved_s": 0.99}
    unusable = {"head": "ict", "fitted": "makehuman", "own_neutral": False, "photographs": 3}
    said = validated_error({"impaired": 0.3, "restored": [own, crossed, unusable]})
    for words in ("made at s = 0.3", "with the person's own neutral", "from 0.31 to 0.82", "have 0.97", "0.70 times"):
        assert words in said
    assert "0.99" not in said
    for nothing in ({}, {"impaired": 0.3, "restored": [own, unusable]}):
        assert "not validated" in validated_error(nothing)


def test_an_unknown_head_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["restore", str(tmp_path), "--head", "bust"])
    assert done.exit_code == 2
    assert "'makehuman'" in done.output
