"""The face-recognition backbone of POSTER++: the first three stages of a 50-layer improved residual network.

Deng, Guo, Xue and Zafeiriou, "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", CVPR 2019.
"""

from jaxtyping import Float
from torch import Tensor, nn


class ImprovedBlock(nn.Module):
    """Batch norm, two 3 x 3 convolutions with a PReLU between them, batch norm; plus the shortcut.

    Args:
        inputs, outputs: channels.
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
    """112 px -> maps of the three stages.

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
