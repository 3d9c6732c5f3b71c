"""`make refit` renews every stored reference that rests on rendered faces."""

import re
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from facing_asymmetry.app.cli import cli

ROOT = Path(__file__).parents[2]

RENEWED = {
    "docs/benchmarks/error_budget.json",
    "docs/benchmarks/grid_error.json",
    "docs/calibration/planted.json",
    "facing_asymmetry/photographs/reference.json",
    "facing_asymmetry/photographs/validated.json",
    "facing_asymmetry/photographs/validated_ict.json",
    "facing_asymmetry/photographs/validated_interventions.json",
}
"""Stored numbers that a change of the heads, the expressions, the interventions or the renderer can move."""

OTHERS = {
    "docs/benchmarks/cpu.json": "speed of one machine",
    "docs/benchmarks/grid.json": "time and memory of one machine",
    "docs/benchmarks/estimates.json": "speed of one machine",
    "docs/benchmarks/gpu.json": "speed of one machine",
    "docs/benchmarks/gpu_tf32_90.json": "speed of one machine",
    "docs/benchmarks/networks.json": "speed of one machine",
    "docs/benchmarks/peers.json": "speed of one machine",
    "docs/benchmarks/runtimes.json": "speed of one machine",
    "docs/calibration/calibration.json": "simulated without faces; make calibrate",
    "facing_asymmetry/photographs/mirror_pairs.json": "which points of the detector's mesh are partners",
}
"""Stored numbers that rendered faces do not move, and why."""

FOLDERS = {
    "docs/notebooks/": "outputs of the notebooks; python tools/notebooks.py",
    "tests/": "expected values of tests; each test says how they are made",
}


def stored() -> set[str]:
    """JSON and NumPy files that the repository holds."""
    said = subprocess.run(
        ["git", "ls-files", "*.json", "*.npz", "*.npy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if said.returncode or not said.stdout:
        pytest.skip("not a git checkout")
    return {name for name in said.stdout.split() if not name.startswith((*FOLDERS, "."))}


def refit() -> list[str]:
    """Commands of the target, with continued lines joined."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nrefit: setup\n")[2].partition("\n\n")[0]
    lines = recipe.replace("\\\n", " ").splitlines()
    return [line.strip().removeprefix("@").removeprefix("$(BIN)/") for line in lines if not line.startswith("\t@#")]


def test_every_stored_file_is_renewed_by_the_target_or_said_not_to_rest_on_faces():
    assert stored() - OTHERS.keys() == RENEWED


def test_the_target_writes_what_is_to_be_renewed_and_nothing_else():
    written = re.findall(r"--(?:json|reference)\s+(\S+)", "\n".join(refit()))
    assert sorted(written) == sorted(RENEWED)


def test_the_scale_is_renewed_before_what_is_measured_with_it():
    first, second, third = (line for line in refit() if "photographs" in line)
    assert "--reference" in first
    assert "--model ict" in second
    assert "--interventions" in third


@pytest.mark.parametrize("line", refit())
def test_every_command_of_the_target_is_understood(line: str):
    """Parsed by the command itself, with its options and their types, and not executed."""
    program, *words = shlex.split(line)
    if program == "python":
        assert (ROOT / words[0]).is_file()
        return
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        name = words.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"no such command: {name}"
        command = found
    command.make_context(command.name, words)
