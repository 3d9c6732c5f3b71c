"""A face model made linear for fitting: mean face, principal components of its identities, blendshapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.face_models.contract import BlendshapeBasis, FaceModel

SAMPLED: Final = range(20_000, 20_096)
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
        basis: blendshapes of the mean face.
        resting: `(C,)` wrinkle activations at rest.
    """

    model: FaceModel
    centre: Float[ndarray, "3"]
    mean: Float[ndarray, "V 3"]
    components: Float[ndarray, "K V 3"]
    basis: BlendshapeBasis

    @classmethod
    def of(cls, model: FaceModel, numbers: Sequence[int] = SAMPLED, kept: int = COMPONENTS) -> "LinearHead":
        """Sample identities and find their principal components; mirror images are sampled too.

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
        eyes = [model.landmarks[name] for name in ("chin", "hairline")]
        centre = np.array([0.0, *mean[eyes, 1:].mean(axis=0)])
        middle = faces[int(np.abs(scores[:, :kept]).max(axis=1).argmin())]
        return cls(model, centre, mean - centre, components, model.basis(middle))

    @cached_property
    def fields(self) -> Float[ndarray, "E V 3"]:
        """Metres that each blendshape moves each vertex at weight 1."""
        return self.basis.displacements[..., :3].astype(np.float64)

    def shape_of(self, rest: Float[ndarray, "V 3"]) -> Float[ndarray, " K"]:
        """Coefficients of a face of the model: least squares over its frontal part.

        Args:
            rest: metres, in the model's frame.
        """
        weight = np.sqrt(self.model.regions["face"])[:, None]
        flat = (self.components * weight).reshape(len(self.components), -1)
        return np.linalg.lstsq(flat.T, ((rest - self.centre - self.mean) * weight).ravel(), rcond=None)[0]

    def vertices(self, shape: Float[ndarray, " K"], weights: Float[ndarray, " E"]) -> Float[ndarray, "V 3"]:
        """Metres from the centre."""
        rest: ndarray = self.mean + np.tensordot(shape, self.components, 1)
        return rest + np.tensordot(weights, self.fields, 1)
