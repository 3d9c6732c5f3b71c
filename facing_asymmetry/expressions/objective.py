"""What a search minimises: the emotion's negative log-probability in rendered frames, held near a plausible face."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import OptimiserSettings, Scene
from facing_asymmetry.expressions.expression import TiedBlendshapes
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.rendering.camera import FACE_BOX_FRACTION
from facing_asymmetry.rendering.contract import Framing, Renderer

SAMPLES: Final = 2.0
"""Samples of a coarse frame, along each axis, per pixel that the classifier sees of it."""


@dataclass(frozen=True)
class FitFaces:
    """The faces that expressions are fitted on.

    Attributes:
        tied: the K free parameters of their face model.
        framing: their cameras and textures.
        rest: `(A, V, D)` vertices at rest.
        basis: `(A, K, V, D)` displacement per free parameter.
    """

    tied: TiedBlendshapes
    framing: Framing
    rest: Float[Tensor, "A V D"]
    basis: Float[Tensor, "A K V D"]

    @classmethod
    def of(cls, model: FaceModel, identities: list[Identity], framing: Framing) -> "FitFaces":
        """Rest states and displacements of identities, on the device of their framing."""
        tied = TiedBlendshapes.of(model)
        rest: ndarray = np.stack([s.rest for s in identities]).astype(np.float32)
        bases = [np.tensordot(tied.spread, model.basis(s).displacements, axes=1) for s in identities]
        basis: ndarray = np.stack(bases).astype(np.float32)
        device = framing.centre.device
        return cls(tied, framing, torch.from_numpy(rest).to(device), torch.from_numpy(basis).to(device))


@dataclass(frozen=True)
class Rows:
    """One row is one expression under optimisation.

    Attributes:
        target: `(R,)` column of the emotion's logit.
        faces: `(R, I)` indices of the faces the row is fitted on.
        prior: `(R, K)` parameters the row is drawn towards.
    """

    target: Int[Tensor, " R"]
    faces: Int[Tensor, "R I"]
    prior: Float[Tensor, "R K"]

    def to(self, device: torch.device) -> "Rows":
        """The same rows on a device."""
        return Rows(self.target.to(device), self.faces.to(device), self.prior.to(device))


@dataclass(frozen=True)
class Evaluation:
    """What the classifier makes of R rows of parameters.

    Attributes:
        loss: `(R,)` what is minimised.
        probability: `(R, I)` of the emotion on each face of the row; it has no gradient.
        hit: `(R,)` whether argmax is the emotion on every face of the row.
    """

    loss: Float[Tensor, " R"]
    probability: Float[Tensor, "R I"]
    hit: Bool[Tensor, " R"]


@dataclass(frozen=True)
class Objective:
    """The loss of expressions as a function of their free parameters.

    Attributes:
        rows: the expressions.
        faces: the faces they are fitted on.
        renderer: draws the frames.
        classifier: judges the frames.
        settings: weights of the loss, bounds and stopping rules.
    """

    rows: Rows
    faces: FitFaces
    renderer: Renderer
    classifier: Classifier
    settings: OptimiserSettings

    @property
    def box(self) -> tuple[Float[Tensor, " K"], Float[Tensor, " K"]]:
        """Lowest and highest value of each parameter."""
        bounds = torch.from_numpy(self.faces.tied.bounds).to(self.faces.rest.device)
        return bounds[:, 0], bounds[:, 1] * self.settings.overdrive

    def take(self, index: Int[Tensor, " r"]) -> "Objective":
        """The objective of some of the rows."""
        rows = self.rows
        return replace(self, rows=Rows(rows.target[index], rows.faces[index], rows.prior[index]))

    def blocks(self, index: Int[Tensor, " r"]) -> Iterator[tuple[Int[Tensor, " b"], "Objective"]]:
        """Some of the rows in blocks whose frames fit into memory, each with its own objective."""
        at_once = max(1, self.settings.block // self.rows.faces.shape[1])
        for block in index.split(at_once):
            yield block, self.take(block)

    def frames(self, parameters: Float[Tensor, "R K"]) -> Float[Tensor, "RI 3 H W"]:
        """Images of every row on each of its faces, row by row, differentiable in the parameters."""
        row = self.rows.faces.reshape(-1)
        spread = parameters.repeat_interleave(self.rows.faces.shape[1], dim=0)
        state = self.faces.rest[row].clone()
        for face in torch.unique(row).tolist():
            here = (row == face).nonzero()[:, 0]
            moved = (spread[here] @ self.faces.basis[face].flatten(1)).view(len(here), *state.shape[1:])
            state = state.index_add(0, here, moved)
        return self.renderer.render(state, self.faces.framing, row)

    def log_probabilities(self, parameters: Float[Tensor, "R K"]) -> Float[Tensor, "R I C"]:
        """Log-softmax of every class for every row on each of its faces, differentiable in the parameters.

        Raises:
            ModelError: the classifier returned a logit that is not finite.
        """
        logits = self.classifier(self.frames(parameters))
        check_logits(logits.detach(), self.classifier.record)
        return torch.log_softmax(logits, dim=1).view(*self.rows.faces.shape, -1)

    def evaluate(self, parameters: Float[Tensor, "R K"]) -> Evaluation:
        """Render and classify every row; the loss is differentiable in the parameters.

        Raises:
            ModelError: as of `log_probabilities`.
        """
        return self.evaluation(self.log_probabilities(parameters), parameters)

    def evaluation(self, logp: Float[Tensor, "R I C"], parameters: Float[Tensor, "R K"]) -> Evaluation:
        """The evaluation that follows from the log-probabilities of these parameters."""
        target = self.rows.target
        of_target = logp[torch.arange(len(logp), device=logp.device), :, target]
        off_prior = (parameters - self.rows.prior).square().sum(1)
        held = self.settings.prior * off_prior, self.settings.size * parameters.abs().sum(1)
        loss = -of_target.mean(1) + held[0] + held[1]
        return Evaluation(loss, of_target.detach().exp(), (logp.argmax(2) == target[:, None]).all(1))


def coarse_scene(scene: Scene, record: ClassifierRecord) -> Scene | None:
    """The scene with one sample a pixel and about `SAMPLES` pixels per pixel of the classifier, at most its own.

    Returns:
        A scene that is cheaper to search through, None where there is none.
    """
    seen = record.input_size / (record.crop * FACE_BOX_FRACTION)
    size = min(scene.image_size, math.ceil(SAMPLES * seen / 16) * 16)
    if size % 2 or size >= scene.samples:
        return None
    return replace(scene, image_size=size, supersample=1)
