"""Expression network of face-api.js: four blocks of four depthwise-separable convolutions with dense sums."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture
from facing_asymmetry.classifiers.architectures.padding import SamePad
from facing_asymmetry.classifiers.loaders.tensorflow_weights import load_tfjs_weights

BLOCK_WIDTHS = (32, 64, 128, 256)
"""Channels of the four blocks."""


class SeparableConv(nn.Module):
    """Depthwise 3 x 3, then pointwise convolution with bias, `same` padding."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.pad = SamePad((3, 3), (stride, stride))
        self.depthwise = nn.Conv2d(inputs, inputs, 3, stride, groups=inputs, bias=False)
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Convolve."""
        out: Tensor = self.pointwise(self.depthwise(self.pad(x)))
        return out


class DenseBlock(nn.Module):
    """Four convolutions; each takes the rectified sum of all outputs before it. The first one halves the size."""

    def __init__(self, inputs: int, width: int, first: bool) -> None:
        super().__init__()
        start = nn.Sequential(SamePad((3, 3), (2, 2)), nn.Conv2d(inputs, width, 3, 2))
        self.conv0 = start if first else SeparableConv(inputs, width, 2)
        self.conv1, self.conv2, self.conv3 = (SeparableConv(width, width, 1) for _ in range(3))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """Sum densely."""
        total = inner = F.relu(self.conv0(x))
        for conv in (self.conv1, self.conv2, self.conv3):
            total = total + conv(inner)
            inner = F.relu(total)
        return inner


class FaceApiExpression(nn.Module):
    """112 px RGB (mean colour subtracted, over 255) -> logits; the package applies a softmax after it.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int = 7) -> None:
        super().__init__()
        inputs = (3, *BLOCK_WIDTHS[:-1])
        self.blocks = nn.ModuleList(
            DenseBlock(i, w, number == 0) for number, (i, w) in enumerate(zip(inputs, BLOCK_WIDTHS, strict=True))
        )
        self.fc = nn.Linear(BLOCK_WIDTHS[-1], classes)

    def forward(self, x: Float[Tensor, "B 3 112 112"]) -> Float[Tensor, "B K"]:
        """Logits."""
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.fc(F.avg_pool2d(x, 7, 2).flatten(1))
        return logits


def faceapi_state(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The network's state dictionary from the published tensors, whose kernels are (height, width, in, out)."""
    state = {"fc.weight": tensors["fc/weights"].T, "fc.bias": tensors["fc/bias"]}
    for block in range(len(BLOCK_WIDTHS)):
        for conv in range(4):
            source, target = f"dense{block}/conv{conv}", f"blocks.{block}.conv{conv}"
            if block == conv == 0:
                state[f"{target}.1.weight"] = tensors[f"{source}/filters"].permute(3, 2, 0, 1)
                state[f"{target}.1.bias"] = tensors[f"{source}/bias"]
                continue
            state[f"{target}.depthwise.weight"] = tensors[f"{source}/depthwise_filter"].permute(2, 3, 0, 1)
            state[f"{target}.pointwise.weight"] = tensors[f"{source}/pointwise_filter"].permute(3, 2, 0, 1)
            state[f"{target}.pointwise.bias"] = tensors[f"{source}/bias"]
    return {key: value.contiguous() for key, value in state.items()}


def read_faceapi(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read the weight manifest and its shard."""
    manifest = next(path for name, path in files.items() if name.endswith(".json"))
    return faceapi_state(load_tfjs_weights(manifest, files))


ARCHITECTURES: Final = {"faceapi": Architecture(FaceApiExpression, read=read_faceapi)}
