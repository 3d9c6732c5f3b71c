"""Configuration and manifest of a merged run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from facing_asymmetry.sweeps.merge import Source
from facing_asymmetry.tracking.manifest import machine, versions


def merged_config(configs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of one run of all the classifiers of several, in order of appearance."""
    classifiers = {name: facts for config in configs for name, facts in config["classifiers"].items()}
    return {**configs[0], "classifiers": classifiers, "identity_block": None, "dry_run": False}


def merged_manifest(
    sources: Sequence[Source], composed: Mapping[str, Any], command: str, jobs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The manifest over several runs: counts and seconds are sums; `jobs` says what became of each.

    Args:
        sources: what was merged; `composed`: its configuration; `command`: what was typed.
        jobs: facts about all jobs, those that could not be merged included.
    """
    first = sources[0].manifest
    undone = [f"{job['job']} {job['state']}" for job in jobs if job["state"] != "done"]
    told = f"{len(sources)} of {len(jobs)} jobs; not in it: {', '.join(undone)}" if undone else f"{len(jobs)} jobs"
    hashes = {**first["hashes"], "weights": {}}
    counts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for source in sources:
        hashes["weights"].update(source.manifest["hashes"]["weights"])
        counts.update(source.manifest["counts"])
        seconds.update(source.manifest["seconds"])
    return {
        "title": f"Does the classifier rely on facial symmetry? (sweep {composed['name']}, {told})",
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": first["commit"],
        "dirty": first["dirty"],
        "versions": versions(),
        "machine": machine(),
        "config": dict(composed),
        "hashes": hashes,
        "face_model": first.get("face_model", {}),
        "seeds": first["seeds"],
        "counts": dict(counts),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "jobs": list(jobs),
    }
