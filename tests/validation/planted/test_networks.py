import pytest
import torch
from torch import nn

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.validation.planted.networks import (
    IntensityOracle,
    MirrorInvariant,
    StrongerSideOracle,
    SymmetricPart,
    SymmetryOracle,
    antisymmetric_half,
    symmetric_half,
    symmetry_oracle,
)

HALF = 8 * 4


@pytest.fixture
def images():
    return torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def network():
    torch.manual_seed(2)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 5))


def test_a_mirror_invariant_network_gives_the_mirror_image_the_same_logits(images, network):
    made = MirrorInvariant(network)
    assert torch.equal(made(images), made(images.flip(-1)))
    assert not torch.allclose(network(images), network(images.flip(-1)))


def test_the_symmetric_part_is_all_that_counts_for_its_network(images, network):
    made = SymmetricPart(network)
    odd = torch.rand_like(images)
    odd = odd - odd.flip(-1)
    assert torch.allclose(made(images), made(images + odd), atol=1e-6)
    assert not torch.allclose(network(images), network(images + odd), atol=1e-3)


def test_both_halves_together_are_the_image(images):
    even, odd = symmetric_half(images).view(3, 1, 8, 4), antisymmetric_half(images).view(3, 1, 8, 4)
    assert torch.allclose(even + odd, images[..., :4])
    assert torch.allclose((even - odd).flip(-1), images[..., 4:])


def test_the_oracles_see_one_half_each(images):
    weight = torch.rand(2, HALF)
    symmetric = 0.5 * (images + images.flip(-1))
    oracle = SymmetryOracle(weight, gain=3.0)
    assert oracle(symmetric).abs().max() == 0
    assert (oracle(images)[:, :2] < 0).all()
    blind = IntensityOracle(weight, torch.tensor([0.5, -0.5]), gain=2.0)
    assert torch.allclose(blind(images), blind(symmetric), atol=1e-5)
    assert torch.allclose(blind(0 * images), torch.tensor([[1.0, -1.0, 0.0]] * 3))


def test_the_stronger_side_is_the_larger_of_both():
    """Readouts that see one pixel of either half: its logit is the larger of the two, times the gain."""
    weight = torch.zeros(1, HALF)
    weight[0, 5] = 1.0
    oracle = StrongerSideOracle(2 * weight, weight, torch.zeros(1), gain=3.0)
    images = torch.zeros(2, 1, 8, 8)
    images[:, 0, 1, 1], images[:, 0, 1, -2] = torch.tensor([0.9, 0.2]), torch.tensor([0.4, 0.2])
    assert torch.allclose(oracle(images)[:, 0], 3.0 * torch.tensor([0.9, 0.2]), atol=1e-6)
    assert torch.allclose(oracle(images.flip(-1)), oracle(images))


def test_an_oracle_without_its_file_says_what_writes_it(tmp_path):
    with pytest.raises(AssetError, match=r"none\.safetensors is missing: `facing-asymmetry planted`"):
        symmetry_oracle(str(tmp_path / "none.safetensors"), 8.0)
