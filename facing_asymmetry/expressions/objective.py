"""What is maximised: the emotion's log-probability, held near a plausible face."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.rendering.contract import Renderer, Stage


@dataclass(frozen=True)
class Faces:
    """The faces that an expression is fitted on.

    Attributes:
        stage: their camera and textures; `rest`: `(A, V, D)`; `basis`: `(A, K, V, D)` displacement per free parameter.
    """

    stage: Stage
    rest: Float[Tensor, "A V D"]
    basis: Float[Tensor, "A K V D"]

    def to(self, device: torch.device) -> "Faces":
        """The same faces on a device."""
        return Faces(self.stage, self.rest.to(device), self.basis.to(device))


@dataclass(frozen=True)
class Rows:
    """One row is one expression under optimisation.

    Attributes:
        target: `(R,)` column of the emotion's logit; `who`: `(R, I)` faces the row is fitted on.
        prior: `(R, K)` parameters the row is drawn towards.
    """

    target: Int[Tensor, " R"]
    who: Int[Tensor, "R I"]
    prior: Float[Tensor, "R K"]

    def to(self, device: torch.device) -> "Rows":
        """The same rows on a device."""
        return Rows(self.target.to(device), self.who.to(device), self.prior.to(device))

    def take(self, index: Int[Tensor, " r"]) -> "Rows":
        """Some of the rows."""
        return Rows(self.target[index], self.who[index], self.prior[index])


def log_probabilities(
    parameters: Float[Tensor, "R K"],
    rows: Rows,
    faces: Faces,
    renderer: Renderer,
    classifier: Classifier,
) -> Float[Tensor, "R I C"]:
    """Log-softmax of every class for every row on each of its faces, differentiable in the parameters."""
    r, i = rows.who.shape
    who = rows.who.reshape(-1)
    spread = parameters.repeat_interleave(i, dim=0)
    state = faces.rest[who].clone()
    for face in torch.unique(who).tolist():
        here = (who == face).nonzero()[:, 0]
        moved = (spread[here] @ faces.basis[face].flatten(1)).view(len(here), *state.shape[1:])
        state = state.index_add(0, here, moved)
    logits = classifier(renderer.render(state, faces.stage, who))
    check_logits(logits.detach(), classifier.record)
    return torch.log_softmax(logits, dim=1).view(r, i, -1)


def loss_of(
    logp: Float[Tensor, "R I C"], parameters: Float[Tensor, "R K"], rows: Rows, prior: float, size: float
) -> tuple[Float[Tensor, " R"], Float[Tensor, "R I"], Tensor]:
    """What is minimised, log-probabilities of the targets, and whether argmax is the target on every face.

    Args:
        logp: from `log_probabilities`; prior, size: weights of the squared distance to `rows.prior` and of the sum.
    """
    of_target = logp[torch.arange(len(logp), device=logp.device), :, rows.target]
    off_prior = (parameters - rows.prior).square().sum(1)
    loss = -of_target.mean(1) + prior * off_prior + size * parameters.abs().sum(1)
    return loss, of_target, (logp.argmax(2) == rows.target[:, None]).all(1)
