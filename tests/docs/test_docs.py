"""Every command of the documentation: studies are planned, others parsed; every link leads somewhere."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
import torch

from facing_asymmetry.app.cli import cli
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.app.stage_help import SUMMARIES
from facing_asymmetry.core.conf_folder import conf_folder
from tests.photographs.pictures import save
from tools.configuration_page import page

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
OWN = ("docs/own_classifier.md", "docs/own_parts.md")
"""Their commands need files that the pages make: tests/classifiers/test_own.py, tests/interventions/test_own.py."""


def commands(path: Path) -> list[str]:
    """Lines of the shell examples, continued lines joined."""
    text = "\n".join(BLOCK.findall(path.read_text(encoding="utf-8"))).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


NOT_RUN = {
    "facing-asymmetry run -m classifier=<TAB>": "a key pressed at a prompt; tests/app/test_completion.py completes it",
    "python3.11 -m venv .venv": "installs everything; make setup does the same",
    "pip install --require-hashes -r requirements.lock": "installs everything; make setup does the same",
    "pip install --no-deps --no-build-isolation -e .": "installs everything; make setup does the same",
    "tools/slurm/with_cluster.sh .venv/bin/python tools/sweep_overhead.py": "needs root and SLURM; make test-slurm",
    "python tools/onnx_exports.py": "a minute; tests/classifiers/test_onnx_exports.py does it with narrow networks",
    "python experiments/twelve_networks.py": "two hours of work; tests/experiments runs it on few faces",
    "source .venv/bin/activate": "changes the shell that reads it",
    'eval "$(_FACING_ASYMMETRY_COMPLETE=bash_source facing-asymmetry)"': "changes the shell that reads it",
    "facing-asymmetry classifiers fetch --official": "downloads; tests/classifiers/test_official.py has a host",
    "pip install 'facing-asymmetry[": "installs a wheel; make test-wheel does",
    "conda ": "needs conda",
    "docker build": "needs an engine; tests/core/test_installation.py reads the file",
    "apptainer build": "needs an engine; tests/core/test_installation.py reads the file",
    "facing-asymmetry setup": "fetches everything; make setup calls it",
    "wandb sync outputs/*/wandb/offline-run-*": "sends results to an account",
}
"""Start of each documented command that no test runs or parses -> why."""


def documented() -> list[tuple[str, str]]:
    """(page, command) of every line of every shell example, without the folder of the virtual environment."""
    return [
        (path.relative_to(ROOT).as_posix(), line.removeprefix(".venv/bin/"))
        for path in PAGES
        for line in commands(path)
    ]


def excused(line: str) -> str | None:
    """The entry of `NOT_RUN` that a command starts with."""
    return next((start for start in NOT_RUN if line.startswith(start)), None)


def of_program(program: str) -> list[tuple[str, str]]:
    """(page, arguments) of each example that calls the program."""
    return [
        (where, line.removeprefix(program).strip())
        for where, line in documented()
        if line.split()[0] == program and where not in OWN and not excused(line)
    ]


STAGES = SUMMARIES.keys() - {"report"}
STAGED = [(where, line) for where, line in of_program("facing-asymmetry") if line.split()[0] in STAGES]
OTHERS = [(where, line) for where, line in of_program("facing-asymmetry") if line.split()[0] not in STAGES]
HELP = [(where, line) for where, line in STAGED if "--help" in shlex.split(line, comments=True)]
SWEEPS = [(where, line) for where, line in STAGED if "-m" in shlex.split(line, comments=True)]
STUDIES = [one for one in STAGED if one not in HELP + SWEEPS]


def test_the_documentation_has_commands_to_check():
    assert len(STUDIES) > 15
    assert len(OTHERS) > 10
    assert len(SWEEPS) > 5
    assert HELP


def test_every_command_is_tested_or_excused_by_name():
    tested = {line for _, line in STAGED + OTHERS}
    left = [
        line
        for where, line in documented()
        if where not in OWN
        and not line.startswith("make ")
        and line.removeprefix("facing-asymmetry").strip() not in tested
    ]
    assert [line for line in left if not excused(line)] == []
    assert {excused(line) for line in left} == set(NOT_RUN), "an excuse without its command"


@pytest.mark.parametrize(("where", "line"), STUDIES)
def test_a_documented_study_can_be_planned(where: str, line: str, capfd, tmp_path, monkeypatch):
    stage, *overrides = shlex.split(line, comments=True)
    if "photographs.folder=FOLDER" in overrides:  # which stands for the reader's own
        save(tmp_path / "FOLDER" / "controls" / "happiness" / "a.png", np.zeros((8, 8, 3), np.uint8))
    assert "frames" in planned(stage, overrides, capfd, tmp_path, monkeypatch)


@pytest.mark.parametrize(("where", "line"), SWEEPS)
def test_every_job_of_a_documented_sweep_can_be_planned(where: str, line: str, capfd, tmp_path, monkeypatch):
    stage, *overrides = shlex.split(line, comments=True)
    said = planned(stage, overrides, capfd, tmp_path, monkeypatch)
    assert int(re.search(r"of (\d+) job\(s\) to do", said)[1]) > 1
    assert list(tmp_path.iterdir()) == []


def planned(stage: str, overrides: list[str], capfd, tmp_path: Path, monkeypatch) -> str:
    """What a dry run of the stage says; it must end well. `FOLDER` of photographs is that of the demonstration."""
    overrides = [o.replace("photographs.folder=FOLDER", "photographs.folder=demonstration") for o in overrides]
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    status = launch(
        stage, [o for o in overrides if not o.startswith(("dry_run", "threads"))] + ["dry_run=true", "threads=1"]
    )
    torch.set_num_threads(threads)
    said = capfd.readouterr()
    assert status == 0, said.err
    return said.out


@pytest.mark.parametrize(("where", "line"), HELP)
def test_documented_help_is_shown(where: str, line: str, tmp_path):
    words = shlex.split(line, comments=True)
    done = subprocess.run(
        [sys.executable, "-m", "facing_asymmetry.app.cli", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "classifier" in done.stdout
    assert list(tmp_path.iterdir()) == []


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
