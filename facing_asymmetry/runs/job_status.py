"""What became of a job: a file of our own in its run folder.

Neither SLURM's accounting (a job that raised is `COMPLETED 0:0`) nor Hydra's return values (lost with the process)
tell the truth about a job. The file does, together with a look at whether its process still lives.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from hashlib import file_digest
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from facing_asymmetry.core.errors import FacingAsymmetryError, StoreError
from facing_asymmetry.core.files import birth, is_alive, this_machine, write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.results.layout import RESPONSES_FILE, STATUS_FILE
from facing_asymmetry.runs.slurm import GONE, QUEUED, UNKNOWN, own_job, slurm_state

WAITING, RUNNING, DONE, FAILED, SKIPPED, KILLED = "waiting", "running", "done", "failed", "skipped", "killed"


@dataclass(frozen=True)
class Status:
    """One state of a job.

    Attributes:
        state: `waiting` (launched, not begun), `running`, `done`, `failed` (with `error`), `skipped` (it could not have
            run; `error` holds the remedy), or `killed`, which is never written but observed.
        stage: the last stage asked for.
        key: of everything that its results rest on (`runs.jobs.run_key`).
        machine: name of the machine that runs it.
        pid: number of its process there.
        born: identifies the process beside its number (`core.files.birth`).
        slurm: its SLURM job, `ID` or `ARRAY_TASK`, or empty.
        began: seconds since 1970, 0 where unknown.
        ended: seconds since 1970, 0 where it has not ended.
        error: why it failed or was skipped, empty otherwise.
        table: SHA-256 of `responses.parquet`, where the job is done and has one.
        interrupted: how often it was begun before without an end: preempted, timed out, killed.
    """

    state: str
    stage: str = ""
    key: str = ""
    machine: str = ""
    pid: int = 0
    born: str = ""
    slurm: str = ""
    began: float = 0.0
    ended: float = 0.0
    error: str = ""
    table: str = ""
    interrupted: int = 0

    @property
    def seconds(self) -> float:
        """Wall time from its last beginning to its end; 0 where it has not ended."""
        return max(0.0, self.ended - self.began) if self.ended else 0.0


def of_this_process(state: str, stage: str, key: str, error: str = "") -> Status:
    """A status that names this process, begun now."""
    pid = os.getpid()
    slurm = own_job(os.environ)
    return Status(state, stage, key, this_machine(), pid, birth(pid), slurm, began=time.time(), error=error)


def write_status(folder: Path, status: Status) -> None:
    """Replace a run folder's status file."""
    write_atomically(folder / STATUS_FILE, json.dumps(asdict(status), indent=2) + "\n")


def read_status(folder: Path) -> Status | None:
    """What the file says, or None where there is none that can be read."""
    known = {f.name for f in fields(Status)}
    try:
        values = parse_json((folder / STATUS_FILE).read_bytes(), dict[str, Any])
        said = {name: value for name, value in values.items() if name in known}
        return TypeAdapter(Status).validate_python(said)
    except (OSError, ValueError):
        return None


def observe(folder: Path) -> Status | None:
    """The status file, corrected by whether the process is still there: what runs no more was `killed`.

    A process of another machine is believed to be there, unless SLURM knows better.
    """
    status = read_status(folder)
    if status is None or status.state not in (WAITING, RUNNING):
        return status
    here = status.machine == this_machine()
    if here and is_alive(status.pid, status.born):
        return status
    queue = slurm_state(status.slurm) if status.slurm and status.state == RUNNING else GONE if here else UNKNOWN
    if queue in QUEUED:
        return replace(status, state=WAITING, error="in the queue again")
    if queue == GONE:
        words = "its process is gone" if status.state == RUNNING else "it was never begun"
        return replace(status, state=KILLED, error=words)
    return status if here else replace(status, error=f"on {status.machine}, which cannot be asked from here")


@contextmanager
def recorded(folder: Path, stage: str, key: str) -> Iterator[None]:
    """Write what becomes of the work inside into the run folder.

    An exception is recorded and raised on. A signal that ends the process leaves `running` behind, which is observed
    as `killed`, or as `waiting` where SLURM has put the job back into its queue.
    """
    earlier = read_status(folder)
    again = earlier.interrupted + 1 if earlier and earlier.state == RUNNING and earlier.key == key else 0
    status = replace(of_this_process(RUNNING, stage, key), interrupted=again)
    write_status(folder, status)
    try:
        yield
    except Exception as error:
        words = str(error) if isinstance(error, FacingAsymmetryError) else f"{type(error).__name__}: {error}"
        _try_to_write(folder, replace(status, state=FAILED, ended=time.time(), error=words))
        raise
    write_status(folder, replace(status, state=DONE, ended=time.time(), table=table_hash(folder)))


def _try_to_write(folder: Path, status: Status) -> None:
    try:
        write_status(folder, status)
    except StoreError:
        return  # a full disk is what failed the job: the error on its way says so


def table_hash(folder: Path) -> str:
    """SHA-256 of the folder's response table, or empty where there is none."""
    try:
        with (folder / RESPONSES_FILE).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
