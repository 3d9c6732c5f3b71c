"""The networks of `benchmark gpu`: published weights where they are on this machine, else random ones."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Final

import torch
from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.networks import PUBLISHED, untrained_network
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.validation.benchmarks.timing import at_least

SELECTIONS: Final = ("ready", "published")
"""`ready`: networks with weights on this machine first, then published architectures with random weights.
`published`: only those architectures, which are the large ones, with weights where they are on this machine."""

RANDOM_WEIGHTS: Final = "random-weights"
"""Stands behind the name of a network without its weights."""

LABELS: Final = (*BASIC, "neutral")
"""Labels of `torchvision_network`."""


def benchmark_networks(count: int, kind: str = "ready") -> list[Classifier]:
    """Return networks on the CPU; where weights are missing, the name ends in "random-weights".

    Args:
        count: Number of networks.
        kind: One of `SELECTIONS`.

    Raises:
        ConfigError: The kind is unknown, fewer than one network, or more than there are.
    """
    if kind not in SELECTIONS:
        raise ConfigError(f"networks = {kind!r} is unknown{suggestion(kind, SELECTIONS)} (allowed: ready, published)")
    at_least("classifiers", count, 1)
    records = list(_ordered(kind))
    if count > len(records):
        raise ConfigError(f"classifiers = {count}, but there are {len(records)} that can be built here")
    return [registry.load(r) if registry.state(r).ready else untrained(r) for r in records[:count]]


def _ordered(kind: str) -> Iterator[ClassifierRecord]:
    """Published architectures one of each family in turn, so that a part of them is still a mixture."""
    records = [r for r in map(registry.record, registry.names()) if not r.own]
    if kind == "ready":
        yield from (r for r in records if registry.state(r).ready)
    families: dict[str, list[ClassifierRecord]] = defaultdict(list)
    for r in records:
        if has_architecture(r) and not (kind == "ready" and registry.state(r).ready):
            families[str(r.options["architecture"])].append(r)
    for together in zip_longest(*families.values()):
        yield from (r for r in together if r is not None)


def torchvision_network(name: str, size: int = 224, seed: int = 0) -> Classifier:
    """Return a torchvision network with seven outputs and seeded random weights, fed as ImageNet networks are.

    Args:
        name: Name in torchvision, for example `resnet18`.
        size: Width and height of its input in pixels.
        seed: Seed of the weights.
    """
    from torchvision.models import get_model

    record = ClassifierRecord(
        name=f"{name}-{RANDOM_WEIGHTS}",
        family="torchvision",
        architecture=name,
        training_set="none",
        labels=LABELS,
        input_size=size,
        colour="rgb",
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        crop=1.0,
        weights=(),
        licence="BSD-3-Clause (torchvision)",
        citation="torchvision",
        reported_accuracy="",
        parameters=0,
    )
    return _frozen(record, lambda: get_model(name, weights=None, num_classes=len(LABELS)), seed)


def has_architecture(record: ClassifierRecord) -> bool:
    """Return whether a record's network can be built without its weights."""
    return record.options.get("loader") == PUBLISHED


def untrained(record: ClassifierRecord, seed: int = 0) -> Classifier:
    """Return the network of a record with seeded random weights, because its own are not on this machine."""
    named = replace(record, name=f"{record.name}-{RANDOM_WEIGHTS}")
    return _frozen(named, lambda: untrained_network(record), seed)


def _frozen(record: ClassifierRecord, build: Callable[[], nn.Module], seed: int) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    # as `classifiers.networks.build_network` does
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    parameters = sum(p.numel() for p in network.parameters())
    return Classifier(replace(record, parameters=parameters), network)
