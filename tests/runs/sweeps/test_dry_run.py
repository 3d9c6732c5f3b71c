import re

from facing_asymmetry.interventions.layout import SHARED
from tests.runs.sweeps.conftest import NAMES, sweep


def test_a_dry_run_lists_jobs_with_frames_hours_and_gigabytes_and_writes_nothing(tmp_path, capsys):
    out = tmp_path / "out"
    networks = f"classifier={','.join(NAMES)},emonext_base"
    assert sweep(out, networks, "hydra/launcher=slurm", "grid=paper", "identities=24", "dry_run=true") == 0
    said = capsys.readouterr().out
    lines = [line for line in said.splitlines() if "classifier=" in line]
    assert [line.endswith("head or weights missing") for line in lines] == [False, False, True]
    sizes = [[int(n.replace(",", "")) for n in re.findall(r" ([\d,]+)(?= )", line)][:2] for line in lines]
    cell = 89 * 90 + 1  # the states with t = 0 are all the same face
    seen_before = 3 * 90 + (SHARED - 90)  # s = 1 of three later cells, and what two symmetric controls share beside it
    assert sizes == [[96, 24 * (4 * cell - seen_before)]] * 3
    assert re.search(
        r"2 of 3 job\(s\) to do: [\d,]+ frames, [\d,]+ forward passes, [\d.]+ GB; one after the other", said
    )
    assert "With the 1 whose head or weights are missing: " in said
    assert "#SBATCH --array=0-1%2" in said
    assert not out.exists()


def test_a_dry_run_leaves_out_what_is_done(swept, capsys):
    words = (f"classifier={','.join(NAMES)}", "identities=4", "identity_block=0/2,1/2", "dry_run=true")
    assert sweep(swept, *words) == 0
    said = capsys.readouterr().out
    assert said.count("done, left out") == 4
    assert "0 of 4 job(s) to do." in said
