"""Face models, and the faces that they make."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.api.display import facts_html, listed, picture_html
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.expressions import AuthoredExpression
from facing_asymmetry.expressions import __all__ as AUTHORED

if TYPE_CHECKING:
    from jaxtyping import Float
    from numpy import ndarray
    from PIL.Image import Image

    from facing_asymmetry.config import Scene
    from facing_asymmetry.face_models.contract import FaceModel, Identity
    from facing_asymmetry.interventions.contract import Face
    from facing_asymmetry.rendering.contract import Framing, Renderer

IDENTITIES_KEPT: Final = 16
"""Identities that a face model keeps in memory (each has a texture of some megabytes)."""


def load_face_model(name: str = "makehuman") -> "LoadedFaceModel":
    """Load a face model.

    Args:
        name: one of `list_face_models()`. `facing-asymmetry setup` builds `makehuman`; `flame` and `ict` need files
            that you import first (`facing-asymmetry faces import`).

    Raises:
        ConfigError: no face model has this name.
        AssetError: its file is missing or damaged; the message says what to do.
    """
    from facing_asymmetry.runs.stimuli import shared_model

    return LoadedFaceModel(shared_model(name))


def list_face_models(pattern: str = "*", *, ready: bool | None = None) -> list[str]:
    """Names of the face models.

    Args:
        pattern: only names that match it, as file names match `*` and `?`.
        ready: True: only those that can be loaded now; False: only the others; None: all.
    """
    from facing_asymmetry.face_models.registry import NAMES, listing

    names = [name for name in NAMES if fnmatch(name, pattern)]
    if ready is None:
        return names
    here = {row["name"] for row in listing() if row["state"] == "ready"}
    return [name for name in names if ready == (name in here)]


@dataclass(frozen=True, repr=False, eq=False)
class LoadedFaceModel:
    """A face model: `identity(n)` gives its faces.

    Attributes:
        model: the model itself, with its mesh, blendshapes, mirror map and regions.
    """

    model: "FaceModel"
    _identities: dict[int, "Identity"] = field(default_factory=dict)
    _renderers: dict[tuple[str, str], "Renderer"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name, as in `list_face_models()`."""
        return self.model.name

    @property
    def blendshapes(self) -> tuple[str, ...]:
        """Names of the blendshapes; those of one side end in `_L` or `_R` (the person's side)."""
        return tuple(self.model.blendshapes)

    def identity(self, number: int) -> "ShownFace":
        """A face with a neutral expression: the same number gives the same face on every machine.

        Args:
            number: of the identity, 0 or more.

        Raises:
            ConfigError: the number is no whole number of at least 0.
        """
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ConfigError(f"identity = {number!r}; it must be a whole number of at least 0")
        return ShownFace(self, number)

    def renderer(self, scene: "Scene", name: str = "fast", device: str = "cpu") -> "Renderer":
        """A renderer of this model's faces; it is kept for later calls.

        Args:
            scene: camera, lights and image size.
            name: `fast`, `pytorch3d` or `torch`; all of them draw the same image.
            device: `cpu` or `cuda`.

        Raises:
            ConfigError: unknown renderer or device.
        """
        from facing_asymmetry.rendering.factory import make_renderer

        if (name, device) not in self._renderers:
            self._renderers[name, device] = make_renderer(name, self.model.surface, scene, device)
        return self._renderers[name, device].in_scene(scene)

    def at_rest(self, number: int) -> "Identity":
        """Rest state and texture of an identity; the last few are kept in memory."""
        if number not in self._identities:
            while len(self._identities) >= IDENTITIES_KEPT:
                self._identities.pop(next(iter(self._identities)))
            self._identities[number] = self.model.identity(number)
        return self._identities[number]

    def __repr__(self) -> str:
        return f"<face model {self.name}: {len(self.model.mirror):,} vertices, {len(self.blendshapes)} blendshapes>"

    def _repr_html_(self) -> str:
        made = self.model.provenance
        return facts_html(
            f"Face model {self.name}",
            {
                "vertices": f"{len(self.model.mirror):,}",
                "blendshapes": listed(self.blendshapes),
                "version": made.get("version", ""),
                "licence": made.get("licence", ""),
            },
        )


@dataclass(frozen=True, repr=False, eq=False)
class ShownFace:
    """One identity with an expression; a notebook shows its picture.

    Attributes:
        head: its face model.
        number: of the identity.
        expression: name of the expression.
        blendshape_weights: weight of each blendshape that is not 0, by name.
    """

    head: LoadedFaceModel
    number: int
    expression: str = "neutral"
    blendshape_weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def traits(self) -> Mapping[str, str | float]:
        """What is known of the identity: sex, age, ancestry, skin, ..."""
        return self.head.at_rest(self.number).traits

    def show(self, expression: AuthoredExpression | Mapping[str, float], name: str = "") -> "ShownFace":
        """This identity with an expression.

        Args:
            expression: one of `fa.expressions`, or blendshape weights by name, such as those of `run.expression(...)`.
                A name without side (`browDown` for `browDown_L` and `browDown_R`) sets both sides.
            name: what the expression is called, if it is given as weights.

        Raises:
            ConfigError: the face model has no such blendshape, or the expression is neither of the two.
        """
        if isinstance(expression, AuthoredExpression):
            from facing_asymmetry.expressions.authored import authored_weights

            weights = authored_weights(expression.emotion, self.head.model)
            shown = dict(zip(self.head.blendshapes, weights.tolist(), strict=True))
            return ShownFace(self.head, self.number, expression.emotion, {k: w for k, w in shown.items() if w})
        if not hasattr(expression, "items"):
            raise ConfigError(
                f"expression = {expression!r}; give one of fa.expressions ({', '.join(AUTHORED)}), or blendshape "
                "weights by name"
            )
        return ShownFace(self.head, self.number, name or "own expression", self._by_blendshape(expression))

    def _by_blendshape(self, weights: Mapping[str, float]) -> dict[str, float]:
        known, found = self.head.blendshapes, dict[str, float]()
        for name, weight in weights.items():
            own = [one for one in (name, f"{name}_L", f"{name}_R") if one in known]
            if not own:
                raise ConfigError(f"{self.head.name} has no blendshape {name!r}{suggestion(name, known)}")
            found.update((one, float(weight)) for one in own)
        return {name: weight for name, weight in found.items() if weight}

    @cached_property
    def posed(self) -> "Face":
        """The face as interventions take it: rest state, blendshapes, and the displacement of the expression."""
        import numpy as np

        from facing_asymmetry.config import FaceModelConfig
        from facing_asymmetry.interventions.contract import Face

        model = self.head.model
        weights: Float[ndarray, " E"] = np.array(
            [self.blendshape_weights.get(name, 0.0) for name in self.head.blendshapes], np.float32
        )
        left = model.midline_weight(FaceModelConfig().half_width_mm / 1000)
        return Face.showing(model, self.head.at_rest(self.number), weights, left)

    @cached_property
    def framing(self) -> "Framing":
        """Camera and texture of the identity."""
        from facing_asymmetry.rendering.camera import frame_identities

        return frame_identities(self.head.model, [self.head.at_rest(self.number)])

    @cached_property
    def image(self) -> "Image":
        """Its picture, 224 x 224 pixels."""
        import torch
        from PIL import Image

        from facing_asymmetry.config import Scene
        from facing_asymmetry.responses.contact_sheet import to_bytes

        state = torch.from_numpy(self.posed.identity.rest + self.posed.displacement.total)[None]
        with torch.no_grad():
            drawn = self.head.renderer(Scene()).render(state, self.framing, torch.zeros(1, dtype=torch.long))
        return Image.fromarray(to_bytes(drawn)[0])

    def __repr__(self) -> str:
        return f"<face: {self.head.name}, identity {self.number}, {self.expression}>"

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _repr_html_(self) -> str:
        traits: Any = ", ".join(str(round(v) if isinstance(v, float) else v) for v in self.traits.values())
        return f"{picture_html(self.image, repr(self)[1:-1])}<br>identity {self.number}, {self.expression}: {traits}"
