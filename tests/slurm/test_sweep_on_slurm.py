import os
import re
import signal
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.limits import HUNG
from tests.slurm.cluster import (
    cells,
    finish,
    freeze_in_the_middle,
    has_pending,
    is_ended,
    is_held,
    slurm,
    start,
    statuses,
    until,
    why_not,
)

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "a SLURM is here"),
]
STUDY = ("debug=authored", "emotions=[happiness,surprise,anger]", "identities=8")
NAMES = ("simple_cnn_fer2013", "mini_xception_fer2013")
JOBS = [f"classifier={name} identity_block={block}/2" for name in NAMES for block in (0, 1)]
TIMED_OUT, CANCELLED, PREEMPTED, UNDISTURBED = JOBS
TABLES = ("responses.parquet", "scores.csv", "tests.csv", "claims.json")
SWEEP = (
    *("score", "-m", "hydra/launcher=slurm", f"classifier={','.join(NAMES)}", "identity_block=0/2,1/2", *STUDY),
    *("hydra.launcher.timeout_min=2", "hydra.launcher.signal_delay_s=45", "hydra.launcher.array_parallelism=2"),
    *("hydra.launcher.cpus_per_task=1", "hydra.launcher.mem_gb=null", "hydra.launcher.partition=sweep"),
)


def let_it_time_out(out):
    """Hold a job until SLURM has told it that its time is over, then let it go."""
    pid = statuses(out)[TIMED_OUT]["pid"]
    until("the signal before the time limit", 90, lambda: not is_held(pid) or has_pending(pid, signal.SIGUSR2))
    if is_held(pid):
        os.kill(pid, signal.SIGCONT)
    until("its second attempt", 90, lambda: statuses(out)[TIMED_OUT]["interrupted"] == 1)


def preempt(out):
    """Ask for a processor in a partition of higher priority: SLURM takes it from the job that began last."""
    for _ in range(os.cpu_count() - 1):
        slurm("sbatch", "--partition=urgent", "--output=/dev/null", "--wrap=sleep 1")
    until("its second attempt", 120, lambda: statuses(out)[PREEMPTED]["interrupted"] >= 1)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A sweep whose jobs are cancelled, preempted and run out of time; the same again; and one local run."""
    folder = tmp_path_factory.mktemp("slurm")
    out, log = folder / "out", folder / "first.log"
    sweep = start(log, *SWEEP, f"paths.outputs={out}")
    try:
        until("the sweep to be submitted", 60, lambda: list(out.glob("*-sweep-*/sweep.json")))
        cancelled = freeze_in_the_middle(out, TIMED_OUT, CANCELLED)[CANCELLED]
        slurm("scancel", cancelled["slurm"])
        until("the cancelled job to be killed", 60, lambda: is_ended(cancelled["pid"]))
        freeze_in_the_middle(out, PREEMPTED)
        preempt(out)
        let_it_time_out(out)
        code = sweep.wait(timeout=HUNG)
    finally:
        sweep.kill()
    first = {"code": code, "said": log.read_text(), "statuses": statuses(out), "table": rows(out)}
    code, said = finish(folder / "second.log", *SWEEP, f"paths.outputs={out}")
    second = {"code": code, "said": said, "statuses": statuses(out), "table": rows(out)}
    local = folder / "local"
    code, said = finish(
        folder / "local.log", "score", f"classifier=[{','.join(NAMES)}]", *STUDY, f"paths.outputs={local}"
    )
    assert code == 0, said
    return out, first, second, local


def rows(out):
    [table] = out.glob("*-sweep-*/responses.parquet")
    return pd.read_parquet(table)


def test_a_cancelled_job_is_named_and_its_neighbours_are_in_the_table(story):
    _, first, _, _ = story
    assert first["code"] == 1
    assert re.search(rf"killed\s+{CANCELLED}", first["said"]), first["said"]
    states = {words: status["state"] for words, status in first["statuses"].items()}
    assert [states[words] for words in (TIMED_OUT, PREEMPTED, UNDISTURBED)] == ["done"] * 3, states
    shown = {
        (name, int(face)) for name, face in first["table"][["classifier", "identity"]].drop_duplicates().to_numpy()
    }
    assert shown == {*((NAMES[0], face) for face in range(4)), *((NAMES[1], face) for face in range(8))}


def test_jobs_that_ran_out_of_time_or_were_preempted_went_on_by_themselves(story):
    _, first, _, _ = story
    for words in (TIMED_OUT, PREEMPTED):
        assert first["statuses"][words]["interrupted"] == 1, first["statuses"][words]
    rows = slurm("sacct", "--allocations", "--duplicates", "--noheader", "--parsable2", "--format=JobID,State")
    again = sorted(line.split("|")[0] for line in rows.splitlines() if "REQUEUED" in line)
    assert again == sorted(first["statuses"][words]["slurm"] for words in (TIMED_OUT, PREEMPTED)), rows
    assert first["statuses"][UNDISTURBED]["interrupted"] == 0


def test_the_same_command_submits_what_is_not_done_and_nothing_else(story):
    _, first, second, _ = story
    assert second["code"] == 0, second["said"]
    for words in JOBS:
        again = second["statuses"][words]["began"] != first["statuses"][words]["began"]
        assert again == (words == CANCELLED), words
        assert second["statuses"][words]["state"] == "done"


def test_the_table_is_that_of_one_local_run_byte_for_byte(story):
    out, _, _, local = story
    [sweep], [run] = out.glob("*-sweep-*"), [p.parent for p in local.glob("*/manifest.json")]
    for name in TABLES:
        assert (sweep / name).read_bytes() == (run / name).read_bytes(), name
    assert cells(out) == cells(local)
    assert not list(out.rglob(".tmp-*"))


def test_nothing_of_the_cluster_listens_beyond_loopback(story):
    run = Path(os.environ["SLURM_CONF"]).parents[1] / "run"
    pids = [path.read_text().strip() for path in run.glob("*.pid")]
    assert len(pids) == 5
    lines = subprocess.run(["ss", "-Hltunp"], capture_output=True, text=True, check=True).stdout.splitlines()
    ours = [line.split()[4] for line in lines if any(f"pid={pid}," in line for pid in pids)]
    assert len(ours) >= 3
    assert all(address.startswith("127.") for address in ours), ours
