"""EmoNeXt: a ConvNeXt behind a spatial transformer, with squeeze-and-excitation in the downsampling layers."""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models.convnext import LayerNorm2d

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout

SIZES: Final = {
    "tiny": ((3, 3, 9, 3), 96),
    "small": ((3, 3, 27, 3), 96),
    "base": ((3, 3, 27, 3), 128),
    "large": ((3, 3, 27, 3), 192),
    "xlarge": ((3, 3, 27, 3), 256),
}
"""Blocks of the four stages, and channels of the first; each stage doubles them."""
LAYER_NORM_EPSILON: Final = 1e-6
"""Added to the variance in the layer norms of ConvNeXt."""
LOCALISED: Final = 10 * 52 * 52
"""Numbers that the spatial transformer's convolutions leave of a 224 x 224 image."""


class SqueezeExcitation(nn.Module):
    """Weighs every channel by a bottleneck of the channels' means.

    Hu, Shen and Sun, "Squeeze-and-Excitation Networks", CVPR 2018.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        reduced = channels // reduction
        self.fc = nn.Sequential(
            nn.Linear(channels, reduced, bias=False), nn.ReLU(), nn.Linear(reduced, channels, bias=False), nn.Sigmoid()
        )

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """Weigh the channels."""
        weighed: Tensor = x * self.fc(x.mean(dim=(2, 3)))[:, :, None, None]
        return weighed


class Block(nn.Module):
    """ConvNeXt's block: depthwise 7 x 7, layer norm, two pointwise layers, a scale per channel, and the shortcut.

    Liu et al., "A ConvNet for the 2020s", CVPR 2022. Torchvision's block computes the same under other names.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, LAYER_NORM_EPSILON)
        self.pwconv1, self.pwconv2 = nn.Linear(channels, 4 * channels), nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(torch.full((channels,), 1e-6))

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B C H W"]:
        """The input plus what the layers make of it."""
        y = self.norm(self.dwconv(x).movedim(1, -1))
        y = self.gamma * self.pwconv2(F.gelu(self.pwconv1(y)))
        out: Tensor = x + y.movedim(-1, 1)
        return out


class BatchAttention(nn.Module):
    """Parameters of the attention that the training loss regularises. It looks at other images of the batch.

    The logits don't depend on it; it is here so that the names of a checkpoint are complete, and can't be called.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))


def _downsampling(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        LayerNorm2d(inputs, LAYER_NORM_EPSILON), nn.Conv2d(inputs, outputs, 2, 2), SqueezeExcitation(outputs)
    )


class EmoNeXt(nn.Module):
    """224 px -> logits. The spatial transformer fixes the size of the input.

    El Boudouri and Bohi, "EmoNeXt: an Adapted ConvNeXt for Facial Emotion Recognition", MMSP 2023.

    Args:
        classes: number of outputs.
        depths: blocks of the four stages.
        width: channels of the first stage.
    """

    def __init__(self, classes: int, depths: tuple[int, ...], width: int) -> None:
        super().__init__()
        pool, relu = nn.MaxPool2d(2), nn.ReLU()
        first = [nn.Conv2d(3, 8, 7), nn.BatchNorm2d(8), pool, relu]
        self.localization = nn.Sequential(*first, nn.Conv2d(8, 10, 5), nn.BatchNorm2d(10), pool, relu)
        self.fc_loc = nn.Sequential(nn.Linear(LOCALISED, 32), relu, nn.Linear(32, 6))
        widths = [width * 2**stage for stage in range(len(depths))]
        stem = nn.Sequential(nn.Conv2d(3, width, 4, 4), LayerNorm2d(width, LAYER_NORM_EPSILON))
        steps = [_downsampling(w // 2, w) for w in widths[1:]]
        self.downsample_layers = nn.ModuleList([stem, *steps])
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(w) for _ in range(depth))) for w, depth in zip(widths, depths, strict=True)
        )
        self.norm = nn.LayerNorm(widths[-1], LAYER_NORM_EPSILON)
        self.attention = BatchAttention(widths[-1])
        self.head = nn.Linear(widths[-1], classes)

    def transformed(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B 3 224 224"]:
        """The image under the affine map that the spatial transformer chooses for it; outside is black."""
        affine = self.fc_loc(self.localization(x).flatten(1)).view(-1, 2, 3)
        grid = F.affine_grid(affine, list(x.shape), align_corners=True)
        return F.grid_sample(x, grid, align_corners=True)

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits; the authors return the most probable class beside them."""
        x = self.transformed(x)
        for downsample, stage in zip(self.downsample_layers, self.stages, strict=True):
            x = stage(downsample(x))
        logits: Tensor = self.head(self.norm(x.mean(dim=(2, 3))))
        return logits


def emonext(classes: int = 7, variant: str = "tiny") -> nn.Module:
    """EmoNeXt in the layout that the authors' training script writes (they publish no checkpoint).

    Checkpoint: `torch.save` of a dictionary; the state is under `model`, without prefix. The same file holds the
    averaged weights that the authors test, under `ema` with the prefix `ema_model.`. The four modules under
    `attention` serve the training loss only.
    Input: 224 px cut from 236, grey repeated in three channels, values in [0, 1] and no further normalisation; the
    authors' test averages the logits of ten crops (corners, centre, and their mirror images), which hides a
    preference for one side: here one image is one crop.
    Labels: angry, disgust, fear, happy, neutral, sad, surprise: the alphabetical order of `ImageFolder`, and not
    that of FER2013's own labels.

    Args:
        classes: number of outputs.
        variant: "tiny", "small", "base", "large" or "xlarge".
    """
    depths, width = SIZES[variant]
    return EmoNeXt(classes, depths, width)


ARCHITECTURES: Final = {
    "emonext": Architecture(
        emonext,
        CheckpointLayout("model", ignored=("opt", "ema", "scaler", "scheduler", "best_acc")),
        # the averaged copy of the weights in the same file
        {"emonext_ema": CheckpointLayout("ema", "ema_model.", ("initted", "step", "online_model."))},
    )
}
