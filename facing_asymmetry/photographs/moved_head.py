"""The face model of people on photographs: the head that is fitted to them, under a name of its own."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import PHOTOGRAPHS
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.contract import BlendshapeBasis, FaceModel, Identity


class MovedHead:
    """A face model whose faces are fitted to photographs: everything but the faces is the head's.

    Args:
        head: the model that is fitted.
        template: gives its blendshapes on the face that fits start from, the same for every person.
        fingerprint: hash of the head and of the code that fits and moves it.
    """

    def __init__(self, head: FaceModel, template: Callable[[], BlendshapeBasis], fingerprint: str) -> None:
        self.head, self._template = head, template
        self.name, self.fingerprint = PHOTOGRAPHS, fingerprint
        self.blendshapes, self.pairs, self.bounds, self.mirror = head.blendshapes, head.pairs, head.bounds, head.mirror
        self.wrinkles, self.regions, self.landmarks = head.wrinkles, head.regions, head.landmarks
        self.surface, self.inner_faces = head.surface, head.inner_faces

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Where the head is from; the photographs are the user's own."""
        return {**self.head.provenance, "fitted_head": self.head.name}

    def identity(self, number: int) -> Identity:
        """There is no face for a number alone.

        Raises:
            ConfigError: always; a person has a face for each photograph.
        """
        raise ConfigError(
            f"face_model={PHOTOGRAPHS} has no face number {number} by itself; its faces are those of a study's "
            "photographs, one for each person and emotion"
        )

    @cached_property
    def _basis(self) -> BlendshapeBasis:
        return self._template()

    def basis(self, identity: Identity) -> BlendshapeBasis:
        """Displacement of each blendshape at weight 1: the same on every person."""
        return self._basis

    def midline_weight(self, half_width: float) -> Float[ndarray, " V"]:
        """The head's own side weight, by metres of half width."""
        return self.head.midline_weight(half_width)
