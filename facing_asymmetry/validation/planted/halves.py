"""Networks that judge each half of the face on its own and add up: their left x right interaction is exactly 0.

A half is the outer columns of the image. Between the halves lies the zone at the midline in which a triangle of the
mesh, a wrinkle or the resized pixel reaches from one side to the other; no network here looks at it.
"""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.validation.planted.networks import beside_neutral, read_tensors

OUTER: Final = 16
"""Columns of a half, of the 48 of the image: the 8 beside the midline belong to no half (about 32 mm)."""

GREY: Final = 0.5
"""What a published network sees in place of the other half and of the zone at the midline."""

FEATURE_SEEDS: Final = (1, 2)
"""Of the random convolutions that look at the first and at the second half."""

Curve = Callable[[Tensor], Tensor]

CURVES: Final[Mapping[str, Curve]] = {
    "exp": lambda motion: torch.expm1(3 * motion) / torch.expm1(torch.tensor(3.0)),
    "tanh": lambda motion: torch.tanh(4 * motion),
    "threshold": lambda motion: torch.sigmoid(20 * (motion - 0.5)),
}
"""Logit of a half, as a share of the oracle's gain, against its estimated motion: about 0 at 0 and 1 at 1."""


def outer_halves(x: Float[Tensor, "B 1 S S"]) -> list[Float[Tensor, "B 1 S W"]]:
    """Outer columns of the image's left half (the person's right), and of its mirror image (the person's left)."""
    return [half[..., :OUTER] for half in (x, x.flip(-1))]


def random_features(seed: int) -> nn.Module:
    """Two random convolutions with tanh, the same for the same seed: curved features of a half."""
    network = nn.Sequential(
        nn.Conv2d(1, 16, 5, stride=2), nn.Tanh(), nn.Conv2d(16, 16, 3, stride=2), nn.Tanh(), nn.Flatten()
    )
    stream = torch.Generator().manual_seed(seed)
    for values in network.parameters():
        spread = 2.0 / values[0].numel() ** 0.5
        values.data = spread * torch.randn(values.shape, generator=stream)
        values.requires_grad_(False)
    return network


def affine(features: Float[Tensor, "B F"], weight: Float[Tensor, "K F1"]) -> Float[Tensor, "B K"]:
    """Readouts of the features; the last column of `weight` is their offset."""
    return features @ weight[:, :-1].T + weight[:, -1]


class HalfReaders(nn.Module):
    """One logit per emotion, `gain` times the mean of a curve of the motion that a readout sees in either half.

    Args:
        weight: `(K, H + 1)` readouts of a half, trained to give the gain of its side; the offset comes last.
        curve: what a readout becomes before the sum.
        gain: logits for the full motion of both halves, about.
    """

    def __init__(self, weight: Float[Tensor, "K H1"], curve: Curve, gain: float) -> None:
        super().__init__()
        self.weight, self.curve, self.gain = nn.Parameter(weight), curve, gain

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B L"]:
        """Logits of the K emotions and of neutral."""
        curved = [self.curve(affine(half.flatten(1), self.weight).clamp(-0.5, 1.5)) for half in outer_halves(x)]
        return beside_neutral(0.5 * self.gain * (curved[0] + curved[1]))


class HalfConvolutions(nn.Module):
    """One logit per emotion, `gain` times the mean of what two random networks see, each in its own half.

    Args:
        weights: `(2, K, F + 1)` readouts of their features, trained to give the squared gain of the side; the offset
            comes last.
        gain: logits for the full motion of both halves, about.
    """

    def __init__(self, weights: Float[Tensor, "2 K F1"], gain: float) -> None:
        super().__init__()
        self.features = nn.ModuleList(random_features(seed) for seed in FEATURE_SEEDS)
        self.weights, self.gain = nn.Parameter(weights), gain

    def forward(self, x: Float[Tensor, "B 1 S S"]) -> Float[Tensor, "B L"]:
        """Logits of the K emotions and of neutral."""
        parts = zip(self.features, self.weights, outer_halves(x), strict=True)
        first, second = (affine(features(half), weight) for features, weight, half in parts)
        return beside_neutral(0.5 * self.gain * (first + second))


class AdditiveHalves(nn.Module):
    """F(one half, grey) + F(grey, other half): `network` never sees both halves at once."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Float[Tensor, "B C S S"]) -> Float[Tensor, "B K"]:
        """Sum of the logits of both halves."""
        column = torch.arange(x.shape[-1], device=x.device)
        first, second = column < OUTER, column >= x.shape[-1] - OUTER
        return torch.as_tensor(self.network(x.where(first, GREY)) + self.network(x.where(second, GREY)))


def half_readers(path: str, curve: str, gain: float) -> nn.Module:
    """Curved readers of either half; `path` is a file of trained readouts, `curve` a key of `CURVES`."""
    return HalfReaders(read_tensors(path)["half"], CURVES[curve], gain)


def half_convolutions(path: str, gain: float) -> nn.Module:
    """Random convolutions over either half; `path` is a file of trained readouts."""
    return HalfConvolutions(read_tensors(path)["convolutions"], gain)


def additive_halves(classifier: str) -> nn.Module:
    """A published network whose logits for either half are added."""
    return AdditiveHalves(registry.load(registry.record(classifier)).network)
