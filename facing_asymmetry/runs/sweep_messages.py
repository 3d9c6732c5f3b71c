"""What a sweep would cost, from the rates that were measured here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.runs.job_status import DONE, FAILED, Status, observe, table_hash
from facing_asymmetry.runs.jobs import Job
from facing_asymmetry.runs.plan import Plan, duration, plan, read_rates
from facing_asymmetry.runs.slurm import array_words


def sweep_words(jobs: Sequence[Job], todo: Sequence[int], launcher: Mapping[str, Any]) -> str:
    """Jobs with frames, hours and GB; their sum; and the SLURM array that would be submitted.

    Args:
        jobs: all of the sweep; `todo`: numbers of those that would be launched.
        launcher: settings of Hydra's launcher.
    """
    sizes = {n: _size(job) for n, job in enumerate(jobs) if n in todo or not job.finished()}
    wide = max(len(job.words) for job in jobs)
    lines = [f"  {'job':<{wide}} {'cells':>8} {'frames':>10} {'searched':>9} {'hours':>7} {'GB':>7}"]
    for n, job in enumerate(jobs):
        note = "" if n in todo else "  weights missing" if n in sizes else "done, left out"
        lines.append(f"  {job.words:<{wide}} {_columns(sizes[n]) if n in sizes else ''}{note}")
    lines.append(_sum(f"{len(todo)} of {len(jobs)} job(s) to do", [sizes[n] for n in todo]))
    if len(sizes) > len(todo):
        lines.append(_sum(f"With the {len(sizes) - len(todo)} whose weights are missing", list(sizes.values())))
        lines.append("What to do for each: facing-asymmetry classifiers list")
    return "\n".join([*lines, array_words(len(todo), launcher)] if todo else lines)


def _size(job: Job) -> Plan:
    return plan(job.run.study, read_rates(job.run.study.store.folder))


def _columns(size: Plan) -> str:
    return (
        f"{size.cells:>8,} {size.frames:>10,} {size.optimisation_frames:>9,} {size.seconds / 3600:>7.2f} "
        f"{size.megabytes / 1e3:>7.2f}"
    )


def _sum(head: str, sizes: Sequence[Plan]) -> str:
    if not sizes:
        return f"{head}."
    source = "measured in earlier runs here" if all(s.measured for s in sizes) else "of docs/benchmarks"
    return (
        f"{head}: {sum(s.frames for s in sizes):,} frames, {sum(s.forward_passes for s in sizes):,} forward passes, "
        f"{sum(s.megabytes for s in sizes) / 1e3:.2f} GB; one after the other "
        f"{duration(sum(s.seconds for s in sizes))}, side by side {duration(max(s.seconds for s in sizes))} "
        f"(rates {source}; nothing counted as stored)."
    )


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
