"""Networks that add up what they make of either half: no interaction for any image, without a renderer."""

import pytest
import torch
from torch import nn

from facing_asymmetry.validation.planted.halves import (
    CURVES,
    FEATURE_SEEDS,
    OUTER,
    AdditiveHalves,
    HalfConvolutions,
    HalfReaders,
    outer_halves,
    random_features,
)
from facing_asymmetry.validation.planted.networks import symmetric_half
from facing_asymmetry.validation.planted.records import HALVES, KINDS, planted_facts, study_settings

SIDE = 48


def random(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def two_by_two():
    """Two faces, and the two that take the left half of one and the right half of the other."""
    faces = torch.rand(2, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(3))
    mixed = faces.clone()
    mixed[0, ..., SIDE // 2 :], mixed[1, ..., SIDE // 2 :] = faces[1, ..., SIDE // 2 :], faces[0, ..., SIDE // 2 :]
    return torch.cat([faces, mixed])


def interaction(network, images):
    logits = network(images)[:, :2].double()
    return 0.5 * (logits[0] + logits[1]) - 0.5 * (logits[2] + logits[3])


def published():
    torch.manual_seed(2)
    return nn.Sequential(nn.Flatten(), nn.Linear(SIDE * SIDE, 16), nn.Tanh(), nn.Linear(16, 3))


ADDING = {
    **{
        curve: lambda curve=curve: HalfReaders(0.03 * random(2, SIDE * OUTER + 1), CURVES[curve], 8.0)
        for curve in CURVES
    },
    "convolutions": lambda: HalfConvolutions(0.3 * random(2, 2, 321), 8.0),
    "published": lambda: AdditiveHalves(published()),
}


@pytest.mark.parametrize("name", ADDING)
def test_what_adds_up_both_halves_has_no_interaction(name, two_by_two):
    network = ADDING[name]()
    assert interaction(network, two_by_two).abs().max() < 2e-6
    assert (network(two_by_two)[0] - network(two_by_two)[1]).abs().max() > 1e-3


@pytest.mark.parametrize("name", ADDING)
def test_the_zone_at_the_midline_is_seen_by_no_half(name, two_by_two):
    network, changed = ADDING[name](), two_by_two.clone()
    changed[..., OUTER : SIDE - OUTER] = 0.0
    assert torch.equal(network(two_by_two), network(changed))


def test_a_network_that_mixes_the_halves_before_a_curve_has_an_interaction(two_by_two):
    """The measure sees what is planted wrongly: the same readers, added up before they are curved."""
    weight = 0.03 * random(2, SIDE * SIDE // 2)
    assert interaction(lambda x: torch.exp(symmetric_half(x) @ weight.T), two_by_two).abs().max() > 1e-3


def test_a_curve_starts_at_nothing_ends_at_all_and_rises():
    motion = torch.linspace(0, 1, 11)
    for curve in CURVES.values():
        values = curve(motion)
        assert values[0] == pytest.approx(0.0, abs=1e-3)
        assert values[-1] == pytest.approx(1.0, abs=1e-3)
        assert (values.diff() > 0).all()
        assert (values - motion).abs().max() > 0.2


def test_random_features_are_those_of_their_seed():
    half = outer_halves(random(1, 1, SIDE, SIDE))[0]
    first, again, other = (random_features(seed)(half) for seed in (*FEATURE_SEEDS[:1] * 2, FEATURE_SEEDS[1]))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_every_planted_network_has_a_record_that_names_its_factory(tmp_path):
    import importlib

    study = study_settings({"name": "x"}, ["happiness"], tmp_path / "readouts", KINDS)
    assert list(study["classifiers"]) == list(KINDS)
    for kind in KINDS:
        facts = planted_facts(kind, ["happiness"], tmp_path / "readouts")
        if facts["options"]["loader"] == "factory":
            module, function = facts["options"]["factory"].split(":")
            assert callable(getattr(importlib.import_module(module), function))
    assert planted_facts("half_exp", ["happiness"], tmp_path)["options"]["arguments"]["curve"] == "exp"
    assert set(HALVES) < set(KINDS)
