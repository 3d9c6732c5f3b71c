"""Every command of the documentation: studies are planned, others parsed; every link leads somewhere."""

import re
import shlex
from pathlib import Path

import click
import pytest
import torch

from facing_asymmetry.app import launch
from facing_asymmetry.cli import STAGES, cli
from facing_asymmetry.conf_folder import conf_folder
from facing_asymmetry.reference import page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OWN = ROOT / "docs" / "own_classifier.md"
"""Its commands need files that the page itself makes: tests/classifiers/test_own.py runs them."""


def commands(path: Path) -> list[str]:
    """Lines of the shell examples, continued lines joined."""
    text = "\n".join(BLOCK.findall(path.read_text(encoding="utf-8"))).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def of_program(program: str) -> list[tuple[str, str]]:
    """(page, arguments) of each example that calls the program."""
    found = []
    for path in PAGES:
        for line in commands(path):
            words = line.removeprefix(".venv/bin/")
            if words.split()[0] == program and path != OWN and "…" not in words:
                found.append((path.relative_to(ROOT).as_posix(), words.removeprefix(program).strip()))
    return found


STUDIES = [(where, line) for where, line in of_program("facing-asymmetry") if line.split()[0] in STAGES]
OTHERS = [(where, line) for where, line in of_program("facing-asymmetry") if line.split()[0] not in STAGES]


def test_the_documentation_has_commands_to_check():
    assert len(STUDIES) > 15
    assert len(OTHERS) > 10


@pytest.mark.parametrize(("where", "line"), [s for s in STUDIES if " -m " not in s[1] and "--help" not in s[1]])
def test_a_documented_study_can_be_planned(where: str, line: str, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    stage, *overrides = shlex.split(line, comments=True)
    status = launch(stage, [o for o in overrides if not o.startswith("dry_run")] + ["dry_run=true", "threads=1"])
    torch.set_num_threads(threads)
    assert status == 0, capfd.readouterr().err
    assert "frames" in capfd.readouterr().out


@pytest.mark.parametrize(("where", "line"), OTHERS)
def test_a_documented_command_is_understood(where: str, line: str, tmp_path, monkeypatch):
    """Parsed by the command itself, with its options and their types, and not executed; the folders it names exist."""
    monkeypatch.chdir(tmp_path)
    for named in ("FOLDER", "outputs/RUN", "outputs/quick-1a2b3c4d"):
        (tmp_path / named).mkdir(parents=True)
    group, words = cli, shlex.split(line, comments=True)
    context = click.Context(cli, info_name="facing-asymmetry")
    while isinstance(group, click.Group):
        _, command, words = group.resolve_command(context, words)
        assert command is not None
        group, context = command, click.Context(command, parent=context, info_name=command.name)
    if words != ["--help"]:
        group.make_context(group.name, list(words), parent=context.parent)


def test_documented_make_targets_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {line.split()[1] for path in PAGES for line in commands(path) if line.startswith("make ")}
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("path", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_pictures_lead_somewhere(path: Path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if not target.startswith(("http://", "https://", "#")):
            assert (path.parent / target.split("#")[0]).exists(), target


def test_the_index_names_every_page_of_the_folder():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / target).resolve() for target in LINK.findall(index)}
    missing = [p.name for p in (ROOT / "docs").glob("*.md") if p.name != "README.md" and p.resolve() not in linked]
    assert missing == []


def test_the_configuration_reference_is_current():
    written = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert written == page(conf_folder()), "run python tools/configuration_page.py"


def test_every_value_of_the_reference_has_a_row_and_most_say_what_they_mean():
    rows = re.findall(r"^\| `([\w.]+)` \| .*? \| `?.*?`? \| (.*) \|$", page(conf_folder()), re.MULTILINE)
    assert len(rows) > 60
    assert sum(not words for _, words in rows) < 0.2 * len(rows)
