"""Networks for timing where there are no weights: torchvision's, or a published architecture, with random weights."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import torch
from torch import nn

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.networks import PUBLISHED, untrained_network
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.emotions import BASIC

RANDOM: Final = "random weights"
"""What a stand-in's name says in brackets."""

LABELS: Final = (*BASIC, "neutral")


def stand_in(name: str, size: int = 224, seed: int = 0) -> Classifier:
    """A torchvision network with seven outputs and seeded random weights, fed as ImageNet networks are.

    Args:
        name: as torchvision calls it, for example `resnet18`; `size`: pixels of its input.
    """
    from torchvision.models import get_model

    record = ClassifierRecord(
        name=f"{name} ({RANDOM})",
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
    """Whether a record's network can be built without its weights."""
    return record.options.get("loader") == PUBLISHED


def untrained(record: ClassifierRecord, seed: int = 0) -> Classifier:
    """A published network as its record says, with seeded random weights in place of those that aren't here."""
    named = replace(record, name=f"{record.name} ({RANDOM})")
    return _frozen(named, lambda: untrained_network(record), seed)


def _frozen(record: ClassifierRecord, build: Callable[[], nn.Module], seed: int) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    # as `classifiers.networks.build_network` does
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    parameters = sum(p.numel() for p in network.parameters())
    return Classifier(replace(record, parameters=parameters), network)
