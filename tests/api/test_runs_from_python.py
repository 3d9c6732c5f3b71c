"""Runs from Python: the study that the command line runs, as one object."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.figure import Figure

import facing_asymmetry as fa
from facing_asymmetry.api.running import list_overrides
from facing_asymmetry.app.hydra import launch
from tests.api.conftest import NET

NODES = {"s": [0.0, 0.5, 1.0], "t": [0.0, 0.5, 1.0]}


@pytest.mark.parametrize(("identity", "intervention"), [(0, "palsy"), (1, "palsy"), (0, "bilateral")])
def test_rendered_images_are_those_of_the_run_to_the_bit(study, head, identity: int, intervention: str):
    face = head.identity(identity).show(study.expression(NET, "happiness"), "happiness")
    frames = fa.render(face, intervention, **NODES)
    for i, s in enumerate(NODES["s"]):
        for k, t in enumerate(NODES["t"]):
            stored = study.face("happiness", s=s, t=t, identity=identity, intervention=intervention)
            assert np.array_equal(frames.array[i, k], stored)


def test_logits_of_rendered_images_are_those_of_the_run(study, head):
    face = head.identity(0).show(study.expression(NET, "happiness"))
    network = fa.load_classifier(NET)
    logits = network(fa.render(face, fa.Palsy("right"), **NODES))
    rows = study.responses.query("identity == 0 and side == 'right' and intervention == 'palsy'")
    for i, s in enumerate(NODES["s"]):
        for k, t in enumerate(NODES["t"]):
            node = rows[(rows["s"] == s) & (rows["t"] == t)].set_index("class")["logit"]
            assert logits[i, k].numpy() == pytest.approx(node[list(network.labels)].to_numpy(), abs=1e-4)


def test_a_run_is_the_command_lines_run(study, outputs: Path, capfd):
    threads = torch.get_num_threads()
    assert launch("run", ["debug=tiny", "threads=1", f"paths.outputs={outputs}"]) == 0
    torch.set_num_threads(threads)
    said = capfd.readouterr().out
    assert "0 frames rendered" in said
    assert "Unchanged, and not made again: scores and report." in said
    assert "image_size:" not in said  # the configuration is printed with --verbose only
    config = json.loads((study.path / "manifest.json").read_text())["config"]
    assert config["tracking"]["name"] == "none"
    assert [one.name for one in outputs.glob("tiny-*")] == [study.path.name]


def test_a_repeated_run_is_taken_from_the_store_and_an_opened_one_is_the_same(study, outputs: Path):
    made = [path for path in study.path.rglob("*") if path.is_file() and path.suffix in (".csv", ".png", ".html")]
    made = [path for path in made if path.relative_to(study.path).parts[0] in ("scores.csv", "figures", "report.html")]
    times = {path: path.stat().st_mtime_ns for path in made}
    again = fa.run("debug=tiny", outputs=outputs, threads=1)
    assert len(times) > 10
    assert {path: path.stat().st_mtime_ns for path in made} == times  # neither computed nor drawn again
    opened = fa.open_run(study.path)
    for other in (again, opened):
        assert type(other) is type(study)
        pd.testing.assert_frame_equal(other.scores, study.scores)
    assert json.loads((again.path / "manifest.json").read_text())["counts"]["frames"] == 0


def test_a_run_offers_its_tables_figures_and_words(study):
    assert (study.classifiers, study.emotions, study.identities) == ([NET], ["happiness"], [0, 1])
    assert study.interventions == ["palsy", "bilateral", "palsy_two_sided"]
    assert set(study.scores["identity"]) == {0, 1}
    assert {"mean", "low", "high"} <= set(study.tests)
    assert "makes no claim" in study.claims[0]
    assert isinstance(study.figure("F5"), Figure)
    assert study.report == study.path / "report.html"
    assert study.report.is_file()
    assert repr(study) == (
        f"<run {study.path.name}: 1 classifier(s), 1 emotion(s), 2 identities, "
        "palsy, bilateral, palsy_two_sided, 3 x 3 nodes>"
    )
    assert NET in study._repr_html_()
    with pytest.raises(fa.DataError, match="expression 'fear' is unknown; there are happiness"):
        study.expression(NET, "fear")


def test_a_run_leaves_no_folder_and_no_words_unless_asked(tmp_path: Path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    run = fa.run("debug=tiny", "expression=facs", identities=1, threads=1)
    assert torch.get_num_threads() == threads
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")
    assert not (run.path / "report.html").exists()
    kept = run.save(tmp_path / "kept")
    assert sorted(p.name for p in kept.path.iterdir()) == sorted(p.name for p in run.path.iterdir())
    assert kept.face("happiness", s=0).shape == (224, 224, 3)
    with pytest.raises(fa.StoreError, match="choose another folder"):
        run.save(tmp_path / "kept")


def test_a_verbose_run_says_what_it_does(study, outputs: Path, capfd):
    fa.run("debug=tiny", outputs=outputs, threads=1, verbose=True)
    said = capfd.readouterr().out
    assert "do(symmetry := s)" in said
    assert "Everything lies in" in said


def test_a_plan_counts_and_writes_nothing(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fa.plan("grid=paper", identities=20).cells == 4 * 6 * 20 * 4
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("values", "overrides"),
    [
        ({"identities": 6, "derivative": True, "identity_block": None}, ["identities=6", "derivative=true",
                                                                          "identity_block=null"]),
        ({"grid": "quick"}, ["grid=quick"]),
        ({"emotions": ["anger", "fear"]}, ["emotions=[anger,fear]"]),
        ({"classifiers": "networkv2"}, ["classifier=[networkv2]"]),
        ({"classifiers": ("a", "b"), "interventions": ["palsy"]}, ["classifier=[a,b]", "intervention=[palsy]"]),
        ({"classifiers": {"custom": {"options": {"path": "a b.pt"}}, "networkv2": None}},
         ["classifier=[custom,networkv2]", "++classifiers.custom.options.path='a b.pt'"]),
        ({"statistics": {"alpha": 0.01}}, ["++statistics.alpha=0.01"]),
        ({"grid": {"s": np.linspace(0, 1, 3)}}, ["++grid.s=[0.0,0.5,1.0]"]),
        ({"name": "true"}, ["name='true'"]),
    ],
)  # fmt: skip
def test_values_become_overrides(values: dict, overrides: list[str]):
    assert list_overrides([], values) == overrides


@pytest.mark.parametrize(
    "name", ["plain", "two words", "it's", "back\\slash", "ends\\", "12", "null", "a,b", "[x]", "é"]
)
def test_strings_reach_the_configuration_as_they_are(name: str):
    from facing_asymmetry.app.overrides import compose_config

    assert compose_config(list_overrides([], {"name": name}))["name"] == name
