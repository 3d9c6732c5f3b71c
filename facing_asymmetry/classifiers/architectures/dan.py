"""DAN, the distract-your-attention network: a ResNet-18 trunk and four cross-attention heads."""

from typing import Final

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models import resnet18

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout

DAN_WIDTH = 512
"""Channels of the trunk's last feature map."""


def _conv(inputs: int, outputs: int, kernel: tuple[int, int]) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2)
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=padding), nn.BatchNorm2d(outputs))


class SpatialAttention(nn.Module):
    """Weighs every place of a feature map by the sum of three convolutions of different shape."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1x1 = _conv(DAN_WIDTH, DAN_WIDTH // 2, (1, 1))
        self.conv_3x3 = _conv(DAN_WIDTH // 2, DAN_WIDTH, (3, 3))
        self.conv_1x3 = _conv(DAN_WIDTH // 2, DAN_WIDTH, (1, 3))
        self.conv_3x1 = _conv(DAN_WIDTH // 2, DAN_WIDTH, (3, 1))

    def forward(self, x: Float[Tensor, "B 512 H W"]) -> Float[Tensor, "B 512 H W"]:
        """Weigh the places."""
        y = self.conv1x1(x)
        weight = F.relu(self.conv_3x3(y) + self.conv_1x3(y) + self.conv_3x1(y)).sum(dim=1, keepdim=True)
        return x * weight


class ChannelAttention(nn.Module):
    """Averages over the places and weighs every channel by a bottleneck of 32 units."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.Sequential(
            nn.Linear(DAN_WIDTH, 32), nn.BatchNorm1d(32), nn.ReLU(inplace=True), nn.Linear(32, DAN_WIDTH), nn.Sigmoid()
        )

    def forward(self, x: Float[Tensor, "B 512 H W"]) -> Float[Tensor, "B 512"]:
        """Weigh the channels' means."""
        mean = x.mean(dim=(2, 3))
        weighed: Tensor = mean * self.attention(mean)
        return weighed


class CrossAttentionHead(nn.Module):
    """Spatial, then channel attention."""

    def __init__(self) -> None:
        super().__init__()
        self.sa, self.ca = SpatialAttention(), ChannelAttention()

    def forward(self, x: Float[Tensor, "B 512 H W"]) -> Float[Tensor, "B 512"]:
        """One head's view of the face."""
        view: Tensor = self.ca(self.sa(x))
        return view


class DAN(nn.Module):
    """224 px -> logits. The heads' views compete (log-softmax across heads), are summed and classified.

    Wen, Lin, Wang and Xu, "Distract Your Attention: Multi-Head Cross Attention Network for Facial Expression
    Recognition", Biomimetics 8(2), 2023.

    Args:
        classes: number of outputs; the last layer is a batch norm on the logits.
        heads: number of attention heads.
    """

    def __init__(self, classes: int, heads: int) -> None:
        super().__init__()
        self.features = nn.Sequential(*list(resnet18(weights=None).children())[:-2])
        self.heads = heads
        for head in range(heads):
            self.add_module(f"cat_head{head}", CrossAttentionHead())
        self.fc = nn.Linear(DAN_WIDTH, classes)
        self.bn = nn.BatchNorm1d(classes)

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits; the feature map and the views, which the authors return for their losses, stay inside."""
        x = self.features(x)
        views = torch.stack([self.get_submodule(f"cat_head{head}")(x) for head in range(self.heads)], dim=1)
        if self.heads > 1:
            views = F.log_softmax(views, dim=1)
        logits: Tensor = self.bn(self.fc(views.sum(dim=1)))
        return logits


def dan(classes: int = 7, heads: int = 4) -> nn.Module:
    """DAN in the layout of the authors' AffectNet-7, AffectNet-8 and RAF-DB checkpoints.

    Checkpoint: `torch.save` of a dictionary; the state is under `model_state_dict`, without prefix, beside the
    optimiser's. Nothing is left over.
    Input: 224 px RGB, mean .485 .456 .406, standard deviation .229 .224 .225; face box, resized to a square.
    Labels: AffectNet: neutral, happy, sad, surprise, fear, disgust, anger (, contempt). RAF-DB: surprise, fear,
    disgust, happiness, sadness, anger, neutral. The two orders differ although the network is the same.
    """
    return DAN(classes, heads)


ARCHITECTURES: Final = {
    "dan": Architecture(dan, CheckpointLayout("model_state_dict", ignored=("iter", "epoch", "optimizer_state_dict")))
}
