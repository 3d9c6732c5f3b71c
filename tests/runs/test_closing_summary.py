"""What the terminal says at the end: the cost of a palsy and its parts, and what may be claimed of both."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from facing_asymmetry.classifiers.loaders import callable_pace
from facing_asymmetry.classifiers.loaders.callable_pace import Service
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.results.layout import CLAIMS_FILE, DECOMPOSITION_COLUMNS, DECOMPOSITION_FILE, TESTS_FILE
from facing_asymmetry.runs.summary import closing_summary

RUN = SimpleNamespace(
    study=SimpleNamespace(
        counts=SimpleNamespace(frames=6, forward_passes=6, cells=2, cells_cached=0),
        contrast=Contrast(),
        records=(),
    ),
    unchanged=[],
    objective=None,
)

COST = "a palsy costs 1.25 logits = 1 additive (two weak halves)"


def claim(level, hypothesis, mean=0.5):
    return {"level": level, "hypothesis": hypothesis, "mean": mean, "text": "a long sentence",
            "short": f"{level} {hypothesis}", "clause": "so it is"}  # fmt: skip


def part(**changed):
    numbers = {
        "palsy_cost": 1.25,
        "additive": 1.0,
        "interaction": 0.25,
        "interaction_low": 0.1,
        "interaction_high": 0.4,
    }
    row = {"face_model": "makehuman", "classifier": "net_a", "expression": "facs", "emotion": "all", "reading": "logit"}
    return {**row, "intervention": "palsy", "s": float("nan"), "share": 0.2, **numbers, **changed}


def finished(folder, sheet, parts=(), unit="logits"):
    slopes = {"score": "slope", "intervention": "palsy", "mean": [0.4, -0.1, 0.2], "unit": f"{unit} per unit symmetry"}
    pd.DataFrame(slopes | {"classifier": ["net_a", "net_a", "net_b"]}).to_csv(folder / TESTS_FILE, index=False)
    (folder / CLAIMS_FILE).write_text(json.dumps(sheet))
    if parts:
        pd.DataFrame(list(parts), columns=list(DECOMPOSITION_COLUMNS)).to_csv(folder / DECOMPOSITION_FILE, index=False)
    return closing_summary(RUN, folder, "score").splitlines()


SHEET = [
    *(claim("run", name) for name in ("slope", "interaction", "symmetry_specific")),
    *(claim("classifier", name) for name in ("slope", "interaction", "interaction_share", "symmetry_specific")),
]


def test_a_run_that_may_claim_shows_the_first_two_hypotheses_and_the_cost_of_each_network(tmp_path):
    lines = finished(tmp_path, SHEET, [part(), part(classifier="net_b", interaction=-0.25, share=float("nan"))])
    assert lines[2:-1] == [
        "  run slope: so it is.",
        "  run interaction: so it is.",
        "In 2 of 3 classifier x emotion pairs the activation falls when symmetry falls (slope > 0).",
        f"  net_a: {COST} + 0.25 interaction (interval 0.1 to 0.4; 20% of the cost)",
        f"  net_b: {COST} + -0.25 interaction (interval 0.1 to 0.4; no share of the cost)",
    ]


def test_of_one_network_its_own_sentences_are_shown(tmp_path):
    lines = finished(tmp_path, [one for one in SHEET if one["level"] == "classifier"], [part()])
    assert lines[2:4] == ["  classifier slope: so it is.", "  classifier interaction: so it is."]


def test_a_quick_run_says_that_it_makes_no_claim_and_then_gives_the_numbers(tmp_path):
    lines = finished(tmp_path, [claim("run", "none", None), *SHEET], [part()])
    assert lines[2] == "  run none: so it is."
    assert lines[3].startswith("In 2 of 3")
    assert lines[4].startswith("  net_a: a palsy costs 1.25 logits")
    assert len(lines) == 6


def test_a_missing_two_sided_control_is_said_and_gives_no_costs(tmp_path):
    lines = finished(tmp_path, [claim("run", "none", None), claim("run", "interaction", None), *SHEET[3:4]])
    assert lines[2:4] == ["  run none: so it is.", "  run interaction: so it is."]
    assert not any("a palsy costs" in line for line in lines)


@pytest.mark.parametrize(
    "other", [{"reading": "margin"}, {"s": 0.0}, {"emotion": "fear"}, {"intervention": "region_upper"}]
)
def test_only_the_mean_of_the_palsy_itself_is_shown(tmp_path, other):
    lines = finished(tmp_path, SHEET, [part(), part(**other)])
    assert sum("a palsy costs" in line for line in lines) == 1


def test_networks_on_several_heads_are_told_apart(tmp_path):
    lines = finished(tmp_path, SHEET, [part(), part(face_model="ict")])
    assert [line.split(":")[0] for line in lines if "a palsy costs" in line] == ["  net_a, makehuman", "  net_a, ict"]


def test_the_cost_of_a_network_of_values_is_told_in_its_own_unit(tmp_path):
    lines = finished(tmp_path, SHEET, [part()], unit="AU intensity (0 to 5)")
    assert "  net_a: a palsy costs 1.25 AU intensity (0 to 5) = 1 additive" in "\n".join(lines)


def test_answers_of_a_service_are_told_of_this_runs_networks_only(tmp_path, monkeypatch):
    monkeypatch.setattr(callable_pace, "SERVICES", {"mine": Service(), "of_another_run": Service()})
    monkeypatch.setattr(RUN.study, "records", [SimpleNamespace(name="mine"), SimpleNamespace(name="net_a")])
    told = "\n".join(finished(tmp_path, SHEET))
    assert "mine: 0 of 0 images" in told
    assert "of_another_run" not in told
