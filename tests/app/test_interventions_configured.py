"""Every intervention can be chosen, and the page that explains them is true."""

import re
from pathlib import Path

import pytest
import yaml

from facing_asymmetry.config import read_config
from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.interventions.registry import INTERVENTIONS, catalogue, catalogue_table, intervention_from
from tests.app.composing import composed

FILES = sorted((conf_folder() / "intervention").glob("*.yaml"))
PAGE = (Path(__file__).parents[2] / "docs" / "interventions.md").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_gives_an_intervention_with_the_values_it_shows(path):
    composition = composed(f"intervention=[{path.stem}]")
    entries = read_config(composition).interventions
    assert list(entries) == [path.stem]
    made = intervention_from(path.stem, entries[path.stem])
    for key, value in yaml.safe_load(path.read_text()).items():
        assert getattr(made, key) == value


def test_every_kind_has_a_file():
    kinds = {(facts := yaml.safe_load(path.read_text())).get("kind", facts["name"]) for path in FILES}
    assert kinds == set(INTERVENTIONS)


def test_the_page_has_a_row_for_each_file():
    rows = "\n".join(line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\w+)`", rows)) == {path.stem for path in FILES}


def test_the_table_of_the_page_is_current():
    written = PAGE.split("<!-- catalogue -->\n")[1].split("\n<!-- /catalogue -->")[0]
    assert written == catalogue_table(), "run python tools/interventions_page.py"


@pytest.mark.parametrize("name", catalogue())
def test_each_intervention_says_in_one_sentence_what_it_does(name):
    made = catalogue()[name]
    assert re.fullmatch(r"[A-Z][^.]*\.", made.worded(made.summary))
    assert made.worded(made.formula)
    assert made.purpose
    assert "{" not in made.worded(made.summary) + made.worded(made.formula)


def test_the_commands_of_the_page_compose():
    commands = re.findall(r"^facing-asymmetry run (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        config = read_config(composed(*command.split()))
        for name, facts in config.interventions.items():
            intervention_from(name, facts)


@pytest.mark.parametrize("name", ["controls", "shared_stimulus", "regions", "scene", "symmetry_specific"])
def test_each_study_of_controls_says_its_own_command_and_runs_each_palsy_beside_its_partner(name):
    head = (conf_folder() / "experiment" / f"{name}.yaml").read_text().splitlines()
    assert head[:2] == ["# @package _global_", f"# facing-asymmetry run experiment={name}"]
    config = read_config(composed(f"experiment={name}"))
    assert config.name == name
    names = set(config.interventions)
    assert {"palsy", "palsy_two_sided", "bilateral"} <= names
    assert {name for name in names if f"{name}_two_sided" in catalogue()} == {
        name.removesuffix("_two_sided") for name in names if name.endswith("_two_sided")
    }
