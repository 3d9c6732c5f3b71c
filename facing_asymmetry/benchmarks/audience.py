"""The networks that `benchmark gpu` shows its frames to: real weights where they are here, random ones where not."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from facing_asymmetry.benchmarks.stand_ins import has_architecture, untrained
from facing_asymmetry.benchmarks.timing import at_least
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import ConfigError, suggestion

AUDIENCES: Final = ("ready", "published")
"""`ready`: weights that are here first, the rest published architectures with random weights; `published`: only those
architectures, which are the large ones, with weights where they are here."""


def audience(count: int, kind: str = "ready") -> list[Classifier]:
    """So many networks, on the CPU; where weights are missing the name says "random weights".

    Raises:
        ConfigError: an unknown kind, fewer than one network, or more than there are.
    """
    if kind not in AUDIENCES:
        raise ConfigError(f"networks = {kind!r} is unknown{suggestion(kind, AUDIENCES)} (allowed: ready, published)")
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
