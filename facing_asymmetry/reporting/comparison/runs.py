"""Finished runs that differ in their face model and in nothing that shapes a score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.finished_run import RunData, read_run

MUST_AGREE: Final = ("grid", "scene", "renderer", "interventions", "expression", "statistics")
"""Parts of the configuration that must be the same; identities, classifiers and emotions may overlap in part."""


@dataclass(frozen=True)
class ModelRun:
    """One face model's run.

    Attributes:
        name: of the face model; provenance: its version and licence in words; data: the run.
    """

    name: str
    provenance: str
    data: RunData


def read_models(folders: Sequence[Path]) -> list[ModelRun]:
    """Read run folders and check that they can be compared.

    Raises:
        DataError: fewer than two runs, two of one face model, another design, another network under one name, or
            nothing in common; the message names folders and keys.
    """
    runs = [_read(folder) for folder in folders]
    if len(runs) < 2:
        raise DataError("a comparison needs two run folders or more, each of another face model")
    for run in runs[1:]:
        _same_design(runs[0], run)
    repeated = {run.name for run in runs if sum(other.name == run.name for other in runs) > 1}
    if repeated:
        raise DataError(f"two runs show the face model {sorted(repeated)[0]!r}; one run of each is compared")
    if not common_pairs(runs):
        raise DataError("the runs have no classifier and emotion in common")
    return runs


def common_pairs(runs: Sequence[ModelRun]) -> list[tuple[str, str]]:
    """(classifier, emotion) that every run has, in the first run's order."""
    first = runs[0].data
    pairs = [(classifier, emotion) for classifier in first.classifiers for emotion in first.emotions]
    return [pair for pair in pairs if all(pair in run.data.accepted for run in runs)]


def _read(folder: Path) -> ModelRun:
    data = read_run(folder)
    names = sorted(data.responses["face_model"].unique())
    if len(names) != 1:
        raise DataError(f"{folder} holds the face models {', '.join(names)}; a run of one is compared")
    facts: Mapping[str, Any] = data.manifest.get("face_model") or {}
    words = ", ".join(str(facts[key]) for key in ("version", "licence") if facts.get(key))
    return ModelRun(str(names[0]), words, data)


def _same_design(one: ModelRun, other: ModelRun) -> None:
    configs = one.data.manifest["config"], other.data.manifest["config"]
    for part in MUST_AGREE:
        if configs[0].get(part) != configs[1].get(part):
            raise DataError(
                f"{one.data.path} and {other.data.path} differ in {part}; compare runs of one command with another "
                "face_model"
            )
    hashes = [run.data.manifest["hashes"].get("weights") or {} for run in (one, other)]
    changed = [name for name in hashes[0] if name in hashes[1] and hashes[0][name] != hashes[1][name]]
    if changed:
        raise DataError(f"{one.data.path} and {other.data.path} mean different weights by {', '.join(changed)}")
