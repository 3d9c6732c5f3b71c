"""Classifiers whose weights are on this machine."""

import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier

NAMES = tuple(name for name in registry.names() if not (r := registry.record(name)).from_user and not r.own)
"""Networks whose weights registries hold."""

EACH = pytest.mark.parametrize("name", NAMES)


def classifier(name: str) -> Classifier:
    record = registry.record(name)
    state = registry.state(record)
    if not state.ready:
        pytest.skip(state.remedy)
    return registry.load(record)
