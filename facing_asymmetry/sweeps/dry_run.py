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
        jobs: all of the sweep; `todo`: numbers of those with work left.
        launcher: settings of Hydra's launcher.
    """
    sizes = {n: plan(jobs[n].run.study, read_rates(jobs[n].run.study.store.folder)) for n in todo}
    wide = max(len(job.words) for job in jobs)
    head = f"  {'job':<{wide}} {'cells':>8} {'frames':>10} {'searched':>9} {'hours':>7} {'GB':>7}"
    lines = [_line(job.words.ljust(wide), sizes[n]) if n in sizes else _other(job, wide) for n, job in enumerate(jobs)]
    chosen = list(sizes.values())
    if not chosen:
        return "\n".join([head, *lines, "Nothing is left to do."])
    seconds, longest = sum(s.seconds for s in chosen), max(s.seconds for s in chosen)
    source = "measured in earlier runs here" if all(s.measured for s in chosen) else "of docs/benchmarks"
    return "\n".join(
        [
            head,
            *lines,
            f"{len(todo)} of {len(jobs)} job(s) to do: {sum(s.frames for s in chosen):,} frames, "
            f"{sum(s.forward_passes for s in chosen):,} forward passes, "
            f"{sum(s.megabytes for s in chosen) / 1e3:.2f} GB; "
            f"one after the other {duration(seconds)}, side by side {duration(longest)} "
            f"(rates {source}; nothing counted as stored).",
            array_words(len(todo), launcher),
        ]
    )


def _line(words: str, size: Plan) -> str:
    return (
        f"  {words} {size.cells:>8,} {size.frames:>10,} {size.optimisation_frames:>9,} {size.seconds / 3600:>7.2f} "
        f"{size.megabytes / 1e3:>7.2f}"
    )


def _other(job: Job, wide: int) -> str:
    return f"  {job.words:<{wide}} " + (f"skipped: {words}" if (words := job.lacking()) else "done, left out")
