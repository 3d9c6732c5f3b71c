"""Defences: what they make of views, symmetric faces and mirrored pictures, and which records they have."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.defences.defended import Defended, defended
from facing_asymmetry.classifiers.defences.gate import HalvesGate, load_gate
from facing_asymmetry.classifiers.defences.rules import FlipAverage, StrongerHalf
from facing_asymmetry.classifiers.defences.variants import with_defences
from facing_asymmetry.classifiers.defences.views import left_twice, mirrored, right_twice, symmetric
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from
from facing_asymmetry.core.conf_folder import conf_facts
from facing_asymmetry.core.errors import AssetError, ConfigError

LABELS = ("anger", "happiness", "neutral")


def record(**changes):
    scaling = ((0.0,) * 3, (1.0,) * 3)
    return ClassifierRecord("toy", "", "", "none", LABELS, 8, "rgb", *scaling, 1.0, (), "", "", "", 0, **changes)


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 36, len(LABELS)))


def gate(**changes):
    torch.manual_seed(2)
    made = HalvesGate(len(LABELS), **changes)
    nn.init.normal_(made.score.weight, std=3.0)
    return made


RULES = {"flip average": FlipAverage(), "stronger half": StrongerHalf(LABELS), "gate": gate()}


@pytest.fixture(scope="module")
def pictures():
    """Three pictures, of which the second is its own mirror image."""
    drawn = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    drawn[1] = left_twice(drawn[1:2])[0]
    return drawn


@pytest.mark.parametrize("width", [8, 9])
def test_views_are_symmetric_and_those_of_the_mirrored_picture_change_places(width):
    x = torch.rand(2, 3, 4, width, generator=torch.Generator().manual_seed(0))
    for view, half in ((left_twice, slice(0, width // 2)), (right_twice, slice(width - width // 2, width))):
        assert symmetric(view(x)).all()
        assert torch.equal(view(x)[..., half], x[..., half])
    assert not symmetric(x).any()
    if width % 2 == 0:
        assert torch.equal(left_twice(mirrored(x)), right_twice(x))


@pytest.mark.parametrize("name", RULES)
def test_a_symmetric_picture_gets_the_bits_of_the_network_alone_beside_any_others(name, pictures):
    plain, behind = Classifier(record(), network()), Defended(record(), network(), RULES[name])
    with torch.inference_mode():
        whole, found = plain(pictures), behind(pictures)
        assert torch.equal(behind(pictures[1:2]), plain(pictures[1:2]))
    assert torch.equal(found[1], whole[1])
    assert not torch.allclose(found[0], whole[0])


def test_flip_average_is_the_mean_and_the_stronger_half_is_the_less_neutral_one():
    whole, others = torch.tensor([[1.0, 2.0, 0.0]]), torch.tensor([[[3.0, 0.0, 1.0]]])
    assert torch.allclose(FlipAverage()(whole, others), torch.tensor([[2.0, 1.0, 0.5]]))
    halves = torch.tensor([[[0.0, 0.0, 5.0], [0.0, 4.0, 0.0]]])
    assert torch.allclose(StrongerHalf(LABELS)(whole, halves), halves[:, 1])
    assert torch.allclose(StrongerHalf(("anger", "fear"))(whole[:, :2], halves[..., :2]), halves[:, 1, :2])


def test_a_gate_weighs_the_halves_alike_whichever_side_they_are_on():
    torch.manual_seed(4)
    whole, halves = torch.randn(5, 3), torch.randn(5, 2, 3)
    weights = gate().weights(whole, halves)
    assert torch.allclose(gate().weights(whole, halves.flip(1)), weights.flip(1))
    assert ((weights >= 0) & (weights.sum(dim=1, keepdim=True) <= 1 + 1e-6)).all()


def test_a_cautious_gate_changes_no_prediction_and_yet_moves_the_logits():
    torch.manual_seed(5)
    whole, halves = torch.randn(200, 3), 4 * torch.randn(200, 2, 3)
    free, careful = gate(), gate()
    careful.caution.fill_(1.0)
    assert (free(whole, halves).argmax(1) != whole.argmax(1)).any()
    assert torch.equal(careful(whole, halves).argmax(1), whole.argmax(1))
    assert not torch.allclose(careful(whole, halves), whole)


def test_a_gate_of_values_has_no_prediction_to_keep():
    torch.manual_seed(6)
    whole, halves = torch.randn(50, 3), 4 * torch.randn(50, 2, 3)
    values = gate(exclusive=False)
    values.caution.fill_(1.0)
    weights = values.weights(whole, halves)
    assert torch.allclose(values(whole, halves), whole + (weights[..., None] * (halves - whole[:, None])).sum(1))


def test_a_gate_is_loaded_with_its_hash_and_for_its_outputs_only(tmp_path):
    path = tmp_path / "gate.safetensors"
    behind = record(defence="gate", gate=str(path))
    with pytest.raises(AssetError, match="lacks its gate .*facing-asymmetry repair toy"):
        load_gate(behind)
    assert not registry.state(behind).ready
    save_file({name: tensor.contiguous() for name, tensor in gate().state_dict().items()}, path)
    known = registry.with_fingerprint(behind)
    assert torch.equal(load_gate(known).score.weight, gate().score.weight)
    assert isinstance(defended(known, network()), Defended)
    with pytest.raises(AssetError, match="SHA-256 differs"):
        load_gate(replace(known, gate_sha256="0" * 64))
    save_file({"score.weight": torch.zeros(1)}, path)
    with pytest.raises(AssetError, match="no gate for the 3 outputs"):
        load_gate(behind)
    with pytest.raises(ValueError, match="belongs to defence: gate"):
        record(gate=str(path))


def test_a_configuration_gets_an_entry_for_each_defence():
    facts = {"toy": {"name": "toy", "flops": 5}, "own": {"name": "own", "defence": "flip_average"}}
    asked = {"classifiers": facts, "defence": ["none", "stronger_half"]}
    found = with_defences(asked)
    assert list(found["classifiers"]) == ["toy", "toy_stronger_half", "own"]
    entry = {"name": "toy_stronger_half", "original": "toy", "defence": "stronger_half", "flops": 15}
    assert found["classifiers"]["toy_stronger_half"] == entry
    assert with_defences(found) == found
    assert list(with_defences({**asked, "defence": "flip_average"})["classifiers"]) == ["toy_flip_average", "own"]
    with pytest.raises(ConfigError, match=r"defence = 'flip_averge'; choose of none, .*did you mean 'flip_average'"):
        with_defences({**asked, "defence": ["flip_averge"]})


def test_a_gate_that_was_not_made_is_asked_for_as_weights_are(tmp_path, monkeypatch):
    facts = conf_facts("classifier", "networkv2")
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    entry = with_defences({"classifiers": {"networkv2": facts}, "defence": "gate"})["classifiers"]["networkv2_gate"]
    found = registry.with_fingerprint(record_from(entry, "here"))
    assert found.gate_sha256 == ""
    assert "Run: facing-asymmetry repair networkv2" in registry.state(found).remedy


CODE = """
import torch
from facing_asymmetry.classifiers import registry
classifier = registry.load(registry.record("mini_xception_fer2013")).train().requires_grad_(True)
classifier(torch.rand(2, 3, 224, 224)).sum().backward()
weights = [p for p in classifier.network.parameters() if p.ndim == 4]
assert all(p.is_contiguous() and p.grad is not None for p in weights)
"""


def test_weights_can_be_trained_on_a_cpu():
    if not registry.state(registry.record("mini_xception_fer2013")).ready:
        pytest.skip("mini_xception_fer2013 lacks its weights")
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, cwd=Path(__file__).parent)
    assert done.returncode == 0, done.stderr
