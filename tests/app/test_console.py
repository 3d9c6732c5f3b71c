import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from facing_asymmetry.app.doctor import Finding, print_diagnosis
from facing_asymmetry.app.hydra import launch
from facing_asymmetry.app.stage_help import SUMMARIES, choices_of, first_sentence, stage_help
from facing_asymmetry.config import RunConfig
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import fields_of
from tests.limits import HUNG

ROOT = Path(__file__).parents[2]


def run(*words, **options):
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=HUNG, check=False, **options)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("renderer=fsat", "renderer/fsat is unknown. Did you mean 'fast'?"),
        ("classifier=simple_cnn", "Did you mean 'simple_cnn_fer2013'?"),
        ("experiment=qick", "Did you mean 'quick'?"),
        ("gird=smoke", "Did you mean 'grid'?"),
        ("expression.optimizer.steps=3", "Did you mean 'optimiser'?"),
        ("grid.s=1", "a slope needs at least 2"),
        ("identities=0", "identities = 0; it must be at least 1"),
        ("+extra=1", "unknown key extra (allowed: name"),
        ("grid=[", "cannot read the override 'grid=['"),
    ],
)
def test_bad_input_ends_in_one_message_and_a_failing_status(override, words, tmp_path, capsys):
    assert launch("run", [override, f"paths.outputs={tmp_path / 'out'}"]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert said.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    blocker = tmp_path / "out"
    blocker.write_text("a file where the folder should be")
    assert launch("optimise", ["debug=tiny", f"paths.outputs={blocker}"]) == 2
    said = capsys.readouterr().err
    assert f"cannot write {blocker}/tiny-" in said
    assert "choose another folder" in said
    assert blocker.read_text() == "a file where the folder should be"


@pytest.mark.parametrize("present", ["nothing", "face model"])
def test_what_is_missing_is_named_with_the_command_that_brings_it(present, tmp_path, capsys, monkeypatch):
    if present == "face model":
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "makehuman").symlink_to(cache_folder() / "makehuman")
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    assert launch("run", ["debug=tiny", f"paths.outputs={tmp_path / 'out'}"]) == 2
    said = capsys.readouterr().err
    remedy = "make setup" if present == "nothing" else "facing-asymmetry classifiers fetch simple_cnn_fer2013"
    assert remedy in said
    assert not list((tmp_path / "out").glob("*/manifest.json"))
    assert not list((tmp_path / "out").rglob("*.cell"))


def test_the_console_prints_the_message_without_a_traceback(tmp_path):
    done = run("run", "renderer=fsat", f"paths.outputs={tmp_path / 'out'}")
    assert done.returncode == 2
    assert "Did you mean 'fast'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_counts_cells_and_frames_and_writes_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    assert launch("run", ["dry_run=true", "grid=paper", "identities=20", f"paths.outputs={out}"]) == 0
    said = capsys.readouterr().out
    assert "1,920 cells" in said  # 4 networks x 6 emotions x 20 faces x (palsy left and right, and two controls)
    assert "MB" in said
    assert not out.exists()


def test_help_names_every_command():
    done = run("--help")
    for command in ("run", "optimise", "intervene", "score", "report", "classifiers", "doctor"):
        assert command in done.stdout


@pytest.mark.parametrize("stage", SUMMARIES)
def test_the_help_of_a_stage_fits_two_screens_and_names_every_part_and_value(stage, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = stage_help(stage)
    lines = said.splitlines()
    assert len(lines) <= 48
    assert max(map(len, lines)) <= 80
    assert said.startswith(SUMMARIES[stage])
    parts = [folder.name for folder in conf_folder().iterdir() if folder.is_dir() and folder.name != "hydra"]
    values = [name for name in fields_of(RunConfig) if name.rstrip("s") not in parts and name not in parts]
    explained = {line.split()[0] for line in lines if line.startswith("  ")}
    assert explained >= {*parts, *values}


def test_the_help_of_a_part_tells_its_choices(capsys):
    assert launch("run", ["--help", "grid", "renderer"]) == 0
    said = capsys.readouterr().out
    for part in ("grid", "renderer"):
        for path in choices_of(part):
            assert f"  {path.stem} " in said
            assert first_sentence(path)[:20] in said
    with pytest.raises(ConfigError, match="'gird' is no part; --help takes one of classifier, "):
        stage_help("run", ["--help", "gird"])


def test_the_help_of_a_part_is_no_report_over_folders():
    done = run("report", "--help", "grid")
    assert done.returncode == 0
    assert "grid=CHOICE" in done.stdout


@pytest.mark.parametrize("verbose", [True, False])
def test_the_configuration_is_printed_where_that_is_asked_for(verbose, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "empty"))
    words = ["debug=tiny", f"paths.outputs={tmp_path / 'out'}", *(["--verbose"] if verbose else [])]
    launch("run", words)  # it ends with a message, since nothing was set up
    said = capsys.readouterr().out
    assert ("image_size:" in said) == verbose
    assert len(said.splitlines()) < 8 or verbose


def test_help_of_the_stages_imports_nothing_heavy():
    code = """
import sys
from facing_asymmetry.app.hydra import launch
try:
    launch("run", ["--help"])
finally:
    heavy = {"torch", "pandas", "pyarrow", "statsmodels", "seaborn", "wandb", "submitit"} & set(sys.modules)
    assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "docs/sweeps.md" in done.stdout


def test_doctor_reports_every_part_as_json(tmp_path):
    target = tmp_path / "doctor.json"
    done = run("doctor", "--json", str(target))
    assert done.returncode == 0, done.stderr
    found = {f["part"]: f for f in json.loads(target.read_text())}
    assert found["PyTorch3D"]["present"]
    assert found["torch"]["present"]
    assert {"GPU", "SLURM", "W&B", "weights", "face models that you bring"} <= set(found)
    for finding in found.values():
        assert finding["present"] or finding["remedy"]


def test_what_the_doctor_says_is_read_at_eighty_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    remedy = "a command with its arguments, and what to do where that is not possible, in some more words"
    found = [
        Finding("a", True, "1.0", "all"),
        Finding("b", False, "", "some", remedy),
        Finding("c", False, "", "it", ""),
    ]
    print_diagnosis(found)
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= 80
    assert " ".join(remedy.split()) in " ".join(said.split())
    assert "the default run has what it needs" in said
    print_diagnosis([*found, Finding("d", False, "", "the default run", "setup", needed=True)])
    assert "to be repaired: d" in capsys.readouterr().out


def test_a_strict_doctor_fails_where_something_must_be_repaired(tmp_path):
    assert run("doctor", "--strict").returncode == 0
    nothing = {**os.environ, "FACING_ASYMMETRY_CACHE": str(tmp_path / "empty")}
    done = run("doctor", "--strict", env=nothing)
    assert done.returncode == 1
    assert "to be repaired: face model makehuman, weights" in done.stdout
    assert run("doctor", env=nothing).returncode == 0


def test_the_list_of_classifiers_imports_no_network(tmp_path):
    code = """
import json, sys
from facing_asymmetry.app.cli import cli
cli(["classifiers", "list", "--json", sys.argv[1]], standalone_mode=False)
heavy = [m for m in sys.modules if m.split(".")[0] in ("torch", "timm", "torchvision", "onnx")]
networks = [m for m in sys.modules if m.startswith("facing_asymmetry.classifiers.architectures")]
assert not heavy and not networks, (heavy, networks)
"""
    target = tmp_path / "list.json"
    done = subprocess.run([sys.executable, "-c", code, str(target)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads(target.read_text())}
    assert len(rows) >= 17 + 10
    assert {row["state"] for row in rows.values()} <= {"ready", "needs weights", "needs licence"}
    assert all(row["state"] == "ready" or row["remedy"] for row in rows.values())


def test_an_import_of_a_wrong_file_ends_in_one_message(tmp_path):
    (tmp_path / "page.pth").write_text("<!DOCTYPE html>")
    done = run("classifiers", "import", "dan_rafdb", str(tmp_path / "page.pth"))
    assert done.returncode == 2
    assert "is a web page" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stage", ["run", "optimise", "intervene", "score", "report"])
def test_each_stage_has_its_entry_point(stage):
    source = (ROOT / "experiments" / f"{stage}.py").read_text()
    assert f'launch("{stage}", sys.argv[1:])' in source


def test_an_entry_point_runs_as_a_script():
    done = subprocess.run(
        [sys.executable, str(ROOT / "experiments" / "run.py"), "--cfg", "job"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "identities: 6" in done.stdout


def test_a_stage_leaves_the_programs_arguments_alone(tmp_path, monkeypatch):
    arguments = ["program", "its own"]
    monkeypatch.setattr(sys, "argv", arguments)
    assert launch("run", ["debug=tiny", "dry_run=true", f"paths.outputs={tmp_path}"]) == 0
    assert sys.argv is arguments
    assert arguments == ["program", "its own"]
