"""One table and one report over the jobs that are done: the same bytes as one run of all their classifiers."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.atomic import sweep_temporaries
from facing_asymmetry.config import read_config
from facing_asymmetry.errors import DataError
from facing_asymmetry.study.run_folder import write_json
from facing_asymmetry.study.stages import write_scores
from facing_asymmetry.sweeps.manifest import merged_config, merged_manifest
from facing_asymmetry.sweeps.merge import Source, merge_tables, read_source
from facing_asymmetry.sweeps.outcome import Aggregated, Outcome

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
