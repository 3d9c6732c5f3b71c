"""One multirun from its command line to its report: what Hydra's sweeper and callback hand over to."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facing_asymmetry.core.errors import DataError, FacingAsymmetryError
from facing_asymmetry.core.files import sweep_temporaries, write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.core.store import content_key
from facing_asymmetry.core.user_parts import places_of_others
from facing_asymmetry.results.files import claim_folder
from facing_asymmetry.results.layout import SWEEP_FILE
from facing_asymmetry.results.shapes import Sweep
from facing_asymmetry.runs.job_status import SKIPPED, WAITING, of_this_process, write_status
from facing_asymmetry.runs.jobs import Job, make_jobs
from facing_asymmetry.runs.merging import Aggregated, Outcome, aggregate, outcome_summary
from facing_asymmetry.runs.plan import Plan, duration, in_sum, plan, read_speed
from facing_asymmetry.runs.slurm import array_summary


@dataclass
class Session:
    """A multirun under way in this process.

    Attributes:
        stage: last stage of each job.
        command: what was typed.
        jobs: all of them.
        todo: their numbers that must be launched.
        aggregated: tables and reports over all jobs, once they ended.
        error: why there are none.
    """

    stage: str
    command: str
    jobs: list[Job] = field(default_factory=list)
    todo: list[int] = field(default_factory=list)
    aggregated: Aggregated | None = None
    error: str = ""

    @property
    def dry_run(self) -> bool:
        """Whether jobs are counted only."""
        return any(job.run.config.dry_run for job in self.jobs)

    @property
    def folder(self) -> Path:
        """`RUNS/NAME-sweep-KEY`: the same jobs, the same folder."""
        first = self.jobs[0].run.config
        key = content_key({"jobs": sorted(job.folder.name for job in self.jobs), "stage": self.stage}, 8)
        return Path(first.paths.runs) / f"{first.name}-sweep-{key}"

    def plan(self, asked: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]], elsewhere: bool = False) -> list[int]:
        """Check every job before the first is launched, and return the numbers of those that have work left.

        Finished jobs are left out, and so are jobs whose weights are not here: they could only fail.

        Args:
            asked: overrides and composed configuration of each job.
            elsewhere: other machines will run them.

        Raises:
            ConfigError: a job asks for something that cannot be.
        """
        self.jobs = list(make_jobs(asked, self.stage, self.command, elsewhere))
        finished = {n for n, job in enumerate(self.jobs) if job.finished()}
        lacking = {n: words for n, job in enumerate(self.jobs) if n not in finished and (words := job.lacking())}
        self.todo = [n for n in range(len(self.jobs)) if n not in finished and n not in lacking]
        if not self.dry_run:
            self._write_down(lacking)
        return self.todo

    def _write_down(self, lacking: Mapping[int, str]) -> None:
        for folder in (self.folder, *(job.folder for job in self.jobs)):
            sweep_temporaries(folder)
        for number, words in lacking.items():
            write_status(self.jobs[number].folder, of_this_process(SKIPPED, self.stage, "", words))
        for number in self.todo:
            write_status(self.jobs[number].folder, of_this_process(WAITING, self.stage, ""))
        listed = [{"words": j.label, "folder": os.path.relpath(j.folder, self.folder)} for j in self.jobs]
        facts = {"command": self.command, "stage": self.stage, "jobs": listed}
        write_atomically(self.folder / SWEEP_FILE, json.dumps(facts, indent=2) + "\n")

    def grouped(self, number: int) -> list[str]:
        """Override that puts a job into one W&B group with the others, unless the user chose a group."""
        chosen = self.jobs[number].run.config.tracking.group
        return [] if chosen else [f"tracking.group={self.folder.name}"]

    def aggregate(self) -> None:
        """One table and report over all jobs that are done, whichever launcher ran them; never raises."""
        outcomes = [Outcome.of(job.folder, job.label) for job in self.jobs]
        asked = [places_of_others(job.run.config.statistics.own_scores).values() for job in self.jobs]
        try:
            self.aggregated = aggregate(outcomes, self.folder, self.stage, self.command, set().union(*asked))
        except FacingAsymmetryError as error:
            self.error = str(error)
            self.aggregated = Aggregated(outcomes, [])

    def opening_summary(self) -> str:
        """How many jobs are launched, and how to look at them meanwhile."""
        return (
            f"Launching {len(self.todo)} of {len(self.jobs)} job(s). What became of them, at any time: "
            f"facing-asymmetry report {self.folder}"
        )

    def closing_summary(self) -> str:
        """What became of the jobs, and where everything lies."""
        assert self.aggregated is not None
        launched = len(self.todo)
        before = f"{launched} of them launched" if launched else "none of them had to be launched or could be"
        return f"\nSweep of {len(self.jobs)} job(s), {before}:\n" + outcome_summary(self.aggregated)

    @property
    def failed(self) -> bool:
        """Whether any job is not done, or the report could not be made."""
        return bool(self.error) or self.aggregated is None or any(not o.done for o in self.aggregated.outcomes)


def report_folders(
    folders: Sequence[Path], into: Path | None, command: str, stage: str = "report", trust: bool = False
) -> Aggregated:
    """`facing-asymmetry report DIR...`: one table and report over run folders and sweeps.

    Args:
        into: where they go; by default the sweep's folder, if one is given, or a new one beside the first folder.
        command: what was typed.
        stage: the last stage; `score` for the tables alone.
        trust: whether modules that the runs name as scores of their own may be imported.

    Raises:
        ConfigError: `into` holds files of others, or a run names a program as a score and isn't trusted.
        DataError: a folder is neither a run nor a sweep, or the runs cannot be one table.
    """
    if into is not None:
        claim_folder(into)
    outcomes, place = [], into
    for folder in folders:
        if (folder / SWEEP_FILE).is_file():
            outcomes += _jobs_of(folder)
            place = place or (folder if len(folders) == 1 else None)
        else:
            outcomes.append(Outcome.of(folder, folder.name))
    unknown = [str(o.folder) for o in outcomes if o.status is None]
    if unknown and all(o.status is None for o in outcomes):
        raise DataError(f"{', '.join(unknown)}: no run folder; `facing-asymmetry run` makes one")
    unique = list({o.folder.resolve(): o for o in outcomes}.values())
    if place is None:
        key = content_key({"jobs": sorted(o.folder.name for o in unique)}, 8)
        place = unique[0].folder.parent / f"{unique[0].folder.name.rpartition('-')[0]}-sweep-{key}"
    return aggregate(unique, place, stage, command, None if trust else ())


def _jobs_of(sweep: Path) -> list[Outcome]:
    try:
        facts = parse_json((sweep / SWEEP_FILE).read_bytes(), Sweep)
        return [Outcome.of(Path(os.path.normpath(sweep / job["folder"])), job["words"]) for job in facts["jobs"]]
    except (OSError, ValueError) as error:
        raise DataError(f"{sweep / SWEEP_FILE} is not a list of jobs ({error}); start the sweep again") from error


def sweep_summary(jobs: Sequence[Job], todo: Sequence[int], launcher: Mapping[str, Any] | None = None) -> str:
    """Jobs with frames, hours and GB; their sum; and the SLURM array that would be submitted.

    Args:
        jobs: all of the sweep.
        todo: numbers of those that would be launched.
        launcher: settings of Hydra's launcher; None where jobs run here, one after the other.
    """
    sizes = {n: _size(job) for n, job in enumerate(jobs) if n in todo or not job.finished()}
    wide = max(len(job.label) for job in jobs)
    lines = [f"  {'job':<{wide}} {'cells':>8} {'frames':>10} {'searched':>9} {'hours':>7} {'GB':>7}"]
    for n, job in enumerate(jobs):
        note = "" if n in todo else "  head or weights missing" if n in sizes else "done, left out"
        lines.append(f"  {job.label:<{wide}} {_columns(sizes[n]) if n in sizes else ''}{note}")
    lines.append(_sum(f"{len(todo)} of {len(jobs)} job(s) to do", [sizes[n] for n in todo]))
    if len(sizes) > len(todo):
        lines.append(_sum(f"With the {len(sizes) - len(todo)} whose head or weights are missing", list(sizes.values())))
        lines.append("What to do for each: facing-asymmetry classifiers list, facing-asymmetry faces list")
    return "\n".join([*lines, array_summary(len(todo), launcher)] if todo and launcher else lines)


def _size(job: Job) -> Plan:
    return plan(job.run.study, read_speed(job.run.study.store.folder), time_own=True)


def _columns(size: Plan) -> str:
    return (
        f"{size.cells:>8,} {size.frames:>10,} {size.optimisation_frames:>9,} {size.seconds / 3600:>7.2f} "
        f"{size.megabytes / 1e3:>7.2f}"
    )


def _sum(head: str, sizes: Sequence[Plan]) -> str:
    if not sizes:
        return f"{head}."
    return (
        f"{head}: {sum(s.frames for s in sizes):,} frames, {sum(s.forward_passes for s in sizes):,} forward passes, "
        f"{sum(s.megabytes for s in sizes) / 1e3:.2f} GB; one after the other "
        f"{duration(sum(s.seconds for s in sizes))}, side by side {duration(max(s.seconds for s in sizes))} "
        f"(speed {in_sum(sizes).source}; nothing counted as stored)."
    )
