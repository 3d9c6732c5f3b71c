"""HSEmotion's EfficientNets: timm's networks with a linear head for expressions."""

from typing import Final

import timm
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.architectures.architecture import Architecture, CheckpointLayout

NETWORKS: Final = {"b0": "tf_efficientnet_b0.ns_jft_in1k", "b2": "tf_efficientnet_b2.ns_jft_in1k"}
"""timm's name by variant: 224 px and 1280 features, 260 px and 1408 features."""


class FirstOutputs(nn.Module):
    """Keeps the first outputs of a layer. It has no parameters, so the names beside it stay as they are."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def forward(self, x: Float[Tensor, "B N"]) -> Float[Tensor, "B K"]:
        """The first `count` columns."""
        return x[:, : self.count]


def hsemotion(classes: int = 8, variant: str = "b0", valence_arousal: bool = False) -> nn.Module:
    """HSEmotion in the layout of the authors' `enet_b0_8_best_vgaf`, `enet_b0_8_best_afew`, `enet_b2_7`, `enet_b2_8`.

    Savchenko, "Facial expression and attributes recognition based on multi-task learning of lightweight neural
    networks", SISY 2021; Savchenko, Savchenko and Makarov, IEEE Transactions on Affective Computing 13(4), 2022.

    Checkpoint: a whole pickled timm module, to be read for its tensors without executing it. The head is
    `classifier.0`, in some files `classifier` (the authors' own reader knows both). Nothing is left over.
    Input: RGB, b0 at 224 px and b2 at 260 px, mean .485 .456 .406, standard deviation .229 .224 .225; the detected
    face box, resized to a square.
    Labels: anger, contempt, disgust, fear, happiness, neutral, sadness, surprise; with seven classes the same without
    contempt.

    Args:
        classes: number of expressions.
        variant: "b0" or "b2".
        valence_arousal: of `enet_b0_8_va_mtl`, whose head has two more outputs at its end, valence and arousal; they
            are in the head's weights and left out of the logits.
    """
    network: nn.Module = timm.create_model(NETWORKS[variant], pretrained=False)
    outputs = classes + 2 if valence_arousal else classes
    head = nn.Sequential(nn.Linear(network.get_submodule("classifier").in_features, outputs))  # type: ignore[arg-type]
    if valence_arousal:
        head.append(FirstOutputs(classes))
    network.classifier = head
    return network


ARCHITECTURES: Final = {
    "hsemotion": Architecture(
        hsemotion,
        CheckpointLayout(
            None,
            pickled_module=True,
            renamed=(("classifier.weight", "classifier.0.weight"), ("classifier.bias", "classifier.0.bias")),
        ),
    )
}
