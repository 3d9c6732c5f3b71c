import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words, **options):
    command = [sys.executable, "-m", "facing_asymmetry.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=240, check=False, **options)


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
        ("+extra=1", "unknown key(s): extra"),
        ("grid=[", "error:"),
    ],
)
def test_bad_input_ends_in_one_message_and_a_failing_status(override, words, tmp_path):
    done = run("run", override, f"paths.outputs={tmp_path / 'out'}")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()


def test_a_dry_run_counts_cells_and_frames_and_writes_nothing(tmp_path):
    out = tmp_path / "out"
    done = run("run", "dry_run=true", "grid=paper", "identities=20", f"paths.outputs={out}")
    assert done.returncode == 0, done.stderr
    assert "1,440 cells" in done.stdout
    assert "MB" in done.stdout
    assert not out.exists()


def test_help_names_every_command():
    done = run("--help")
    for command in ("run", "optimise", "intervene", "score", "report", "classifiers", "doctor"):
        assert command in done.stdout


def test_the_stages_show_hydras_help():
    done = run("run", "--help")
    assert done.returncode == 0
    assert "grid: default, paper, quick, smoke" in done.stdout


def test_doctor_reports_every_part_as_json(tmp_path):
    target = tmp_path / "doctor.json"
    done = run("doctor", "--json", str(target))
    assert done.returncode == 0, done.stderr
    found = {f["part"]: f for f in json.loads(target.read_text())}
    assert found["PyTorch3D"]["present"]
    assert found["torch"]["present"]
    assert {"GPU", "SLURM", "W&B", "weights", "licensed face models"} <= set(found)
    for finding in found.values():
        assert finding["present"] or finding["remedy"]


def test_the_list_of_classifiers_needs_no_torch(tmp_path):
    code = (
        "import sys; from facing_asymmetry.classifiers.listing import listing; listing(); "
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_each_stage_has_its_entry_point():
    for stage in ("run", "optimise", "intervene", "score", "report"):
        script = ROOT / "experiments" / f"{stage}.py"
        done = subprocess.run(
            [sys.executable, str(script), "--cfg", "job"], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "identities: 6" in done.stdout
