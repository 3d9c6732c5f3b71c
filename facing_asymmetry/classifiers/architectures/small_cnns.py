"""Two small convolutional networks published as PyTorch state dictionaries."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture
from facing_asymmetry.classifiers.loaders.torch_files import load_state_dict


class NetworkV2(nn.Module):
    """Four reflection-padded convolutions and two linear layers, 48 px grey.

    The package ends in a sigmoid; this stops before it.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int = 7) -> None:
        super().__init__()
        widths = (1, 32, 64, 128, 256)
        for number, (inputs, outputs) in enumerate(pairwise(widths), start=1):
            conv = nn.Conv2d(inputs, outputs, 3, stride=1 if number == 1 else 2)
            block = nn.Sequential(nn.ReflectionPad2d(1), conv, nn.BatchNorm2d(outputs), nn.ReLU())
            self.add_module(f"conv_{number}", block)
        self.linear = nn.Sequential(nn.Linear(256 * 6 * 6, 256), nn.ReLU(), nn.Linear(256, classes))

    def forward(self, x: Float[Tensor, "B 1 48 48"]) -> Float[Tensor, "B K"]:
        """Logits (before the sigmoid)."""
        for number in range(1, 5):
            x = self.get_submodule(f"conv_{number}")(x)
        logits: Tensor = self.linear(x.flatten(1))
        return logits


class WtfCnn3(nn.Module):
    """Three unpadded tanh convolutions with maximum pooling and three linear layers, 48 px grey.

    Args:
        classes: number of outputs.
    """

    def __init__(self, classes: int = 7) -> None:
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 28, 3), nn.Conv2d(28, 56, 3), nn.Conv2d(56, 112, 3)
        self.pool = nn.MaxPool2d(2)
        self.fc1, self.fc2, self.fc3 = nn.Linear(112 * 4 * 4, 2000), nn.Linear(2000, 304), nn.Linear(304, classes)

    def forward(self, x: Float[Tensor, "B 1 48 48"]) -> Float[Tensor, "B K"]:
        """Logits."""
        for conv in (self.conv1, self.conv2, self.conv3):
            x = self.pool(conv(x).tanh())
        logits: Tensor = self.fc3(self.fc2(self.fc1(x.flatten(1)).relu()).relu())
        return logits


def read_networkv2(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read the package's file, which holds the state beside figures of the training."""
    (path,) = files.values()
    return load_state_dict(path, key="network")


def read_wtf_cnn3(files: Mapping[str, Path]) -> dict[str, Tensor]:
    """Read the package's file, which holds the state alone."""
    (path,) = files.values()
    return load_state_dict(path)


ARCHITECTURES: Final = {
    "networkv2": Architecture(NetworkV2, read=read_networkv2),
    "wtf_cnn3": Architecture(WtfCnn3, read=read_wtf_cnn3),
}
