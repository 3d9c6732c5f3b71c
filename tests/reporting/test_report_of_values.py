"""The report of networks of measured values, on other stimuli than emotions: their unit, and nothing about classes."""

import html
import re

import pandas as pd
import pytest

from facing_asymmetry.reporting.build import build_report
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.style import emotion_look
from facing_asymmetry.results.finished_run import read_run
from tests.reporting.synthetic_run import Plan, write_run

UNIT = "AU intensity (0 to 5)"
VALUES = Plan(
    networks=(("au_net", "DISFA"),), emotions=("happiness", "pucker"), identities=2, s=(0.0, 0.5, 1.0), t=(0.0, 1.0),
    rejected=(), size=24, unit=UNIT, reads=(("pucker", "anger"),),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = write_run(tmp_path_factory.mktemp("values") / "run", VALUES)
    build_report(path)
    return path


def words(folder):
    """What the page says, without its script, its pictures and the configuration."""
    page = (folder / "report.html").read_text()
    page = re.sub(r"<script.*?</script>|<style.*?</style>|<pre.*?</pre>", "", page, flags=re.S)
    page = re.sub(r'<section id="explorer".*?</section>', "", page, flags=re.S)  # its script sets its own headings
    alternatives = " ".join(re.findall(r' alt="([^"]*)"', page))
    return html.unescape(re.sub(r"<[^>]+>", " ", page) + alternatives)


def test_the_page_speaks_of_the_unit_and_never_of_logits(folder):
    said = words(folder)
    assert "logit" not in said.lower()
    assert f"{UNIT} per unit symmetry" in said


def test_what_needs_classes_is_left_out_and_one_sentence_says_so(folder):
    said = words(folder)
    assert "au_net: measured values, no classes. Probabilities, predictions, acceptance, flips" in said
    rest = said.replace("Probabilities, predictions, acceptance, flips, thresholds", "")
    found = re.findall(r".{40}(?:recognis|softmax|probabilit|predicts?\b|\bflips\b|not accepted).{20}", rest)
    assert found == []


def test_stimuli_that_are_no_emotions_are_not_called_so(folder):
    said = words(folder)
    assert "two stimuli (happiness, pucker; " in said
    assert "pucker through anger" in said
    assert not re.search(r"\bemotions\b", said)


def test_every_output_is_tabled_by_weakened_side(folder):
    table = pd.read_csv(folder / "tables" / "t10_sides.csv")
    read = table[table["read"]].set_index("emotion")
    assert read["output"].to_dict() == {"happiness": "happiness", "pucker": "anger"}
    assert (read["symmetric_mean"] > read["left_weak_mean"]).all()
    data = read_run(folder)
    rows = data.target[(data.target["t"] == 1) & (data.target["s"] == 0) & (data.target["intervention"] == "palsy")]
    left = rows[(rows["side"] == "left") & (rows["emotion"] == "pucker")]["logit"].mean()
    assert read.loc["pucker", "left_weak_mean"] == pytest.approx(left)
    assert set(table["unit"]) == {UNIT}


def test_runs_of_classes_keep_their_words(run_data):
    text = "Logit of the emotion shown. Hatched: not recognised as the emotion."
    assert worded(text, run_data) == text


def test_stimuli_have_different_looks_that_no_emotion_beside_them_has():
    shown = ["happiness", "pucker", "snarl"]
    assert len({emotion_look(name, shown) for name in shown}) == 3
    assert emotion_look("happiness", shown) == emotion_look("happiness", ["happiness"])
