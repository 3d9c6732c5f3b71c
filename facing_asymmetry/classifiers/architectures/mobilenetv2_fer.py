"""Keras's MobileNetV2 with a maximum over places and two linear layers, as tensorflow-fer trained it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture
from facing_asymmetry.classifiers.architectures.padding import SamePad
from facing_asymmetry.classifiers.loaders.tensorflow_weights import load_tf_bundle
from facing_asymmetry.core.errors import AssetError

BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Widening, channels, repetitions and first stride of each group of blocks."""

SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
"""End of the checkpoint's keys."""


def _conv(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    pad = SamePad((kernel, kernel), (stride, stride))
    conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
    return [pad, conv, nn.BatchNorm2d(outputs, eps=1e-3)]


class InvertedResidual(nn.Module):
    """Widen, convolve each channel, narrow; added to the input where the size stays."""

    def __init__(self, inputs: int, outputs: int, widening: int, stride: int) -> None:
        super().__init__()
        width = inputs * widening
        wide = [*_conv(inputs, width), nn.ReLU6()] if widening > 1 else []
        self.layers = nn.Sequential(*wide, *_conv(width, width, 3, stride, width), nn.ReLU6(), *_conv(width, outputs))
        self.added = stride == 1 and inputs == outputs

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve."""
        out: Tensor = self.layers(x)
        return x + out if self.added else out


class MobileNetV2Fer(nn.Module):
    """48 px grey, three times, in [-1, 1] -> logits; the package ends in a sigmoid, this stops before it.

    Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int = 7) -> None:
        super().__init__()
        layers: list[nn.Module] = [*_conv(3, 32, 3, 2), nn.ReLU6()]
        inputs = 32
        for widening, outputs, count, first in BLOCKS:
            for number in range(count):
                layers.append(InvertedResidual(inputs, outputs, widening, first if number == 0 else 1))
                inputs = outputs
        self.features = nn.Sequential(*layers, *_conv(inputs, 1280), nn.ReLU6())
        self.head = nn.Sequential(nn.Linear(1280, 128), nn.ReLU(), nn.Linear(128, classes))

    def forward(self, x: Float[Tensor, "B 3 48 48"]) -> Float[Tensor, "B K"]:
        """Logits."""
        logits: Tensor = self.head(self.features(x).amax(dim=(2, 3)))
        return logits


def mobilenetv2_fer_state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The network's state dictionary from a checkpoint whose layers are numbered in the order of computation.

    Raises:
        AssetError: the checkpoint lacks a tensor; the message names it.
    """
    with torch.device("meta"):
        network = MobileNetV2Fer()
    numbered = [(f"features.{name}", module) for name, module in network.features.named_modules()]
    layers = [(name, module) for name, module in numbered if isinstance(module, nn.Conv2d | nn.BatchNorm2d)]
    keys = {name: f"layer_with_weights-0/layer_with_weights-{number}" for number, (name, _) in enumerate(layers)}
    heads = {"head.0": "layer_with_weights-1", "head.2": "layer_with_weights-2"}
    state: dict[str, Tensor] = {}
    try:
        for name, key in (keys | heads).items():
            found = _layer_state(network.get_submodule(name), tensors, key)
            state |= {f"{name}.{part}": value.contiguous() for part, value in found.items()}
    except KeyError as error:
        raise AssetError(f"the checkpoint of mobilenetv2_fer has no tensor {error}") from error
    return state


def _layer_state(layer: nn.Module, tensors: Mapping[str, Tensor], key: str) -> dict[str, Tensor]:
    """Keras keeps kernels as (height, width, in, out), depthwise ones as (height, width, channels, 1)."""
    if isinstance(layer, nn.Conv2d):
        deep = layer.groups > 1
        kernel = tensors[f"{key}/{'depthwise_kernel' if deep else 'kernel'}{SUFFIX}"]
        return {"weight": kernel.permute((2, 3, 0, 1) if deep else (3, 2, 0, 1))}
    if isinstance(layer, nn.Linear):
        return {"weight": tensors[f"{key}/kernel{SUFFIX}"].T, "bias": tensors[f"{key}/bias{SUFFIX}"]}
    names = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}
    state = {mine: tensors[f"{key}/{theirs}{SUFFIX}"] for mine, theirs in names.items()}
    return {**state, "num_batches_tracked": torch.zeros((), dtype=torch.int64)}


def read_mobilenetv2_fer(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read the TensorFlow checkpoint: its index and its shards."""
    index = next(path for name, path in files.items() if name.endswith(".index"))
    shards = {int(name.split(".data-")[1][:5]): path for name, path in files.items() if ".data-" in name}
    return mobilenetv2_fer_state(load_tf_bundle(index, shards))


ARCHITECTURES: Final = {"mobilenetv2_fer": Architecture(MobileNetV2Fer, read=read_mobilenetv2_fer)}
