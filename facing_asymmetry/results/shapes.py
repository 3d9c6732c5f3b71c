"""Shapes of the JSON files of a run folder; every key may be absent, and others may be there."""

from typing import Annotated, Any, Required

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

OPEN = ConfigDict(extra="allow")
Part = dict[str, Any]


class NamedHead(TypedDict, total=False):
    """A face model's settings."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    name: str


class ManifestConfig(TypedDict, total=False):
    """The configuration as composed, as far as a report reads it."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    face_model: NamedHead
    face_models: dict[str, Part]
    classifiers: dict[str, Part]
    interventions: dict[str, Part]
    statistics: Part | None


class ManifestHashes(TypedDict, total=False):
    """SHA-256 of what a run was made from."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    weights: Part | None
    face_models: Part


class Manifest(TypedDict, total=False):
    """`manifest.json`."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    title: str
    command: str
    created: str
    commit: str | None
    versions: Part
    config: ManifestConfig
    hashes: ManifestHashes | None
    face_model: NamedHead
    face_models: dict[str, Part] | None
    seeds: Part
    counts: dict[str, float]
    seconds: dict[str, float]
    contrast: dict[str, str]
    objective: Part
    screening: bool
    jobs: list[Part] | None
    run_folders: dict[str, list[str]] | None


class MergeConfig(TypedDict):
    """The configuration of a run that can be merged with others."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    face_models: Annotated[dict[str, Part], Field(min_length=1)]
    classifiers: Annotated[dict[str, Part], Field(min_length=1)]


class MergeHashes(TypedDict):
    """SHA-256 of what a run was made from, without which it cannot be merged."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    code: str
    face_models: dict[str, str]
    weights: Part


class MergeManifest(TypedDict):
    """What the manifest of a run says that can be merged with others."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    config: MergeConfig
    hashes: MergeHashes
    face_models: dict[str, Part]
    dirty: bool | None


class Claim(TypedDict, total=False):
    """An entry of `claims.json`."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    text: Required[str]
    verdict: Required[str]
    short: str
    clause: str
    sensitivity: bool
    hypothesis: str
    level: str
    classifier: str | None


class Record(TypedDict, total=False):
    """An entry of `classifiers.json`."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    name: Required[str]
    training_set: str
    labels: list[str]
    weights: list[Part]


class Sheet(TypedDict, total=False):
    """What the rows and columns of a contact sheet are."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    identity: Required[int]
    s: Required[Annotated[list[float], Field(min_length=1)]]
    t: Required[Annotated[list[float], Field(min_length=1)]]
    size: Required[Annotated[int, Field(ge=1)]]
    side: Required[str]
    intervention: str
    traits: Part | None
    mirrored: bool


class SweepJob(TypedDict):
    """A job in `sweep.json`."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    folder: str
    words: str


class Sweep(TypedDict):
    """`sweep.json`."""

    __pydantic_config__ = OPEN  # type: ignore[misc]
    jobs: list[SweepJob]
