"""One table and one report over the jobs that are done: the same bytes as one run of all their classifiers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.files import sweep_temporaries
from facing_asymmetry.results.manifest import machine, versions
from facing_asymmetry.results.merging import Source, merge_tables, read_source
from facing_asymmetry.results.writing import write_json
from facing_asymmetry.runs.stages import write_scores
from facing_asymmetry.runs.sweep_messages import Aggregated, Outcome

MAY_DIFFER: Final = (
    *("classifiers", "identity_block"),
    *("name", "tracking", "paths", "dry_run", "threads", "device", "report"),
)
"""Parts of the configurations in which runs of one table may differ."""


def aggregate(outcomes: Sequence[Outcome], into: Path, stage: str, command: str) -> Aggregated:
    """Merge what is done; jobs that ask for different things (two seeds, two grids) get one folder for each.

    Args:
        into: folder of the table, of `scores.csv`, `tests.csv`, `claims.json` and, after the stage `report`, of the
            report; where there are several tables, of one folder for each, named by what tells them apart.

    Raises:
        DataError: a table cannot be read, or two runs cannot be one table.
    """
    sweep_temporaries(into)
    sources = [read_source(outcome.folder) for outcome in outcomes if outcome.done]
    groups = grouped(sources)
    folders = []
    for words, group in groups.items():
        folder = into / words if len(groups) > 1 else into
        _merge(group, folder, stage, command, outcomes)
        folders.append(folder)
    write_json(into, "jobs.json", [outcome.facts() for outcome in outcomes])
    return Aggregated(list(outcomes), folders)


def _merge(group: Sequence[Source], into: Path, stage: str, command: str, outcomes: Sequence[Outcome]) -> None:
    from facing_asymmetry.reporting.build import build_report

    composed = merged_config([source.config for source in group])
    config = read_config(composed)
    merge_tables(group, list(composed["classifiers"]), config.emotions, into)
    manifest = merged_manifest(group, composed, command, [outcome.facts() for outcome in outcomes])
    write_json(into, "manifest.json", manifest)
    if stage not in ("optimise", "intervene"):
        write_scores(into, config.statistics)
    if stage == "report":
        build_report(into, config.report)


def grouped(sources: Sequence[Source]) -> dict[str, list[Source]]:
    """Sources that make one table, by words that tell the groups apart (`seed=1`), in order of appearance."""
    clashing = _clashing([source.config["classifiers"] for source in sources])
    flat = [_flat(_instrument(source.config, clashing)) for source in sources]
    keys = sorted({key for one in flat for key in one if len({repr(other.get(key)) for other in flat}) > 1})
    groups: dict[str, list[Source]] = {}
    for source, values in zip(sources, flat, strict=True):
        words = ",".join(f"{key}={values.get(key)}" for key in keys)
        groups.setdefault(re.sub(r"[^\w.,=+-]+", "_", words)[:120], []).append(source)
    for group in groups.values():
        _same_code(group)
    return groups


def _clashing(classifiers: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names under which different sources mean different classifiers."""
    facts: dict[str, Any] = {}
    pairs = [pair for chosen in classifiers for pair in chosen.items()]
    return {name for name, values in pairs if facts.setdefault(name, values) != values}


def _instrument(config: Mapping[str, Any], clashing: set[str]) -> dict[str, Any]:
    """What must be the same in all runs of one table."""
    same = {key: value for key, value in config.items() if key not in MAY_DIFFER}
    return {**same, "classifiers": {n: facts for n, facts in config["classifiers"].items() if n in clashing}}


def _flat(values: Any, at: str = "") -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {at: values}
    return {k: v for key, value in values.items() for k, v in _flat(value, f"{at}.{key}" if at else str(key)).items()}


def _same_code(group: Sequence[Source]) -> None:
    for part in ("code", "face_model"):
        hashes = {source.manifest["hashes"][part]: source.folder for source in group}
        if len(hashes) > 1:
            one, other = list(hashes.values())[:2]
            raise DataError(
                f"{one} and {other} were made by different versions of the {part.replace('_', ' ')}, which one table "
                "must not mix; run both again"
            )


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
