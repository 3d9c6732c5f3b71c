"""POSTER++ (POSTER V2): image and landmark backbones fused at three scales, read by a small transformer."""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout
from facing_asymmetry.classifiers.architectures.mobilefacenet import LandmarkNet
from facing_asymmetry.classifiers.architectures.poster2_attention import (
    TOKEN_WIDTH,
    FeedForward,
    LandmarkAttention,
    MapNorm,
    PlaceEmbedding,
    PyramidTransformer,
)

LEVELS: Final = ((64, 2, 28), (128, 4, 14), (256, 8, 7))
"""Channels, attention heads, and height and width of the three fused levels."""


class ImprovedBlock(nn.Module):
    """Batch norm, two 3 x 3 convolutions with a PReLU between them, batch norm; plus the shortcut.

    Args:
        inputs: channels before.
        outputs: channels after.
        stride: of the second convolution and of the shortcut.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        if inputs == outputs:
            self.shortcut_layer: nn.Module = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Float[Tensor, "B C H W"]) -> Float[Tensor, "B D h w"]:
        """The residual and the shortcut."""
        out: Tensor = self.res_layer(x) + self.shortcut_layer(x)
        return out


def _stage(inputs: int, outputs: int, count: int) -> nn.Sequential:
    first = ImprovedBlock(inputs, outputs, stride=2)
    return nn.Sequential(first, *(ImprovedBlock(outputs, outputs, stride=1) for _ in range(count - 1)))


class Ir50(nn.Module):
    """112 px -> maps of the first three stages of a 50-layer improved residual network for face recognition.

    Deng, Guo, Xue and Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019.

    `output_layer`, the embedding of the recognition network, is in the checkpoints and not reached by POSTER++.
    """

    def __init__(self) -> None:
        super().__init__()
        self.input_layer = nn.Sequential(nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.PReLU(64))
        self.output_layer = nn.Sequential(
            nn.BatchNorm2d(512), nn.Identity(), nn.Flatten(), nn.Linear(512 * 7 * 7, 512), nn.BatchNorm1d(512)
        )
        self.body1, self.body2, self.body3 = _stage(64, 64, 3), _stage(64, 128, 4), _stage(128, 256, 14)

    def forward(self, x: Float[Tensor, "B 3 112 112"]) -> tuple[Tensor, Tensor, Tensor]:
        """Maps of 64 x 56 x 56, 128 x 28 x 28 and 256 x 14 x 14."""
        first: Tensor = self.body1(self.input_layer(x))
        second: Tensor = self.body2(first)
        third: Tensor = self.body3(second)
        return first, second, third


def _halving(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, 2, padding=1)


class Poster2(nn.Module):
    """224 px -> logits; both backbones see the image at 112 px (nearest neighbour: every second pixel).

    Mao, Xu, Yin, Chang, Nie and Huang, "POSTER++: A simpler and stronger facial expression recognition network",
    Pattern Recognition 157, 2025 (arXiv 2301.12149).

    Unused parts that the checkpoints hold: the backbones' output layers and some of `VIT` (see its class).

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.face_landback, self.ir_back = LandmarkNet(), Ir50()
        self.last_face_conv = nn.Conv2d(512, 256, 3, padding=1)
        for number, (channels, heads, side) in enumerate(LEVELS, start=1):
            self.add_module(f"conv{number}", _halving(channels, channels))
            self.add_module(f"window{number}", MapNorm(channels))
            self.add_module(f"attn{number}", LandmarkAttention(channels, heads, side))
            self.add_module(f"ffn{number}", FeedForward(channels))
        self.embed_q = nn.Sequential(_halving(LEVELS[0][0], TOKEN_WIDTH), _halving(TOKEN_WIDTH, TOKEN_WIDTH))
        self.embed_k = nn.Sequential(_halving(LEVELS[1][0], TOKEN_WIDTH))
        self.embed_v = PlaceEmbedding(LEVELS[2][0])
        self.VIT = PyramidTransformer(classes)

    def _fused(self, number: int, image: Tensor, landmarks: Tensor) -> Float[Tensor, "B C s s"]:
        side = LEVELS[number - 1][2]
        places = self.get_submodule(f"window{number}")(self.get_submodule(f"conv{number}")(image))
        answer = self.get_submodule(f"attn{number}")(places, landmarks.flatten(2).mT)
        fused: Tensor = self.get_submodule(f"ffn{number}")(answer, places)
        return fused.mT.unflatten(2, (side, side))

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        small = F.interpolate(x, size=112)
        first, second, last = self.face_landback(small)
        landmarks = (first, second, self.last_face_conv(last))
        pairs = zip(self.ir_back(small), landmarks, strict=True)
        fine, middle, coarse = (self._fused(number, *pair) for number, pair in enumerate(pairs, start=1))
        tokens = [self.embed_q(fine).flatten(2).mT, self.embed_k(middle).flatten(2).mT, self.embed_v(coarse)]
        logits: Tensor = self.VIT(torch.cat(tokens, dim=1))
        return logits


def poster2(classes: int = 7) -> nn.Module:
    """POSTER++ in the layout of the authors' RAF-DB, AffectNet-7 and AffectNet-8 checkpoints.

    Checkpoint: `torch.save` of a dictionary; the state is under `state_dict` with the prefix `module.`. Beside it lie
    the optimiser and two pickled `RecorderMeter` objects of the training script, so that a reader must not execute
    pickles. The backbones' weights are in the same state: their own files, which the authors' constructor reads from
    fixed paths, are not needed.
    Input: 224 px RGB, mean .485 .456 .406, standard deviation .229 .224 .225; the data sets' own alignment.
    Labels: not stated. The authors read `ImageFolder`s, so the order is that of their folders' names. With the data
    sets' own numbers as names it is surprise, fear, disgust, happiness, sadness, anger, neutral for RAF-DB and
    neutral, happy, sad, surprise, fear, disgust, anger (, contempt) for AffectNet: check it on labelled faces.
    """
    return Poster2(classes)


ARCHITECTURES: Final = {
    "poster2": Architecture(
        poster2, CheckpointLayout("state_dict", "module.", ("epoch", "best_acc", "optimizer", "recorder", "recorder1"))
    )
}
