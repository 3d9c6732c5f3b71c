"""Does a state dictionary fit a network, and if not, whose is it?"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.importing.checkpoint import Tensors
from facing_asymmetry.classifiers.record import ClassifierRecord

Shapes = dict[str, tuple[int, ...]]

COUNTER = "num_batches_tracked"
"""End of the names of counters that old checkpoints lack and evaluation does not need."""

LIKENESS = 0.5
"""Share of a network's names and shapes that a file must hold to be called the network's."""


def expected_shapes(record: ClassifierRecord) -> Shapes:
    """Names and shapes of a published network's state, from the built network without memory for its numbers."""
    return dict(_expected(str(record.options["architecture"]), len(record.labels), _frozen(settings_of(record))))


def settings_of(record: ClassifierRecord) -> dict[str, Any]:
    """Settings of the architecture beyond the number of classes."""
    return dict(record.options.get("settings") or {})


def differences(tensors: Tensors, expected: Shapes) -> list[str]:
    """What is wrong with a state dictionary, in words; empty where it fits."""
    missing = [name for name in expected if name not in tensors and not name.endswith(COUNTER)]
    extra = [name for name in tensors if name not in expected]
    other = [n for n, shape in expected.items() if n in tensors and tuple(tensors[n].shape) != shape]
    words = []
    if missing:
        words.append(f"{len(missing)} of {len(expected)} tensors are missing ({listed(missing)})")
    if extra:
        words.append(f"{len(extra)} are not the network's ({listed(extra)})")
    if other:
        name = other[0]
        words.append(f"{len(other)} have another shape ({name}: {tuple(tensors[name].shape)}, not {expected[name]})")
    return words


def nearest(tensors: Tensors, but: str) -> tuple[str, float]:
    """The published network whose names and shapes a state dictionary shares most, and the share of them.

    Args:
        tensors: the state.
        but: name of the record that was asked for; it wins where others are no better.
    """
    candidates = [registry.record(name) for name in sorted(registry.names(), key=lambda name: name != but)]
    shares = {r.name: _share(tensors, expected_shapes(r)) for r in candidates if "architecture" in r.options}
    best = max(shares, key=lambda name: shares[name], default="")
    return best, shares.get(best, 0.0)


def class_count(tensors: Tensors, expected: Shapes, classes: int) -> int | None:
    """How many classes the file's last layer has, where that is the only thing that differs; else None."""
    other = [n for n, shape in expected.items() if n in tensors and tuple(tensors[n].shape) != shape]
    counts = {tensors[n].shape[0] for n in other if tensors[n].ndim and tensors[n].shape[1:] == expected[n][1:]}
    whole = not [n for n in expected if n not in tensors and not n.endswith(COUNTER)]
    heads_only = other and all(expected[n][:1] == (classes,) for n in other)
    return int(counts.pop()) if whole and heads_only and len(counts) == 1 else None


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few names."""
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def _share(tensors: Tensors, expected: Shapes) -> float:
    alike = sum(name in tensors and tuple(tensors[name].shape) == shape for name, shape in expected.items())
    return alike / max(len(expected), len(tensors), 1)


@cache
def _expected(architecture: str, classes: int, settings: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    from facing_asymmetry.classifiers.architectures.published import PUBLISHED

    with torch.device("meta"):
        network = PUBLISHED[architecture](classes=classes, **dict(settings))
    return tuple((name, tuple(value.shape)) for name, value in network.state_dict().items())


def _frozen(settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(settings.items()))
