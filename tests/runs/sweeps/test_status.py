import json
import subprocess
import sys
from dataclasses import replace

import pytest

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.runs.job_status import (
    STATUS_FILE,
    observe,
    of_this_process,
    read_status,
    recorded,
    table_hash,
    write_status,
)
from facing_asymmetry.runs.merging import Outcome
from facing_asymmetry.runs.slurm import array_summary, own_job, still_there, wait_for_the_rest

SLURM = {
    "_target_": "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher",
    "submitit_folder": "out/.submitit/%j",
    "timeout_min": 90,
    "signal_delay_s": 60,
    "max_num_timeout": 3,
    "array_parallelism": 4,
    "gpus_per_node": 1,
    "mem_gb": 8,
    "partition": "gpu",
    "name": "sweep",
}


def dead_process():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_ends_well_is_done_with_the_hash_of_its_table(tmp_path):
    with recorded(tmp_path, "score", "key"):
        assert read_status(tmp_path).state == "running"
        assert observe(tmp_path).state == "running"
        (tmp_path / "responses.parquet").write_bytes(b"table")
    status = observe(tmp_path)
    assert (status.state, status.stage, status.key) == ("done", "score", "key")
    assert status.table == table_hash(tmp_path) != ""
    assert status.seconds >= 0


@pytest.mark.parametrize(("error", "words"), [(AssetError("run this"), "run this"), (KeyError("s"), "KeyError: 's'")])
def test_what_raises_is_failed_in_its_own_words_and_raises_on(error, words, tmp_path):
    with pytest.raises(type(error)), recorded(tmp_path, "score", "key"):
        raise error
    assert (observe(tmp_path).state, observe(tmp_path).error) == ("failed", words)


def test_what_a_signal_ends_stays_running_in_the_file_and_is_observed_as_killed(tmp_path):
    with pytest.raises(SystemExit), recorded(tmp_path, "score", "key"):
        raise SystemExit(-1)
    assert read_status(tmp_path).state == "running"
    write_status(tmp_path, replace(read_status(tmp_path), pid=dead_process()))
    assert observe(tmp_path).state == "killed"


def test_a_process_number_that_is_used_again_is_not_taken_for_the_job(tmp_path):
    write_status(tmp_path, replace(of_this_process("running", "score", "key"), born="1"))
    assert observe(tmp_path).state == "killed"


def test_a_job_that_begins_again_counts_how_often_it_was_interrupted(tmp_path):
    for _ in range(2):
        with pytest.raises(SystemExit), recorded(tmp_path, "score", "key"):
            raise SystemExit(-1)
    with recorded(tmp_path, "score", "key"):
        pass
    assert read_status(tmp_path).interrupted == 2


def test_a_job_that_was_launched_by_a_process_that_is_gone_was_never_begun(tmp_path):
    write_status(tmp_path, replace(of_this_process("waiting", "score", "key"), pid=dead_process()))
    assert (observe(tmp_path).state, observe(tmp_path).error) == ("killed", "it was never begun")


def test_a_process_of_a_machine_that_cannot_be_asked_is_believed_to_run(tmp_path):
    write_status(tmp_path, replace(of_this_process("running", "score", "key"), machine="elsewhere", slurm=""))
    assert observe(tmp_path).state == "running"
    assert "on elsewhere, which cannot be asked" in observe(tmp_path).error


def test_a_status_file_that_is_damaged_counts_as_none(tmp_path):
    assert observe(tmp_path) is None
    for content in ("{", "[]", '{"stage": "score"}'):
        (tmp_path / STATUS_FILE).write_text(content)
        assert observe(tmp_path) is None


def test_a_table_that_is_not_what_the_job_wrote_is_a_failure(tmp_path):
    with recorded(tmp_path, "score", "key"):
        (tmp_path / "responses.parquet").write_bytes(b"table")
    assert Outcome.of(tmp_path, "job").done
    (tmp_path / "responses.parquet").write_bytes(b"Table")
    found = Outcome.of(tmp_path, "job")
    assert not found.done
    assert "responses.parquet fails its checksum" in found.error
    assert json.loads(json.dumps(found.facts()))["state"] == "failed"


def test_a_task_of_an_array_is_named_as_scancel_takes_it():
    assert own_job({"SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "5", "SLURM_ARRAY_TASK_ID": "2"}) == "5_2"
    assert own_job({"SLURM_JOB_ID": "7"}) == "7"
    assert own_job({}) == ""


def test_local_jobs_are_there_as_long_as_their_process(tmp_path):
    assert still_there(tmp_path / "absent") == []
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    for pid in (child.pid, dead_process()):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / f"{pid}_0_log.out").touch()
    assert still_there(tmp_path) == [str(child.pid)]
    child.kill()
    child.wait()
    wait_for_the_rest(tmp_path)


def test_the_array_that_would_be_submitted_is_submitits_own():
    said = array_summary(12, SLURM).splitlines()
    for line in ("array=0-11%4", "time=90", "signal=USR2@60", "gpus-per-node=1", "mem=8GB", "partition=gpu"):
        assert f"  #SBATCH --{line}" in said, said
    assert said[-1].endswith("3 timeouts")
    assert "hydra/launcher=slurm" in array_summary(12, {"_target_": "hydra._internal.core_plugins.basic.BasicLauncher"})
