"""Readouts of the planted networks: ridge regression from rendered faces to the gains that moved their two sides.

The identities and gains are not those of the study that the oracles are then tested in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.halves import halves
from facing_asymmetry.runs.study import Study
from facing_asymmetry.validation.planted.halves import FEATURE_SEEDS, outer_halves, random_features
from facing_asymmetry.validation.planted.networks import antisymmetric_half, symmetric_half

RIDGE_SHARE: Final = 1e-4
"""Penalty of the readouts, as a share of the mean squared length of a sample."""

FACES_EACH: Final = 16
"""Gains drawn for each face and emotion; a quarter of them with equal sides."""


@dataclass(frozen=True)
class Readouts:
    """Weights of the oracles and of the readers of a half, one row per emotion.

    Attributes:
        asymmetry: Weights `(K, H)` of the antisymmetric half.
        motion: Weights `(K, H)` of the symmetric half.
        bias: Offsets `(K,)` of the readouts of the symmetric half.
        half: Weights `(K, W + 1)` of the outer columns of a half, for the gain of its side; the offset comes last.
        convolutions: Weights `(2, K, F + 1)` of the random features of either half, for its squared gain; the offset
            comes last.
    """

    asymmetry: Float[ndarray, "K H"]
    motion: Float[ndarray, "K H"]
    bias: Float[ndarray, " K"]
    half: Float[ndarray, "K W1"]
    convolutions: Float[ndarray, "2 K F1"]


def train(study: Study, record: ClassifierRecord, emotions: Sequence[str], identities: Sequence[int]) -> Readouts:
    """Render faces with independent gains of left and right, and regress the gains on what the record's input shows.

    Args:
        study: Supplies face model, renderer and scene.
        record: Says how frames become inputs.
        emotions: One readout each.
        identities: Numbers of the identities, none of them in the study.
    """
    rows = []
    with Progress().task("train oracles", len(emotions)) as step:
        for emotion in emotions:
            gains, inputs = zip(*(_samples(study, record, emotion, number) for number in identities), strict=True)
            rows.append(_fit(np.concatenate(gains), torch.cat(inputs)))
            step(1, emotion)
    asymmetry, motion, bias, half, convolutions = map(np.stack, zip(*rows, strict=True))
    return Readouts(asymmetry, motion, bias, half, convolutions.swapaxes(0, 1))


def _samples(study: Study, record: ClassifierRecord, emotion: str, number: int) -> tuple[Float[ndarray, "N 2"], Tensor]:
    """Left and right gains, and the network's inputs."""
    gains = _gains(number)
    identity = study.identity(number)
    face = Face.showing(study.model, identity, authored_weights(emotion, study.model), study.left)
    moved = face.displacement
    _, left, right, midline = halves(moved.facial_nerve + moved.other_muscles, moved.midline, face.left)
    parts = np.stack([left, right, midline]).reshape(3, -1)
    scale = np.column_stack([gains, gains.max(axis=1)]).astype(np.float32)
    states = identity.rest + (scale @ parts).reshape(len(gains), *identity.rest.shape)
    with torch.inference_mode():
        images = study.renderer.render(
            torch.from_numpy(states.astype(np.float32)).to(study.config.device),
            study.framing_of([number]),
            torch.zeros(len(states), dtype=torch.long, device=study.config.device),
        )
        return gains, preprocess(images, record).cpu()


def _gains(number: int) -> Float[ndarray, "N 2"]:
    gains = np.random.default_rng([2026, number]).uniform(0.0, 1.0, (FACES_EACH, 2))
    gains[: FACES_EACH // 4, 1] = gains[: FACES_EACH // 4, 0]
    return gains


def _fit(gains: Float[ndarray, "N 2"], inputs: Tensor) -> tuple[ndarray, ...]:
    """One row of each field of `Readouts`."""
    odd, even = (half(inputs).double().numpy() for half in (antisymmetric_half, symmetric_half))
    motion = _affine(even, gains.mean(axis=1))
    halves, sides = outer_halves(inputs), (gains[:, 1], gains[:, 0])  # the person's right lies on the image's left
    half = _affine(torch.cat(halves).flatten(1).double().numpy(), np.concatenate(sides))
    with torch.inference_mode():
        features = [random_features(seed)(x).double().numpy() for seed, x in zip(FEATURE_SEEDS, halves, strict=True)]
    convolutions = [_affine(x, side**2) for x, side in zip(features, sides, strict=True)]
    return _ridge(odd, gains[:, 0] - gains[:, 1]), motion[:-1], motion[-1], half, np.stack(convolutions)


def _affine(samples: Float[ndarray, "N H"], target: Float[ndarray, " N"]) -> Float[ndarray, " H1"]:
    """Ridge regression with an offset, which comes last."""
    centre = samples.mean(axis=0)
    weight = _ridge(samples - centre, target - target.mean())
    return np.append(weight, target.mean() - centre @ weight)


def _ridge(samples: Float[ndarray, "N H"], target: Float[ndarray, " N"]) -> Float[ndarray, " H"]:
    """Ridge regression in its dual form: there are fewer samples than pixels."""
    kernel = samples @ samples.T
    penalty = RIDGE_SHARE * np.trace(kernel) / len(kernel)
    return np.asarray(samples.T @ np.linalg.solve(kernel + penalty * np.eye(len(kernel)), target))
