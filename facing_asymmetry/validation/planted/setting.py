"""The study in which planted classifiers are measured: records of the networks, and a configuration like any other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from

BASE: Final = "simple_cnn_fer2013"
"""The published network that is made mirror-invariant, and shown symmetric parts."""

GAIN: Final = 8.0
"""Logits per unit of asymmetry or motion of the oracles: about the response of the published networks."""

SYMMETRY, INTENSITY, MIRROR, PART = "symmetry_oracle", "intensity_oracle", "mirror_invariant", "symmetric_part"


def wrapped_facts(kind: str) -> dict[str, Any]:
    """Record of the published network inside a planted one: its input, its labels."""
    facts = asdict(registry.record(BASE))
    facts.update(weights=[], parameters=0, flops=0, fingerprint="", recognised=[])
    return {**facts, **_named(kind, {"classifier": BASE}, "")}


def oracle_facts(kind: str, emotions: Sequence[str], path: Path) -> dict[str, Any]:
    """Record of an oracle: grey, 48 pixels, the values as they are."""
    return {
        "family": "planted",
        "architecture": "linear readout",
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
        **_named(kind, {"path": str(path), "gain": GAIN}, str(path)),
    }


def oracle_record(emotions: Sequence[str]) -> ClassifierRecord:
    """What an oracle is shown, before it has a file."""
    return record_from(oracle_facts(SYMMETRY, emotions, Path("none")), "planted")


def study_settings(base: Mapping[str, Any], emotions: Sequence[str], readouts: Path) -> dict[str, Any]:
    """The configuration of the planted study: `base` as composed, with the planted networks as its classifiers."""
    classifiers = {
        MIRROR: wrapped_facts(MIRROR),
        PART: wrapped_facts(PART),
        SYMMETRY: oracle_facts(SYMMETRY, emotions, readouts),
        INTENSITY: oracle_facts(INTENSITY, emotions, readouts),
        BASE: asdict(registry.record(BASE)),
    }
    return {**base, "classifiers": classifiers}


def _named(kind: str, arguments: Mapping[str, Any], path: str) -> dict[str, Any]:
    options = {
        "loader": "factory",
        "factory": f"facing_asymmetry.validation.planted.networks:{kind}",
        "arguments": dict(arguments),
        "path": path,
    }
    return {"name": kind, "notes": "planted", "options": options}
