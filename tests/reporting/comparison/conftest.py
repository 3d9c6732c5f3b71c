import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from tests.reporting.synthetic_run import Plan, write_run


@pytest.fixture(scope="session")
def plain(tmp_path_factory) -> Path:
    """A run on the embedded face model."""
    return write_run(tmp_path_factory.mktemp("plain") / "run", Plan(identities=5))


def on_another_face(run: Path, target: Path, name: str, shift: dict[tuple[str, str, str], float] | None = None) -> Path:
    """The same run as if on another face model; `shift`: (score, classifier, emotion) -> added to the scores."""
    shutil.copytree(run, target)
    responses = pd.read_parquet(target / "responses.parquet").assign(face_model=name)
    responses.to_parquet(target / "responses.parquet", index=False)
    scores = pd.read_csv(target / "scores.csv").assign(face_model=name)
    for (score, classifier, emotion), amount in (shift or {}).items():
        rows = (scores["score"] == score) & (scores["classifier"] == classifier) & (scores["emotion"] == emotion)
        scores.loc[rows & (scores["intervention"] != "bilateral"), "value"] += amount
    scores.to_csv(target / "scores.csv", index=False)
    settings = StatisticsSettings(resamples=999, scores=tuple(scores["score"].unique()))
    hypothesis_tests(scores, settings).to_csv(target / "tests.csv", index=False)
    change_manifest(target, face_models={name: {"version": f"{name} <1.0>", "licence": "free"}})
    return target


def change_manifest(run: Path, **parts) -> Path:
    """Replace parts of a run's manifest."""
    path = run / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **parts}))
    return run
