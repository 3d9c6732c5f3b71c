"""YOLO11n as a classifier: a detector whose boxes are left out; the largest logit of a class anywhere is its logit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout
from facing_asymmetry.classifiers.loaders.named_tensors import named_tensors
from facing_asymmetry.classifiers.loaders.torch_files import read_checkpoint

BATCH_NORM_EPSILON = 1e-3
"""Added to the variance in every batch norm."""


class Conv(nn.Sequential):
    """Convolution without bias, batch norm, SiLU (unless `plain`); padding keeps the size at stride 1."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, plain: bool = False
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPSILON)
        self.act = nn.Identity() if plain else nn.SiLU()


class Bottleneck(nn.Module):
    """Two 3 x 3 convolutions with a shortcut."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, inner, 3), Conv(inner, channels, 3)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Add what was convolved."""
        out: Tensor = x + self.cv2(self.cv1(x))
        return out


class TwoWays(nn.Module):
    """One half passes two bottlenecks, the other none (C3k)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.cv1, self.cv2, self.cv3 = Conv(channels, half), Conv(channels, half), Conv(2 * half, channels)
        self.m = nn.Sequential(Bottleneck(half, half), Bottleneck(half, half))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Join both ways."""
        out: Tensor = self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), dim=1))
        return out


class SplitBlock(nn.Module):
    """Split, refine one half once, join all three (C3k2).

    Args:
        inputs: channels in.
        outputs: channels out.
        share: width of a half, as a share of `outputs`.
        deep: refine with `TwoWays` instead of a single bottleneck.
    """

    def __init__(self, inputs: int, outputs: int, share: float = 0.5, deep: bool = False) -> None:
        super().__init__()
        width = int(outputs * share)
        self.cv1, self.cv2 = Conv(inputs, 2 * width), Conv(3 * width, outputs)
        self.m = nn.ModuleList([TwoWays(width) if deep else Bottleneck(width, width // 2)])

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D H W"]:
        """Refine."""
        first, second = self.cv1(x).chunk(2, dim=1)
        out: Tensor = self.cv2(torch.cat((first, second, self.m[0](second)), dim=1))
        return out


class PyramidPooling(nn.Module):
    """A 5 x 5 maximum taken once, twice and three times, beside the map itself (SPPF)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, channels // 2), Conv(2 * channels, channels)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Pool and join."""
        maps = [self.cv1(x)]
        for _ in range(3):
            maps.append(F.max_pool2d(maps[-1], 5, 1, 2))
        out: Tensor = self.cv2(torch.cat(maps, dim=1))
        return out


class Attention(nn.Module):
    """Self-attention over places, queries and keys half as wide as values, with a convolution as position."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads, self.value = heads, channels // heads
        self.key = self.value // 2
        self.qkv = Conv(channels, channels + 2 * self.key * heads, plain=True)
        self.proj = Conv(channels, channels, plain=True)
        self.pe = Conv(channels, channels, 3, groups=channels, plain=True)

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Attend."""
        parts = self.qkv(x).reshape(x.shape[0], self.heads, 2 * self.key + self.value, -1)
        query, key, value = parts.split((self.key, self.key, self.value), dim=2)
        weights = torch.softmax(query.transpose(2, 3) @ key * self.key**-0.5, dim=3)
        seen = (value @ weights.transpose(2, 3)).reshape(x.shape)
        out: Tensor = self.proj(seen + self.pe(value.reshape(x.shape)))
        return out


class AttentionBlock(nn.Module):
    """Attention, then two 1 x 1 convolutions, each added."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.attn = Attention(channels, channels // 64)
        self.ffn = nn.Sequential(Conv(channels, 2 * channels), Conv(2 * channels, channels, plain=True))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Add both."""
        x = x + self.attn(x)
        out: Tensor = x + self.ffn(x)
        return out


class SplitAttention(nn.Module):
    """One half passes an attention block (C2PSA)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, channels), Conv(channels, channels)
        self.m = nn.Sequential(AttentionBlock(channels // 2))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Join both halves."""
        first, second = self.cv1(x).chunk(2, dim=1)
        out: Tensor = self.cv2(torch.cat((first, self.m(second)), dim=1))
        return out


class ClassHeads(nn.Module):
    """Class logits at each place of three feature maps; the boxes' branch is not built."""

    def __init__(self, classes: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        inner = max(widths[0], min(classes, 100))

        def branch(width: int) -> nn.Module:
            first = nn.Sequential(Conv(width, width, 3, groups=width), Conv(width, inner))
            second = nn.Sequential(Conv(inner, inner, 3, groups=inner), Conv(inner, inner))
            return nn.Sequential(first, second, nn.Conv2d(inner, classes, 1))

        self.cv3 = nn.ModuleList(branch(width) for width in widths)

    def forward(self, maps: list[Tensor]) -> Float[Tensor, "B K A"]:
        """Logits of all places of all maps."""
        return torch.cat([branch(x).flatten(2) for branch, x in zip(self.cv3, maps, strict=True)], dim=2)


class Yolo11nClasses(nn.Module):
    """320 px RGB in [0, 1] -> the largest logit of each class over all 2,100 places.

    Jocher and Qiu: Ultralytics YOLO11, 2024. `model.N` is layer N of the published description; layers without
    parameters (joining, doubling) are steps of `forward`. Its gradient reaches the image from one place per class.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {
            "0": Conv(3, 16, 3, 2),
            "1": Conv(16, 32, 3, 2),
            "2": SplitBlock(32, 64, 0.25),
            "3": Conv(64, 64, 3, 2),
            "4": SplitBlock(64, 128, 0.25),
            "5": Conv(128, 128, 3, 2),
            "6": SplitBlock(128, 128, deep=True),
            "7": Conv(128, 256, 3, 2),
            "8": SplitBlock(256, 256, deep=True),
            "9": PyramidPooling(256),
            "10": SplitAttention(256),
            "13": SplitBlock(384, 128),
            "16": SplitBlock(256, 64),
            "17": Conv(64, 64, 3, 2),
            "19": SplitBlock(192, 128),
            "20": Conv(128, 128, 3, 2),
            "22": SplitBlock(384, 256, deep=True),
            "23": ClassHeads(classes, (64, 128, 256)),
        }
        self.model = nn.ModuleDict(layers)

    def forward(self, x: Float[Tensor, "B 3 320 320"]) -> Float[Tensor, "B K"]:
        """Logits."""
        layer, kept = self.model, {}
        for number in range(11):
            x = layer[str(number)](x)
            kept[number] = x
        middle = layer["13"](torch.cat((_doubled(x), kept[6]), dim=1))
        fine = layer["16"](torch.cat((_doubled(middle), kept[4]), dim=1))
        middle = layer["19"](torch.cat((layer["17"](fine), middle), dim=1))
        coarse = layer["22"](torch.cat((layer["20"](middle), x), dim=1))
        logits: Tensor = layer["23"]([fine, middle, coarse]).amax(dim=2)
        return logits


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


YOLO11N_LAYOUT: Final = CheckpointLayout("model", ignored=("model.23.cv2.", "model.23.dfl."), pickled_module=True)
"""Layout of the file; the names of the boxes' branch are the only ones that are ignored."""


def read_yolo11n(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read the class branch out of a pickled Ultralytics module, without executing it."""
    (path,) = files.values()
    return named_tensors(read_checkpoint(path), YOLO11N_LAYOUT, path)


ARCHITECTURES: Final = {"yolo11n": Architecture(Yolo11nClasses, read=read_yolo11n)}
