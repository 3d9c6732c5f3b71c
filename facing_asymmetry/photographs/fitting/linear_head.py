"""A face model made linear for fitting: mean face, principal components of its identities, blendshapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from facing_asymmetry.face_models.contract import BlendshapeBasis, FaceModel

SAMPLED: Final = range(20_000, 20_072)
"""Identities that the components are made of; no study shows them."""

COMPONENTS: Final = 40
"""Principal components of the identities."""


@dataclass(frozen=True)
class LinearHead:
    """`mean + shape @ components + weights @ blendshapes`: any face of a model, nearly, in its own frame.

    Attributes:
        model: the face model.
        centre: `(3,)` metres: the middle of the face, the origin of all that is fitted.
        mean: `(V, 3)` metres from the centre.
        components: `(K, V, 3)` metres per standard deviation.
        basis: blendshapes of the identity that is nearest to the mean.
        middle: number of that identity.
    """

    model: FaceModel
    centre: Float[ndarray, "3"]
    mean: Float[ndarray, "V 3"]
    components: Float[ndarray, "K V 3"]
    basis: BlendshapeBasis
    middle: int

    @classmethod
    def of(cls, model: FaceModel, numbers: Sequence[int] = SAMPLED, kept: int = COMPONENTS) -> "LinearHead":
        """Sample identities and find their principal components.

        Args:
            model: the face model.
            numbers: identities to sample.
            kept: number of components.
        """
        faces = [model.identity(number) for number in numbers]
        rests = np.stack([face.rest[:, :3] for face in faces]).astype(np.float64)
        mean = rests.mean(axis=0)
        deviations = (rests - mean).reshape(len(rests), -1)
        scores, spread, rows = np.linalg.svd(deviations, full_matrices=False)
        sizes = spread[:kept] / np.sqrt(len(rests) - 1)
        components = (rows[:kept] * sizes[:, None]).reshape(kept, *mean.shape)
        ends = [model.landmarks[name] for name in ("chin", "hairline")]
        centre = np.array([0.0, *mean[ends, 1:].mean(axis=0)])
        middle = faces[int(np.abs(scores[:, :kept] * sizes).max(axis=1).argmin())]
        return cls(model, centre, mean - centre, components, model.basis(middle), middle.number)

    @cached_property
    def fields(self) -> Float[ndarray, "E V 3"]:
        """Metres that each blendshape moves each vertex at weight 1."""
        return self.basis.displacements[..., :3].astype(np.float64)

    @cached_property
    def moves(self) -> Float[ndarray, "K+E V 3"]:
        """Displacements by identity, then by blendshape."""
        return np.concatenate([self.components, self.fields])

    def shape_of(self, rest: Float[ndarray, "V 3"]) -> Float[ndarray, " K"]:
        """Coefficients of a face of the model: least squares over its frontal part.

        Args:
            rest: metres, in the model's frame.
        """
        weight = np.sqrt(self.model.regions["face"])[:, None]
        flat = (self.components * weight).reshape(len(self.components), -1)
        wanted = ((rest - self.centre - self.mean) * weight).ravel()
        out: ndarray = np.linalg.lstsq(flat.T, wanted, rcond=None)[0]
        return out

    @cached_property
    def swapped_blendshapes(self) -> Int[ndarray, " E"]:
        """Each blendshape's mirror image."""
        out = np.arange(len(self.model.blendshapes))
        out[self.model.pairs] = self.model.pairs[:, ::-1]
        return out
