"""The weights of a face whose sides move unequally, with the weak side raised to the strong side's."""

from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.learnt import learnt

SIDED: Final = ("_L", "_R")
"""Endings of blendshapes that move one side; the others of a pair move the midline to one side."""


def weak_side(model: FaceModel, weights: Float[ndarray, " E"]) -> str:
    """The person's side that moves less overall, `left` or `right`.

    Args:
        model: the face model that was fitted.
        weights: of the face, from a fit whose sides are not tied.
    """
    moved = np.linalg.norm(learnt(model)[0].fields.reshape(len(weights), -1), axis=1) * weights
    left, right = moved[_sided(model)].sum(axis=0)
    return "left" if left < right else "right"


def restored_weights(model: FaceModel, weights: Float[ndarray, " E"], factor: float = 1.0) -> Float[ndarray, " E"]:
    """The weights with those of the weak side raised towards the strong side's; the strong side keeps its own.

    A fit shows less asymmetry than there is, so a factor above 1 may be right; `photographs.restoring.restore` chooses
    it. No blendshape is raised by more than its strong partner's weight: that of a side that was quite still. Of
    blendshapes that draw jaw or mouth to one side, the weaker one is raised, so that they cancel.

    Args:
        model: the face model that was fitted.
        weights: of the face, from a fit whose sides are not tied.
        factor: multiplies the correction; 1 makes the sides equal.
    """
    sided = _sided(model)
    weak, strong = sided.T if weak_side(model, weights) == "left" else sided.T[::-1]
    across = np.array([pair for pair in model.pairs if pair.tolist() not in sided.tolist()], int).reshape(-1, 2)
    ordered = np.take_along_axis(across, np.argsort(weights[across], axis=1), axis=1)
    weak, strong = np.concatenate([np.stack([weak, strong], axis=1), ordered]).T
    out = np.array(weights, float)
    out[weak] += np.clip(factor * (out[strong] - out[weak]), 0.0, out[strong])
    return out


def _sided(model: FaceModel) -> Int[ndarray, "P 2"]:
    """Pairs of blendshapes of the left and the right side."""
    return np.array([pair for pair in model.pairs if model.blendshapes[pair[0]].endswith(SIDED)])
