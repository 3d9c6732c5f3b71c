"""POSTER++ (POSTER V2): image and landmark backbones fused at three scales, read by a small transformer."""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.ir50 import Ir50
from facing_asymmetry.classifiers.architectures.mobilefacenet import LandmarkNet
from facing_asymmetry.classifiers.architectures.poster2_fusion import FeedForward, LandmarkAttention, MapNorm
from facing_asymmetry.classifiers.architectures.poster2_transformer import WIDTH, PlaceEmbedding, PyramidTransformer

LEVELS: Final = ((64, 2, 28), (128, 4, 14), (256, 8, 7))
"""Channels, attention heads, and height and width of the three fused levels."""


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
        self.embed_q = nn.Sequential(_halving(LEVELS[0][0], WIDTH), _halving(WIDTH, WIDTH))
        self.embed_k = nn.Sequential(_halving(LEVELS[1][0], WIDTH))
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
