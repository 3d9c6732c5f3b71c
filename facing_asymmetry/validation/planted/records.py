"""Records of the planted networks, and the configuration of a study of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from
from facing_asymmetry.validation.planted.halves import CURVES
from facing_asymmetry.validation.planted.networks import (
    BASE,
    GAIN,
    INTENSITY,
    MIRROR,
    PART,
    STRONGER,
    SYMMETRY,
)

READERS: Final = {f"half_{curve}": curve for curve in CURVES}
"""Curved readers of either half, and their curves."""

CONVOLUTIONS, ADDITIVE = "half_convolutions", "additive_halves"

HALVES: Final = (*READERS, CONVOLUTIONS, ADDITIVE)
"""Networks that judge each half on its own and add up."""


def study_settings(
    base: Mapping[str, Any], emotions: Sequence[str], readouts: Path, kinds: Sequence[str]
) -> dict[str, Any]:
    """The configuration of a planted study: `base` as composed, with planted networks as its classifiers.

    Args:
        base: A composed configuration.
        emotions: What the oracles have readouts of.
        readouts: File of the trained readouts.
        kinds: Names of the planted networks; `BASE` is the published network itself.
    """
    return {**base, "classifiers": {kind: planted_facts(kind, emotions, readouts) for kind in kinds}}


KINDS: Final = (MIRROR, PART, SYMMETRY, INTENSITY, STRONGER, BASE, *HALVES)
"""All planted networks, and the published one that some of them are made of."""


def planted_facts(kind: str, emotions: Sequence[str], path: Path) -> dict[str, Any]:
    """Record of a planted network; of the published one for `BASE`."""
    if kind == BASE:
        return asdict(registry.record(BASE))
    if kind in (MIRROR, PART, ADDITIVE):
        return wrapped_facts(kind)
    return oracle_facts(kind, emotions, path)


def wrapped_facts(kind: str) -> dict[str, Any]:
    """Record of the published network inside a planted one: its input, its labels."""
    facts = asdict(registry.record(BASE))
    facts.update(weights=[], parameters=0, flops=0, fingerprint="", recognised=[])
    return {**facts, **_named(kind, {"classifier": BASE}, "")}


def oracle_facts(kind: str, emotions: Sequence[str], path: Path) -> dict[str, Any]:
    """Record of a network of trained readouts: grey, 48 pixels, the values as they are."""
    arguments: dict[str, Any] = {"path": str(path), "gain": GAIN}
    if kind in READERS:
        arguments["curve"] = READERS[kind]
    return {
        "family": "planted",
        "architecture": "readout",
        "training_set": "rendered faces",
        "labels": [*emotions, "neutral"],
        "input_size": 48,
        "colour": "grey",
        "mean": [0.0],
        "std": [1.0],
        "crop": 1.0,
        "weights": [],
        "licence": "MIT",
        "citation": "",
        "reported_accuracy": "",
        "parameters": 0,
        **_named(kind, arguments, str(path)),
    }


def _named(kind: str, arguments: Mapping[str, Any], path: str) -> dict[str, Any]:
    module, function = ("halves", "half_readers" if kind in READERS else kind) if kind in HALVES else ("networks", kind)
    options = {
        "loader": "factory",
        "factory": f"{__package__}.{module}:{function}",
        "arguments": dict(arguments),
        "path": path,
    }
    return {"name": kind, "notes": "planted", "options": options}


def oracle_record(emotions: Sequence[str]) -> ClassifierRecord:
    """What an oracle is shown, before it has a file."""
    return record_from(oracle_facts(SYMMETRY, emotions, Path("none")), "planted")
