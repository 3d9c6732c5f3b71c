"""The gate: a small network of the logits alone that says how far each half of a face is to be believed."""

from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.defences.rules import Rule
from facing_asymmetry.classifiers.defences.views import HALVES
from facing_asymmetry.classifiers.loaders.torch_files import load_safetensors
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.user_weights import gate_file, gate_remedy
from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.errors import AssetError

WIDTH: Final = 64
"""Numbers in the hidden layer, see `repair.training.STEPS`."""

NEARLY: Final = 0.98
"""Share of the way to a change of the prediction that logits go where the gate is not sure."""


class HalvesGate(Rule):
    """Weighs both halves by one small network, so that of the mirrored picture the two weights change places.

    Where classes exclude each other, the prediction changes only where one half's weight exceeds `caution`; elsewhere
    the logits stop short of it.

    Args:
        outputs: of the classifier.
        exclusive: whether they are classes.

    Attributes:
        centre: `(K,)` mean of the logits it was trained on, each picture's own mean taken away.
        spread: their standard deviation.
        caution: weight of a half from which a prediction may change.
    """

    views = HALVES
    centre: Tensor
    spread: Tensor
    caution: Tensor

    def __init__(self, outputs: int, exclusive: bool = True) -> None:
        super().__init__()
        self.exclusive = exclusive
        self.hidden = nn.Linear(3 * outputs * (2 if exclusive else 1), WIDTH)
        self.score = nn.Linear(WIDTH, 1)
        self.register_buffer("centre", torch.zeros(outputs))
        self.register_buffer("spread", torch.ones(()))
        self.register_buffer("caution", torch.zeros(()))

    def weights(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B V"]:
        """Shares of the two halves; what they lack to 1 stays with the whole picture."""
        seen = [self._read(view) for view in (whole, *others.unbind(dim=1))]
        scores = [self._score(seen[0], seen[1], seen[2]), self._score(seen[0], seen[2], seen[1])]
        return torch.softmax(torch.cat([torch.zeros_like(scores[0]), *scores], dim=1), dim=1)[:, 1:]

    def forward(self, whole: Float[Tensor, "B K"], others: Float[Tensor, "B V K"]) -> Float[Tensor, "B K"]:
        """The combined logits; where all views have the same logits, these very logits."""
        weights = self.weights(whole, others)
        moved = (weights[..., None] * (others - whole[:, None])).sum(dim=1)
        if not self.exclusive:
            return whole + moved
        room = ((1.0 - self.caution) / 2.0).clamp_min(1e-3)  # the prediction comes to change over half of it
        sure = ((weights.amax(dim=1, keepdim=True) - self.caution) / room).clamp(0.0, 1.0)
        kept = _step_that_keeps_the_prediction(whole, moved)
        return whole + (kept + (1.0 - kept) * sure) * moved

    def _read(self, logits: Float[Tensor, "B K"]) -> Float[Tensor, "B F"]:
        if not self.exclusive:
            return (logits - self.centre) / self.spread
        level = logits - logits.mean(dim=1, keepdim=True)
        return torch.cat([(level - self.centre) / self.spread, 2.0 * torch.softmax(logits, dim=1) - 1.0], dim=1)

    def _score(self, *views: Float[Tensor, "B F"]) -> Float[Tensor, "B 1"]:
        out: Tensor = self.score(torch.tanh(self.hidden(torch.cat(views, dim=1))))
        return out


def _step_that_keeps_the_prediction(whole: Float[Tensor, "B K"], moved: Float[Tensor, "B K"]) -> Float[Tensor, "B 1"]:
    """The largest share of the move, at most 1, with which the largest logit stays the largest."""
    best = whole.argmax(dim=1, keepdim=True)
    lead = whole.gather(1, best) - whole
    gain = moved - moved.gather(1, best)
    reach = torch.where(gain > 0.0, NEARLY * lead / gain.clamp_min(1e-12), torch.ones_like(gain))
    return reach.amin(dim=1, keepdim=True).clamp(0.0, 1.0)


def load_gate(record: ClassifierRecord) -> HalvesGate:
    """The gate of a defended classifier, checked against its hash.

    Raises:
        AssetError: the file is missing, has other bytes than recorded, or was made for other outputs.
    """
    path, again = gate_file(record), gate_remedy(record)
    if record.gate_sha256 and file_sha256(path) != record.gate_sha256:
        raise AssetError(f"{path} is not the gate that {record.name} was recorded with (SHA-256 differs). {again}")
    gate, found = HalvesGate(len(record.labels), record.exclusive), load_safetensors(path)
    wanted = {name: tensor.shape for name, tensor in gate.state_dict().items()}
    if {name: tensor.shape for name, tensor in found.items()} != wanted:
        raise AssetError(f"{path} is no gate for the {len(record.labels)} outputs of {record.name}. {again}")
    gate.load_state_dict(found)
    return gate
