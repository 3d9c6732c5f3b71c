"""What a sweep would cost, from the rates that were measured here."""

from collections.abc import Mapping, Sequence
from typing import Any

from facing_asymmetry.study.plan import Plan, duration, plan
from facing_asymmetry.study.rates import read_rates
from facing_asymmetry.sweeps.job import Job
from facing_asymmetry.sweeps.submission import array_words


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
