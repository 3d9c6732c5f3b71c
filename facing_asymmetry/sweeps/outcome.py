"""What became of each job of a sweep, for people and for the manifest."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.sweeps.status import DONE, FAILED, Status, observe, table_hash

SWEEP_FILE: Final = "sweep.json"
"""List of a sweep's jobs, in its folder."""


@dataclass(frozen=True)
class Outcome:
    """One job's folder and what is to be seen there.

    Attributes:
        words: the overrides that tell the job from its neighbours; `status`: None where the folder holds no job.
    """

    folder: Path
    words: str
    status: Status | None

    @classmethod
    def of(cls, folder: Path, words: str) -> "Outcome":
        """Look at a folder. A table that is not what the job wrote counts as a failure."""
        status = observe(folder)
        if status is None and (folder / "manifest.json").is_file() and table_hash(folder):
            status = Status(DONE)
        if status is not None and status.state == DONE and status.table not in ("", table_hash(folder)):
            words_ = f"{folder / 'responses.parquet'} fails its checksum; start the sweep again and it is written anew"
            status = replace(status, state=FAILED, error=words_)
        return cls(folder, words, status)

    @property
    def state(self) -> str:
        """One word."""
        return self.status.state if self.status else "absent"

    @property
    def error(self) -> str:
        """Why it is not done, as far as is known."""
        return self.status.error if self.status else "nothing was begun here"

    @property
    def done(self) -> bool:
        """Whether its results can be used."""
        return self.state == DONE and (self.folder / "responses.parquet").is_file()

    def facts(self) -> dict[str, Any]:
        """For the manifest."""
        status = self.status or Status("absent")
        return {
            "job": self.words,
            "state": self.state,
            "error": self.error,
            "folder": self.folder.name,
            "machine": status.machine,
            "slurm": status.slurm,
            "interrupted": status.interrupted,
            "seconds": round(status.seconds, 2),
        }


@dataclass(frozen=True)
class Aggregated:
    """A sweep's end: what became of each job, and the folders that hold the tables over all that are done."""

    outcomes: list[Outcome]
    folders: list[Path]


def outcome_words(aggregated: Aggregated) -> str:
    """One line per job, and where the tables and reports lie."""
    wide = max((len(o.words) for o in aggregated.outcomes), default=0)
    lines = [
        f"  {o.state:<8} {o.words:<{wide}}" + (f"  {o.status.seconds:.0f} s" if o.status and o.status.seconds else "")
        + (f"  {o.error}" if o.error and not o.done else "")
        for o in aggregated.outcomes
    ]  # fmt: skip
    undone = sum(not o.done for o in aggregated.outcomes)
    if undone:
        lines.append(f"{undone} job(s) are not done: the same command computes them and leaves the others alone.")
    for folder in aggregated.folders:
        page = folder / "report.html"
        lines.append(f"Open the report: {page}" if page.is_file() else f"Everything lies in {folder}")
    return "\n".join(lines)
