"""Rendered faces of known s, photographed and measured, for fitting and testing the symmetry scale."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.interventions.resting import RestingDroop
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.landmarks import framed, mesh_points
from facing_asymmetry.photographs.symmetry_scale import DROOP
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.rendering.factory import make_renderer


@dataclass(frozen=True)
class Condition:
    """One way to take a picture of a rendered face.

    Attributes:
        name: as in the tables.
        scene: camera, light, yaw and blur.
        pixels: side that the image is reduced to; 0: as rendered.
        jpeg: quality; 0: not compressed.
        noise: standard deviation of the sensor's noise, levels of 255.
        droop: share of the default `resting_droop` that the left side of the face has at rest.
    """

    name: str
    scene: Scene = field(default_factory=Scene)
    pixels: int = 0
    jpeg: int = 0
    noise: float = 0.0
    droop: float = 0.0

    @property
    def symmetric(self) -> bool:
        """Whether a face whose right side is weak gives the mirror image of one whose left side is."""
        return self.scene.yaw == 0.0 and self.scene.lights.azimuth == 0.0 and self.droop == 0.0

    def develop(self, image: UInt8[ndarray, "H W 3"], seed: int) -> UInt8[ndarray, "h w 3"]:
        """The rendered picture as a camera would hand it over."""
        if self.noise:
            noise = np.random.default_rng(seed).normal(scale=self.noise, size=image.shape)
            image = np.clip(image + noise, 0, 255).round().astype(np.uint8)
        picture = Image.fromarray(image)
        if self.pixels:
            picture = picture.resize((self.pixels, self.pixels), Image.Resampling.BOX)
        if self.jpeg:
            held = io.BytesIO()
            picture.save(held, "JPEG", quality=self.jpeg)
            picture = Image.open(held)
        return np.asarray(picture.convert("RGB"))


def _turned(degrees: float) -> Condition:
    return Condition(f"head turned {degrees:+g}°", replace(Scene(), yaw=degrees))


def _lit_from(degrees: float) -> Condition:
    return Condition(f"light from {degrees:g}°", replace(Scene(), lights=replace(Lights(), azimuth=degrees)))


def _dim(share: float) -> Lights:
    rig = Lights()
    parts = {key: tuple(share * c for c in getattr(rig, key)) for key in ("key", "fill", "sky", "ground")}
    return replace(rig, **parts)  # type: ignore[arg-type]


FRONTAL: Final = Condition("frontal")

CONDITIONS: Final = (
    FRONTAL,
    *(_turned(degrees) for degrees in (5.0, 10.0, 20.0)),
    *(_lit_from(degrees) for degrees in (20.0, 45.0)),
    Condition("an eighth of the light, noise", replace(Scene(), lights=_dim(0.125)), noise=6.0),
    Condition("blur, sd 2 px", replace(Scene(), blur=2.0)),
    Condition("64 px", pixels=64),
    Condition("JPEG quality 20", jpeg=20),
    Condition(
        "turned 5°, light from 20°, blur, JPEG 50",
        replace(Scene(), yaw=5.0, blur=1.0, lights=replace(Lights(), azimuth=20.0)),
        jpeg=50,
    ),
    Condition(DROOP, droop=0.4),
)
"""Each differs from the first by what its name says. Heads and lights turned to the other side are mirror images, which
are measured alike: as both sides are weak in turn, they are in here.
"""

QUICK_CONDITIONS: Final = tuple(c for c in CONDITIONS if c.name in ("frontal", "head turned +10°", DROOP))

TURNED_OR_LIT: Final = tuple(c for c in CONDITIONS if c.name.startswith(("head", "light")))
"""What symmetric reference faces are also seen under: the filters learn to overlook turn and light."""


MIDLINE_HALF_WIDTH: Final = 0.004
"""Metres: the default blend of the sides at the midline."""

STEPS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Values of s."""


@dataclass(frozen=True)
class RenderedPhotograph:
    """One rendered face, photographed and measured; `points` and `frame` are None where no face was found.

    Attributes:
        emotion: `neutral` has side `left` and s = 1.
        points: `(468, 3)` pixels of the frame.
        frame: `(S, S, 3)` sRGB: what classifiers would see.
    """

    condition: str
    identity: int
    traits: dict[str, str | float]
    emotion: str
    side: str
    s: float
    points: Float[ndarray, "468 3"] | None
    frame: UInt8[ndarray, "S S 3"] | None


def shoot(
    model: FaceModel,
    identities: Sequence[int],
    conditions: Sequence[Condition],
    emotions: Sequence[str] = BASIC,
    s: Sequence[float] = STEPS,
) -> Iterator[RenderedPhotograph]:
    """Neutral faces, then authored expressions under `palsy` at t = 1, in every condition.

    The left side is weak, and where the condition is not symmetric the right side in turn; s = 1 is the same picture.
    """
    renderers = {c: make_renderer("fast", model.surface, c.scene) for c in conditions}
    for number in identities:
        identity = model.identity(number)
        framing = frame_identities(model, [identity])
        droop = RestingDroop().basis(_face(model, identity, "happiness"))[1]
        for emotion in ("neutral", *emotions):
            for condition, renderer in renderers.items():
                both = emotion != "neutral" and not condition.symmetric
                for side in ("left", "right") if both else ("left",):
                    values = (1.0,) if emotion == "neutral" else [at for at in s if at < 1.0 or side == "left"]
                    states = expression_states(model, identity, emotion, side, values)
                    images = pixels_of(renderer, states + np.float32(condition.droop) * droop, framing)
                    for place, (at, image) in enumerate(zip(values, images, strict=True)):
                        found = _look(condition.develop(image, 1000 * number + place))
                        shot = RenderedPhotograph(
                            condition.name, number, dict(identity.traits), emotion, side, float(at), *found
                        )
                        yield shot
                        if both and at == 1.0:
                            yield replace(shot, side="right")


def expression_states(
    model: FaceModel, identity: Identity, emotion: str, side: str, s: Sequence[float]
) -> Float[ndarray, "K V D"]:
    """States of the authored expression under `palsy` at t = 1, for each s; `neutral` is the rest state."""
    if emotion == "neutral":
        return np.repeat(identity.rest[None].astype(np.float32), len(s), axis=0)
    gains = make_intervention("palsy").gains(np.array(s, float), np.ones(len(s)), side)
    basis = make_intervention("palsy").basis(_face(model, identity, emotion))
    moved = np.tensordot(gains.astype(np.float32), basis.astype(np.float32), axes=1)
    return identity.rest[None].astype(np.float32) + moved


def _face(model: FaceModel, identity: Identity, emotion: str) -> Face:
    weights = np.asarray(authored_weights(emotion, model))
    return Face.showing(model, identity, weights, model.midline_weight(MIDLINE_HALF_WIDTH))


def pixels_of(renderer: Renderer, states: Float[ndarray, "K V D"], framing: Framing) -> UInt8[ndarray, "K S S 3"]:
    """Pictures of one subject's states, sRGB."""
    with torch.inference_mode():
        images = renderer.render(torch.from_numpy(states), framing, torch.zeros(len(states), dtype=torch.long))
    return (images.permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8)


def _look(picture: UInt8[ndarray, "H W 3"]) -> tuple[ndarray | None, ndarray | None]:
    found = detect(picture)
    if found is None:
        return None, None
    frame, points = framed(picture, mesh_points(picture, found))
    return points, frame
