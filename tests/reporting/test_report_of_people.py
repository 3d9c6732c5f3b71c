"""The report of a run of people on photographs: its words, its lists, and no picture that was not asked for."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.config import PHOTOGRAPHS, ReportSettings, StatisticsSettings
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.reporting.build import build_report
from facing_asymmetry.reporting.limits import limits
from facing_asymmetry.reporting.sentences import design, glossary, lead
from facing_asymmetry.results.files import write_csv, write_json
from facing_asymmetry.results.finished_run import RunData, read_run
from facing_asymmetry.results.layout import (
    EXPRESSIONS_FILE,
    FAILURES_FILE,
    PHOTOGRAPHS_FILE,
    RESPONSES_FILE,
    SHEETS_FOLDER,
    column_types,
)
from facing_asymmetry.results.published import photograph_bias
from facing_asymmetry.runs.scoring import write_scores
from tests.reporting.synthetic_run import Plan, manifest, plant_responses, write_run

PLAN = Plan(identities=5)
LACKING = {(0, "happiness"), (1, "anger"), (2, "anger")}
QUICK = ReportSettings(formats=("png",), dpi=50)


def _photographs() -> pd.DataFrame:
    shown = [(i, e) for i in range(PLAN.identities) for e in PLAN.emotions if (i, e) not in LACKING]
    facts = {"group": "probands", "path": "p.jpg", "sha256": "a", "neutral_sha256": "b", "own_neutral": True}
    numbers = {
        "strength": 0.9,
        "strength_sd": 0.2,
        "residual": 2.13,
        "yaw": -3.4,
        "displacement": 11.6,
        "weights": "jawOpen 0.5",
    }
    rows = [{"identity": i, "subject": f"<b>{i}</b>", "emotion": e, **facts, **numbers} for i, e in shown]
    return pd.DataFrame(rows)[list(column_types(PHOTOGRAPHS_FILE))]


def _failures() -> pd.DataFrame:
    rows = [("p/s1.png", "probands", "anger", "1", "no face found")]
    rows += [("", "controls", "happiness", "", "the group has no photograph of this emotion")]
    return pd.DataFrame(rows, columns=list(column_types(FAILURES_FILE)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """As `write_run` makes it, of people who lack emotions, without a picture."""
    folder = write_run(tmp_path_factory.mktemp("people") / "run", PLAN)
    table = plant_responses(PLAN).assign(face_model=PHOTOGRAPHS, expression="photographed")
    lacking = [pair in LACKING for pair in zip(table["identity"], table["emotion"], strict=True)]
    table[~np.array(lacking)].to_parquet(folder / RESPONSES_FILE, index=False)
    facts = manifest(PLAN)
    facts["config"]["face_models"] = {PHOTOGRAPHS: {"name": PHOTOGRAPHS}}
    facts["face_models"] = {PHOTOGRAPHS: {"fitted_head": "makehuman", "licence": "CC0-1.0", "version": "1"}}
    write_json(folder, "manifest.json", facts)
    write_csv(folder, PHOTOGRAPHS_FILE, _photographs())
    write_csv(folder, FAILURES_FILE, _failures())
    (folder / EXPRESSIONS_FILE).unlink()
    shutil.rmtree(folder / SHEETS_FOLDER)
    write_scores(folder, StatisticsSettings(resamples=999), Contrast())
    return folder


@pytest.fixture(scope="module")
def data(folder) -> RunData:
    return read_run(folder)


@pytest.fixture(scope="module")
def page(folder) -> str:
    return build_report(folder, QUICK).read_text(encoding="utf-8")


def test_the_run_is_one_of_people_of_whom_some_lack_an_emotion(data: RunData):
    assert data.of_people
    assert data.sample == "5 people"
    assert data.incomplete == 3


def test_the_page_speaks_of_people_and_of_no_synthetic_face(data: RunData, page: str):
    assert "five people (photographs)" in lead(data)
    assert "photographed faces" in lead(data)
    assert design(data)["Compared"].startswith("Five people, both sides averaged")
    assert "moved by the head makehuman; version: 1; licence: CC0-1.0" in design(data)["Held fixed"]
    assert glossary(data)["identity"].startswith("One person.")
    assert "<dt>people</dt><dd>5</dd>" in page
    assert "synthetic" not in page.partition("<main")[0]


def test_the_limits_say_who_is_missing_and_quote_the_bias(data: RunData):
    lines = "\n".join(limits(data))
    assert "12 of 13 photographs could be used (T8)" in lines
    assert "3 of 5 people lack an emotion" in lines
    assert "Groups without a photograph of an emotion: controls: happiness." in lines
    assert photograph_bias() in lines
    assert "The faces are rendered" not in lines


def test_photographs_and_what_is_not_shown_are_tables_whose_names_are_escaped(page: str, folder: Path):
    assert "Photographs that are not shown" in page
    assert "no face found" in page
    assert "&lt;b&gt;3&lt;/b&gt;" in page
    assert "<b>3</b>" not in page
    table = pd.read_csv(folder / "tables" / "t8_photographs.csv")
    assert len(table) == 12
    assert list(table.columns[:4]) == ["person", "group", "subject", "emotion"]


def test_without_thumbnails_no_picture_of_a_person_is_on_the_page_and_it_says_why(page: str, folder: Path):
    assert "written only with report.thumbnails=true" in page
    assert "data:image/webp" not in page
    assert not (folder / "figures" / "f2_expressions.png").exists()
    assert not (folder / "figures" / "f4_example_faces.png").exists()


def test_claims_are_about_people(folder: Path):
    sheet = json.loads((folder / "claims.json").read_text())
    assert sheet[0]["text"].startswith("This run makes no claim: 5 people")


def test_a_person_who_lacks_the_first_emotion_is_still_shown_at_rest(folder: Path, tmp_path: Path):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    donor = write_run(tmp_path / "donor", PLAN)
    for name, _ in PLAN.networks:
        for emotion in PLAN.emotions:
            for path in sorted((donor / SHEETS_FOLDER / name).glob(f"{emotion}*.*")):
                target = run / SHEETS_FOLDER / name / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
            facts = run / SHEETS_FOLDER / name / f"{emotion}.json"
            first = next(i for i in range(PLAN.identities) if (i, emotion) not in LACKING)
            own = {"identity": first, "traits": {"group": "probands", "subject": f"s{first}"}, "mirrored": False}
            facts.write_text(json.dumps(json.loads(facts.read_text()) | own))
    page = build_report(run, QUICK).read_text(encoding="utf-8")
    assert "data:image/webp" in page
    assert "People: 0 (probands, s0), 1 (probands, s1)" in page
    assert "on the first person who shows it, as photographed" in page
