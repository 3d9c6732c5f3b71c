"""Controls of the scene: the face moves as it would, and something that is not the face changes with 1 - s."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from pydantic import StrictFloat

from facing_asymmetry.config import Scene
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.interventions.contract import INTENSITY, Axis, Face, Intervention, Invariant

SYMMETRIC_FACE = frozenset(
    {
        Invariant.FULL_EXPRESSION,
        Invariant.SYMMETRIC_AT_ONE,
        Invariant.ALWAYS_SYMMETRIC,
        Invariant.REST_AT_ZERO,
        Invariant.CONSTANT_MOTION,
    }
)
"""Promises about the *face* of every scene control; the image changes even at t = 0."""


@schema()
class SceneControl(Intervention):
    """Base of the interventions that leave the face alone: `rest + t * displacement`, rendered anew for every s."""

    sides: ClassVar[tuple[str, ...]] = ("both",)
    formula: ClassVar[str] = "rest + t d, in another scene"
    purpose: ClassVar[str] = "how large an everyday change of the picture is beside a palsy"
    invariants: ClassVar[frozenset[Invariant]] = SYMMETRIC_FACE
    repeats: ClassVar[bool] = True

    def basis(self, face: Face) -> Float[ndarray, "1 V D"]:
        """The expression."""
        return face.displacement.total[None]

    def gains(self, s: Float[ndarray, " N"], t: Float[ndarray, " N"], side: str) -> Float[ndarray, "N 1"]:
        """Gain of the expression."""
        self.check_side(side)
        return t[:, None]


def _dose(meaning: str) -> tuple[Axis, ...]:
    return (Axis("s", meaning, 0.0, 1.0), INTENSITY)


@schema()
class Noop(SceneControl):
    """The same frame rendered and classified again: the pipeline's own noise, and the placebo of the refuters."""

    name: str = "noop"
    kind: ClassVar[str] = "noop"
    summary: ClassVar[str] = "Control: nothing is changed; the same frame is rendered again at every s."
    formula: ClassVar[str] = "rest + t d, rendered again for every s"
    purpose: ClassVar[str] = "the pipeline's own noise; the placebo of `refute`"
    axes: ClassVar[tuple[Axis, ...]] = _dose("nothing: every s is the same frame, rendered again")


@schema()
class Yaw(SceneControl):
    """The head turns to one side, by `degrees` at s = 0.

    Attributes:
        degrees: angle at s = 0.
    """

    name: str = "yaw"
    degrees: StrictFloat = 20.0
    kind: ClassVar[str] = "yaw"
    summary: ClassVar[str] = "Scene control: the symmetric face turns to one side as s falls."
    beyond_photographs: ClassVar[str] = "the head can't be turned: the other side of it is not in the picture"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    axes: ClassVar[tuple[Axis, ...]] = _dose("1: the study's pose, 0: turned by `degrees`")

    def __post_init__(self) -> None:
        _within(self, "degrees", -90.0, 90.0)

    def scene(self, scene: Scene, s: float, side: str) -> Scene:
        """The head turned by (1 - s) * degrees towards the person's `side`."""
        return replace(scene, yaw=scene.yaw + _signed(side) * (1.0 - s) * self.degrees)


@schema()
class LightAzimuth(SceneControl):
    """The lights turn to one side, by `degrees` at s = 0: an asymmetry of the image that is none of the face.

    Attributes:
        degrees: angle at s = 0.
    """

    name: str = "light"
    degrees: StrictFloat = 45.0
    kind: ClassVar[str] = "light"
    summary: ClassVar[str] = "Scene control: the light moves to one side of the symmetric face as s falls."
    beyond_photographs: ClassVar[str] = "the light is in the picture and can't be moved"
    sides: ClassVar[tuple[str, ...]] = ("left", "right")
    axes: ClassVar[tuple[Axis, ...]] = _dose("1: the study's light, 0: turned by `degrees`")

    def __post_init__(self) -> None:
        _within(self, "degrees", -180.0, 180.0)

    def scene(self, scene: Scene, s: float, side: str) -> Scene:
        """The lights turned by (1 - s) * degrees towards the person's `side`."""
        azimuth = scene.lights.azimuth + _signed(side) * (1.0 - s) * self.degrees
        return replace(scene, lights=replace(scene.lights, azimuth=azimuth))


@schema()
class Scale(SceneControl):
    """The face grows or shrinks in the frame, to `factor` times its size at s = 0: a detector's box that is off.

    Attributes:
        factor: of its size, at s = 0.
    """

    name: str = "scale"
    factor: StrictFloat = 0.8
    kind: ClassVar[str] = "scale"
    summary: ClassVar[str] = "Scene control: the symmetric face gets smaller as s falls."
    axes: ClassVar[tuple[Axis, ...]] = _dose("1: the study's framing, 0: `factor` times as large")

    def __post_init__(self) -> None:
        _within(self, "factor", 0.2, 5.0)

    def scene(self, scene: Scene, s: float, side: str) -> Scene:
        """The focal length times 1 + (1 - s) * (factor - 1)."""
        return replace(scene, zoom=scene.zoom * (1.0 + (1.0 - s) * (self.factor - 1.0)))


@schema()
class Blur(SceneControl):
    """The image loses focus: a Gaussian of `sigma` pixels at s = 0.

    Attributes:
        sigma: standard deviation at s = 0, in pixels.
    """

    name: str = "blur"
    sigma: StrictFloat = 3.0
    kind: ClassVar[str] = "blur"
    summary: ClassVar[str] = "Scene control: the picture of the symmetric face blurs as s falls."
    axes: ClassVar[tuple[Axis, ...]] = _dose("1: the study's focus, 0: blurred by `sigma` pixels")

    def __post_init__(self) -> None:
        _within(self, "sigma", 0.0, 32.0)

    def scene(self, scene: Scene, s: float, side: str) -> Scene:
        """Variances of the study's own blur and this one add up."""
        return replace(scene, blur=float(np.hypot(scene.blur, (1.0 - s) * self.sigma)))


def _signed(side: str) -> float:
    return 1.0 if side == "left" else -1.0


def _within(intervention: Intervention, key: str, low: float, high: float) -> None:
    value = getattr(intervention, key)
    if not low <= value <= high:
        raise ConfigError(f"interventions.{intervention.name}.{key} = {value}; it must lie in [{low:g}, {high:g}]")
