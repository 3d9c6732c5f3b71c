"""Residual masking network: a ResNet-34 whose four stages are each followed by a masking block."""

from jaxtyping import Float
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, ResNet

from facing_asymmetry.classifiers.architectures.masking import Masking, masked


class ResidualMaskingNetwork(ResNet):
    """224 px -> logits; torchvision's ResNet-34 with masks of depth 4, 3, 2 and 1.

    Pham, Vu and Tran, "Facial Expression Recognition Using Residual Masking Network", ICPR 2020.

    Args:
        classes: number of outputs. The head begins with a dropout, so the linear layer is `fc.1`.
    """

    def __init__(self, classes: int) -> None:
        super().__init__(BasicBlock, [3, 4, 6, 3])
        self.fc = nn.Sequential(nn.Dropout(0.4), nn.Linear(512, classes))
        for number, channels in enumerate((64, 128, 256, 512), start=1):
            self.add_module(f"mask{number}", Masking(channels, depth=5 - number))

    def forward(self, x: Float[Tensor, "B 3 224 224"]) -> Float[Tensor, "B K"]:
        """Logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for number in range(1, 5):
            x = masked(self.get_submodule(f"layer{number}")(x), self.get_submodule(f"mask{number}"))
        logits: Tensor = self.fc(self.avgpool(x).flatten(1))
        return logits


def resmasknet(classes: int = 7) -> nn.Module:
    """The residual masking network in the layout of the authors' `Z_resmasking_dropout1_rot30_2019Nov30_13.32`.

    Checkpoint: `torch.save` of a dictionary; the state is under `net`, without prefix. Nothing is left over.
    Input: 224 px, values in [0, 1] and no further normalisation; the authors cut a square of 1.1 times the face box
    and, on the path that detects faces, make it grey and repeat it in three channels.
    Labels: angry, disgust, fear, happy, sad, surprise, neutral (the order of FER2013's own labels).
    """
    return ResidualMaskingNetwork(classes)
