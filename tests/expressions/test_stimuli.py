"""Stimuli of any name: authored in YAML, refused where they can't be shown or read, and read through targets."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from facing_asymmetry.app.cli import cli
from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import target_of, with_targets
from facing_asymmetry.config import read_config
from facing_asymmetry.core.conf_folder import OWN_FOLDER, conf_folder
from facing_asymmetry.core.emotions import in_order
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.expressions.authored import facs_weights
from facing_asymmetry.expressions.stimuli import read_stimuli, stimulus_sets
from facing_asymmetry.face_models import arkit
from facing_asymmetry.runs.cells import cells_of, request_of
from facing_asymmetry.runs.optimise import authored
from facing_asymmetry.runs.study import Study
from tests.app.composing import composed

MOVEMENTS = ["brow_raise", "eye_closure", "smile_teeth", "snarl", "pucker"]
CLINICAL = ("experiment=clinical_movements", "classifier=simple_cnn_fer2013", "identities=1", "grid=smoke")


def study(*overrides):
    return Study(read_config(composed(*overrides)))


def test_every_shipped_stimulus_has_plausible_weights_of_known_blendshapes_on_both_sides():
    sets = stimulus_sets()
    assert list(sets["clinical_movements"]) == MOVEMENTS
    bounds = arkit.bounds()
    for stimuli in sets.values():
        for name in stimuli:
            weights = facs_weights(name, arkit.NAMES, stimuli)
            assert weights.any()
            assert ((bounds[:, 0] <= weights) & (weights <= bounds[:, 1] + 1e-6)).all(), name
            assert np.array_equal(*(weights[arkit.pairs()[:, side]] for side in (0, 1)))


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("mouthSmil", r"no blendshape of this face model; did you mean 'mouthSmile'.* There are: browDown"),
        ("mouthSmile_L", "moves one side only: leave the side out"),
        ("jawLeft", "moves the whole face to one side"),
    ],
)
def test_a_blendshape_that_no_stimulus_can_have_is_refused_with_those_there_are(unit, words):
    with pytest.raises(ConfigError, match=f"'mine' has a weight of '{unit}', which .*{words}"):
        facs_weights("mine", arkit.NAMES, {"mine": {unit: 1.0}})


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["emotions=[smirk]"], r"emotions holds 'smirk'; 'smirk' is unknown \(there are: anger"),
        (["+stimuli.all={mouthSmile: 1}"], "stimuli.all: 'all' already means something"),
        (["+stimuli.neutral={mouthSmile: 1}"], "stimuli.neutral: 'neutral' already means something"),
        (["+stimuli.smirk={}"], "stimuli.smirk is empty"),
        (["+stimuli.smirk={mouthSmile: 9}"], "stimuli.smirk.*9; .*between -5 and 5"),
        (["report.emotion=fearr"], "report.emotion = 'fearr'; it must be empty or one of anger"),
        (["stimuli=clinical_movements", "emotions=[snarl]", "face_model=photographs", "photographs.folder=x"],
         "emotions holds 'snarl'; photographs show anger"),
    ],
)  # fmt: skip
def test_a_stimulus_that_is_not_one_is_refused_by_its_key(overrides, words):
    with pytest.raises(ConfigError, match=words):
        read_config(composed(*overrides))


def test_a_classifier_without_an_output_for_a_stimulus_is_refused_with_what_to_write():
    asked = ("stimuli=clinical_movements", "emotions=[snarl]", "expression=facs", "classifier=networkv2")
    with pytest.raises(
        ConfigError, match=r"no output for 'snarl'; say which.*\+\+classifiers.networkv2.targets.snarl="
    ):
        study(*asked)
    assert study(*asked, "++classifiers.networkv2.targets.snarl=anger")
    assert study(*asked, "++targets.snarl=anger")
    with pytest.raises(ConfigError, match="targets.snarl = 'angr' is no output of this network; did you mean 'anger'"):
        study(*asked, "++classifiers.networkv2.targets.snarl=angr")


def test_a_record_s_own_targets_come_before_those_of_the_run_and_names_last():
    record = registry.record("networkv2")
    shared = with_targets(record, {"snarl": "anger", "pucker": "AU18"})
    assert (target_of(shared, "snarl"), target_of(shared, "fear")) == ("anger", "fear")
    own = with_targets(replace(record, targets={"snarl": "disgust"}), {"snarl": "anger"})
    assert target_of(own, "snarl") == "disgust"
    with pytest.raises(ConfigError, match="no output for 'pucker'"):
        target_of(shared, "pucker")


def test_the_clinical_movements_are_authored_and_each_is_read_through_an_output():
    clinical = study(*CLINICAL)
    shown = authored(clinical)
    assert [one.emotion for one in shown] == MOVEMENTS
    read = {one.emotion: target_of(clinical.records[0], one.emotion) for one in shown}
    assert read["smile_teeth"] == "happiness"
    assert read["pucker"] == "neutral"


def test_the_key_of_a_cell_holds_what_is_read_for_its_own_stimulus_and_no_other():
    def keys(*overrides):
        one = study(*CLINICAL, *overrides)
        cells = cells_of(one, {record.name: authored(one) for record in one.records})
        return {cell.label: json.dumps(request_of(one, cell), default=str) for cell in cells}

    before, after = keys(), keys("targets.snarl=anger")
    assert {label.split()[1] for label in before if before[label] != after[label]} == {"snarl"}


def test_a_weight_of_a_searched_stimulus_is_in_the_key_of_the_search():
    from facing_asymmetry.runs.cells import expression_request

    words = ("emotions=[mine]", "++targets.mine=happiness", "classifier=networkv2")
    requests = []
    for weight in (0.4, 0.5):
        one = study(f"+stimuli.mine={{mouthSmile: {weight}}}", *words)
        requests.append(expression_request(one, one.records[0]))
    assert requests[0] != requests[1]


def test_stimuli_follow_the_emotions_in_the_order_that_was_asked_for():
    assert in_order(["pucker", "surprise", "snarl", "anger"], ["snarl", "pucker"]) == [
        "anger",
        "surprise",
        "snarl",
        "pucker",
    ]


def test_the_list_names_every_expression_with_its_weights(tmp_path):
    target = tmp_path / "list.json"
    done = CliRunner().invoke(cli, ["expressions", "list", "--json", str(target)], catch_exceptions=False)
    assert "clinical_movements" in done.output
    rows = {row["name"]: row for row in json.loads(target.read_text())}
    assert rows["pucker"]["weights"]["mouthPucker"] == 1.0
    assert rows["fear"]["set"] == "emotions"


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A set of the user's own, in a folder of configuration files."""
    monkeypatch.setenv(OWN_FOLDER, str(tmp_path))
    (tmp_path / "stimuli").mkdir()
    return tmp_path / "stimuli" / "mine.yaml"


@pytest.mark.parametrize(
    ("text", "words"),
    [("[1, 2]", "keys and values are needed"), ("a: {b: c}", "a.b: .*write name: {blendshape: weight}"),
     ("a: 1", "a: .*write name"), ("a: {", "is no readable YAML file")],
)  # fmt: skip
def test_a_file_that_is_no_set_is_named_with_its_key(text, words, own):
    own.write_text(text)
    with pytest.raises(ConfigError, match=f"mine.yaml.*{words}"):
        read_stimuli("mine")


def test_a_set_of_ones_own_is_listed_and_shown(own):
    own.write_text("# @package stimuli\nhalf_smile: {mouthSmile: 0.4}\n")
    assert stimulus_sets()["mine"] == {"half_smile": {"mouthSmile": 0.4}}
    words = ("stimuli=mine", "emotions=[half_smile]", "+targets.half_smile=happiness", "expression=facs")
    config = read_config(compose_config(words))
    assert config.stimuli == {"half_smile": {"mouthSmile": 0.4}}


def test_the_shipped_sets_are_those_of_the_folder():
    assert {path.stem for path in (conf_folder() / "stimuli").glob("*.yaml")} == set(stimulus_sets()) - {"emotions"}
