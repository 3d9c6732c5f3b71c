"""How a validation picture is taken: turned head, light from one side, little light, few pixels, compression."""

import io
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.config import Lights, Scene


@dataclass(frozen=True)
class Condition:
    """One way to take a picture of a rendered face.

    Attributes:
        name: as in the tables; `scene`: camera, light, yaw, blur.
        pixels: side that the picture is reduced to (0: as rendered); `jpeg`: quality (0: not compressed).
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
DROOP: Final = "face droops at rest"

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

QUICK: Final = tuple(c for c in CONDITIONS if c.name in ("frontal", "head turned +10°", DROOP))

TURNED_OR_LIT: Final = tuple(c for c in CONDITIONS if c.name.startswith(("head", "light")))
"""What symmetric reference faces are also seen under: the filters learn to overlook turn and light."""
