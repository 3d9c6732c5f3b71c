"""What a report over a sweep lacks: the jobs whose results are not in it, and why."""

from collections.abc import Mapping
from typing import Any, Final

WHY: Final = {
    "absent": "was never begun",
    "waiting": "waits for its turn",
    "running": "has not finished",
    "killed": "was killed",
    "failed": "failed",
    "skipped": "was skipped",
}
"""State of a job -> what became of it, in words."""


def missing_jobs(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Jobs of a sweep that are not done: what each was to compute, and why it is missing; none for a single run."""
    return [
        (_what(str(job["job"])), _why(job)) for job in manifest.get("jobs") or () if job.get("state", "done") != "done"
    ]


def _what(overrides: str) -> str:
    """`classifier=a grid=b` as `classifier a, grid b`."""
    return ", ".join(word.replace("=", " ", 1) for word in overrides.split()) or "a job"


def _why(job: Mapping[str, Any]) -> str:
    became, error = WHY.get(str(job["state"]), str(job["state"])), str(job.get("error") or "").strip()
    return f"{became}: {error}" if error else became
