"""One table and one report over the jobs that are done: the same bytes as one run of all their classifiers."""

import os
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.config import PHOTOGRAPHS, read_config
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.core.files import sweep_temporaries
from facing_asymmetry.core.user_parts import places_of_others
from facing_asymmetry.interventions.contrast import Contrast
from facing_asymmetry.results.files import write_json
from facing_asymmetry.results.layout import JOBS_FILE, MANIFEST_FILE, REPORT_FILE, RESPONSES_FILE
from facing_asymmetry.results.manifest import machine, versions
from facing_asymmetry.results.merging import MergedRun, merge_tables, read_merged_run
from facing_asymmetry.runs.job_status import DONE, FAILED, Status, observe, table_hash
from facing_asymmetry.runs.scoring import write_scores
from facing_asymmetry.statistics.user_scores import score_code

MAY_DIFFER: Final = (
    *("face_models", "photographs", "classifiers", "identity_block"),
    *("name", "tracking", "paths", "dry_run", "threads", "device", "report", "objective"),
)
"""Parts of the configurations in which runs of one table may differ."""


@dataclass(frozen=True)
class Outcome:
    """One job's folder and what is to be seen there.

    Attributes:
        folder: the run folder.
        label: the overrides that tell the job from its neighbours.
        status: what became of it; None where the folder holds no job.
    """

    folder: Path
    label: str
    status: Status | None

    @classmethod
    def of(cls, folder: Path, label: str) -> "Outcome":
        """Look at a folder. A table that is not what the job wrote counts as a failure."""
        status = observe(folder)
        if status is None and (folder / MANIFEST_FILE).is_file() and table_hash(folder):
            status = Status(DONE)
        if status is not None and status.state == DONE and status.table not in ("", table_hash(folder)):
            error = f"{folder / RESPONSES_FILE} fails its checksum; start the sweep again and it is written anew"
            status = replace(status, state=FAILED, error=error)
        return cls(folder, label, status)

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
        return self.state == DONE and (self.folder / RESPONSES_FILE).is_file()

    def facts(self) -> dict[str, Any]:
        """For the manifest."""
        status = self.status or Status("absent")
        return {
            "job": self.label,
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


def aggregate(
    outcomes: Sequence[Outcome], into: Path, stage: str, command: str, trusted: Container[str] | None = ()
) -> Aggregated:
    """Merge what is done; jobs that ask for different things (two seeds, two grids) get one folder for each.

    Args:
        into: folder of the table, of `scores.csv`, `tests.csv`, `claims.json` and, after the stage `report`, of the
            report; where there are several tables, of one folder for each, named by what tells them apart.
        trusted: `module:name` of scores that may be imported, None for all: run folders of others can name any.

    Raises:
        DataError: a table cannot be read, or two runs cannot be one table.
        ConfigError: a run names a program as a score, and it isn't trusted.
    """
    sweep_temporaries(into)
    sources = [read_merged_run(outcome.folder) for outcome in outcomes if outcome.done]
    groups = grouped(sources)
    folders = []
    for words, group in groups.items():
        folder = into / words if len(groups) > 1 else into
        _merge(group, folder, stage, command, outcomes, trusted)
        folders.append(folder)
    write_json(into, JOBS_FILE, [outcome.facts() for outcome in outcomes])
    return Aggregated(list(outcomes), folders)


def _merge(
    group: Sequence[MergedRun],
    into: Path,
    stage: str,
    command: str,
    outcomes: Sequence[Outcome],
    trusted: Container[str] | None,
) -> None:
    from facing_asymmetry.reporting.build import build_report

    composed = merged_config([source.config for source in group])
    config = read_config(composed)
    own = config.statistics.own_scores
    for name, place in places_of_others(own).items():
        if trusted is not None and place not in trusted:
            raise ConfigError(
                f"{group[0].folder} names a program as its score {name!r} ({place}); if you made this run or trust who "
                "did, add --trust"
            )
    merge_tables(group, composed, into)
    manifest = merged_manifest(group, composed, command, [outcome.facts() for outcome in outcomes])
    manifest["run_folders"] = run_folders(group, into)
    if config.statistics.screening:
        manifest["screening"] = True
    if own:
        manifest["hashes"]["own_scores"] = score_code(own)
    write_json(into, MANIFEST_FILE, manifest)
    if stage not in ("optimise", "intervene"):
        write_scores(into, config.statistics, Contrast(**manifest["contrast"]))
    if stage == "report":
        build_report(into, config.report)


def grouped(sources: Sequence[MergedRun]) -> dict[str, list[MergedRun]]:
    """Sources that make one table, by words that tell the groups apart (`seed=1`), in order of appearance."""
    configs = with_own_parts([source.config for source in sources])
    clashing = {part: _clashing([config[part] for config in configs]) for part in ("face_models", "classifiers")}
    flat = [_flat(_instrument(config, clashing)) for config in configs]
    keys = sorted({key for one in flat for key in one if len({repr(other.get(key)) for other in flat}) > 1})
    groups: dict[str, list[MergedRun]] = {}
    for source, values in zip(sources, flat, strict=True):
        words = ",".join(f"{key}={values.get(key)}" for key in keys)
        groups.setdefault(re.sub(r"[^\w.,=+-]+", "_", words)[:120], []).append(source)
    for group in groups.values():
        _same_code(group)
    return groups


def with_own_parts(configs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Configurations whose settings of photographs are facts of that face model, and bind no head.

    The expression is about heads: that of a run of photographs alone is taken from the first run of a head.
    """
    alone = [set(config["face_models"]) == {PHOTOGRAPHS} for config in configs]
    of_heads = next((config["expression"] for config, one in zip(configs, alone, strict=True) if not one), None)
    found = []
    for config, one in zip(configs, alone, strict=True):
        heads = dict(config["face_models"])
        if PHOTOGRAPHS in heads:
            heads[PHOTOGRAPHS] = {**heads[PHOTOGRAPHS], "settings": config["photographs"]}
        shared = {"expression": of_heads} if one and of_heads is not None else {}
        found.append({**config, "face_models": heads, **shared})
    return found


def _clashing(parts: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names under which different sources mean different heads or classifiers."""
    facts: dict[str, Any] = {}
    pairs = [pair for chosen in parts for pair in chosen.items()]
    return {name for name, values in pairs if facts.setdefault(name, values) != values}


def _instrument(config: Mapping[str, Any], clashing: Mapping[str, set[str]]) -> dict[str, Any]:
    """What must be the same in all runs of one table."""
    same = {key: value for key, value in config.items() if key not in MAY_DIFFER}
    clashes = {part: {n: facts for n, facts in config[part].items() if n in names} for part, names in clashing.items()}
    return {**same, **clashes}


def _flat(values: Any, at: str = "") -> dict[str, Any]:
    if not isinstance(values, Mapping):
        return {at: values}
    return {k: v for key, value in values.items() for k, v in _flat(value, f"{at}.{key}" if at else str(key)).items()}


def _same_code(group: Sequence[MergedRun]) -> None:
    found: dict[str, dict[str, Path]] = {}
    for source in group:
        hashes = source.manifest["hashes"]
        heads = {f"face model {name}": value for name, value in hashes["face_models"].items()}
        for part, value in {"code": hashes["code"], "renderer": hashes.get("renderer", ""), **heads}.items():
            found.setdefault(part, {})[value] = source.folder
    for part, folders in found.items():
        if len(folders) > 1:
            one, other = list(folders.values())[:2]
            raise DataError(
                f"{one} and {other} were made by different versions of the {part}, which one table must not mix; run "
                "both again"
            )


def merged_config(configs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The configuration of one run of all the heads and classifiers of several, in order of appearance."""
    parts = ("face_models", "classifiers")
    joined = {part: {name: facts for c in configs for name, facts in c[part].items()} for part in parts}
    own = {"expression": with_own_parts(configs)[0]["expression"]}
    people = [config["photographs"] for config in configs if PHOTOGRAPHS in config["face_models"]]
    own |= {"photographs": people[0]} if people else {}
    return {**configs[0], **joined, **own, "identity_block": None, "dry_run": False}


def merged_manifest(
    sources: Sequence[MergedRun], composed: Mapping[str, Any], command: str, jobs: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The manifest over several runs: counts and seconds are sums; `jobs` says what became of each.

    Args:
        sources: the merged runs.
        composed: their common configuration.
        command: the command line that was typed.
        jobs: facts about all jobs, those that could not be merged included.
    """
    first = sources[0].manifest
    undone = [f"{job['job']} {job['state']}" for job in jobs if job["state"] != "done"]
    told = f"{len(jobs)} job{'s' * (len(jobs) != 1)}"
    if undone:
        told = f"{len(sources)} of {told}; not in it: {', '.join(undone)}"
    hashes = {**first["hashes"], "weights": {}, "face_models": {}}
    heads: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for source in sources:
        for part in ("weights", "face_models"):
            hashes[part].update(source.manifest["hashes"][part])
        heads.update(source.manifest["face_models"])
        counts.update(source.manifest["counts"])
        seconds.update(source.manifest["seconds"])
    return {
        "title": f"Does the classifier rely on facial symmetry? (sweep {composed['name']}, {told})",
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": first["commit"],
        "dirty": first["dirty"],
        **({"grid_error": first["grid_error"]} if "grid_error" in first else {}),
        "contrast": first.get("contrast", asdict(Contrast())),
        "versions": versions(),
        "machine": machine(),
        "config": dict(composed),
        "hashes": hashes,
        "face_models": heads,
        "seeds": first["seeds"],
        "counts": dict(counts),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "jobs": list(jobs),
    }


def run_folders(sources: Sequence[MergedRun], into: Path) -> dict[str, list[str]]:
    """Where the runs of each head lie, seen from the merged folder."""
    found: dict[str, list[str]] = {}
    for source in sources:
        for head in source.config["face_models"]:
            found.setdefault(head, []).append(os.path.relpath(source.folder, into))
    return found


def outcome_summary(aggregated: Aggregated) -> str:
    """One line per job, and where the tables and reports lie."""
    wide = max((len(o.label) for o in aggregated.outcomes), default=0)
    lines = [
        f"  {o.state:<8} {o.label:<{wide}}" + (f"  {o.status.seconds:.0f} s" if o.status and o.status.seconds else "")
        + (f"  {o.error}" if o.error and not o.done else "")
        for o in aggregated.outcomes
    ]  # fmt: skip
    undone = sum(not o.done for o in aggregated.outcomes)
    if undone:
        lines.append(f"{undone} job(s) are not done: the same command computes them and leaves the others alone.")
    for folder in aggregated.folders:
        page = folder / REPORT_FILE
        lines.append(f"Open the report: {page}" if page.is_file() else f"Everything lies in {folder}")
    return "\n".join(lines)
