"""Each conversion against an independent runtime: golden inputs and logits, see docs/classifiers.md."""

from pathlib import Path

import numpy as np
import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.verify import verify
from tests.classifiers.ready import EACH, NAMES, classifier

GOLDEN = Path(__file__).parent / "golden"
TOLERANCE = 1e-4


def prepared(images, record):
    """The golden inputs lie at the network's own size: only its scaling is left to do."""
    x = torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    x = (x - torch.tensor(record.mean).view(-1, 1, 1)) / torch.tensor(record.std).view(-1, 1, 1)
    return x.repeat(1, int(record.options.get("channels", x.shape[1])) // x.shape[1], 1, 1)


def test_every_classifier_has_golden_logits_of_a_named_runtime():
    assert {path.stem for path in GOLDEN.glob("*.npz")} == set(NAMES)
    assert all(str(np.load(GOLDEN / f"{name}.npz")["runtime"]) for name in NAMES)


@pytest.mark.weights
@EACH
def test_logits_agree_with_an_independent_runtime(name):
    golden, network = np.load(GOLDEN / f"{name}.npz"), classifier(name)
    with torch.inference_mode():
        logits = network.network(prepared(golden["images"], network.record)).numpy()
    assert np.abs(logits - golden["logits"]).max() < TOLERANCE
    assert np.ptp(golden["logits"], axis=0).min() > 0.5, "the golden inputs must move every logit"


@pytest.mark.weights
@pytest.mark.slow
@EACH
def test_the_self_check_passes(name):
    classifier(name)
    failed = [check for check in verify(registry.record(name)) if not check.passed]
    assert not failed


@pytest.mark.weights
@EACH
def test_the_network_is_frozen_and_has_the_recorded_parameters_and_outputs(name):
    network = classifier(name)
    assert not any(module.training for module in network.network.modules())
    assert not any(p.requires_grad for p in network.parameters())
    assert sum(p.numel() for p in network.network.parameters()) == network.record.parameters
    assert np.load(GOLDEN / f"{name}.npz")["logits"].shape[1] == len(network.labels)
