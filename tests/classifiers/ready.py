"""Classifiers whose weights are on this machine."""

import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier

NAMES = registry.names()
EACH = pytest.mark.parametrize("name", NAMES)


def classifier(name: str) -> Classifier:
    record = registry.record(name)
    state = registry.state(record)
    if not state.ready:
        pytest.skip(state.remedy)
    return registry.load(record)
