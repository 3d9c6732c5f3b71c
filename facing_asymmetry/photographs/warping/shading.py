"""How bright a fitted head is by itself, evenly coloured, in the light of its photograph.

The ratio of two such pictures is what a change of the face does to its light: folds vanish, cheeks sink.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.classifiers.preprocessing import LUMA
from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.face_models.contract import Surface
from facing_asymmetry.photographs.fitting.projection import DISTANCE
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.factory import make_renderer

AZIMUTHS: Final = (-60.0, -40.0, -20.0, 0.0, 20.0, 40.0, 60.0)
"""Degrees of the lights that are tried."""

LAMPS: Final = (0.4, 1.0, 1.8)
"""Strengths of the lamps against the ambient light that are tried."""

GREY: Final = 150
"""sRGB level of the head's even colour."""


class HeadLight:
    """Draws a head in one even colour.

    Args:
        surface: of the face model.
        size: side of the frame, pixels.
        scale: pixels of the frame per metre, at the depth of the head's origin.
    """

    def __init__(self, surface: Surface, size: int, scale: float) -> None:
        self._size, self._scale = size, scale
        self._renderer = make_renderer(
            "fast", surface, Scene(image_size=size, supersample=1 + size % 2, distance=DISTANCE)
        )
        albedo = np.full((1, 4, 4, 4), GREY, np.uint8)
        albedo[..., 3] = 0
        self._framing = Framing(torch.from_numpy(albedo), torch.zeros(1, 3), torch.tensor([size / scale]))

    def brightness(
        self, states: Float[ndarray, "B V D"], places: Float[ndarray, "B V 3"], lights: Lights
    ) -> Float[ndarray, "B S S"]:
        """Brightness of each pixel, sRGB luma in [0, 1].

        Args:
            states: give the furrows.
            places: frame pixels and nearness of the vertices.
            lights: of the photograph.
        """
        depth = 1.0 / places[..., 2:]
        flat = (places[..., :2] - self._size / 2) * [1.0, -1.0] / self._scale * (depth / DISTANCE)
        seen = np.concatenate([flat, DISTANCE - depth, states[..., 3:]], axis=-1).astype(np.float32)
        scene = replace(self._renderer.scene, lights=lights)
        with torch.inference_mode():
            rows = torch.zeros(len(seen), dtype=torch.long)
            images = self._renderer.in_scene(scene).render(torch.from_numpy(seen), self._framing, rows)
        out: ndarray = np.einsum("bkij,k->bij", images.numpy(), np.array(LUMA, np.float32))
        return out

    def lights_of(
        self,
        state: Float[ndarray, "V D"],
        places: Float[ndarray, "V 3"],
        frame: Float[ndarray, "S S 3"],
        skin: Float[ndarray, "S S"],
    ) -> Lights:
        """Of a few lights, the one that explains best how bright the skin of a photograph is.

        Args:
            state: that the photograph shows.
            places: of its vertices.
            frame: sRGB in [0, 1].
            skin: whether a pixel shows skin of the face.
        """
        luma = np.log(np.maximum(frame @ np.array(LUMA), 0.02))[skin]

        def misfit(lights: Lights) -> float:
            shade = np.log(np.maximum(self.brightness(state[None], places[None], lights)[0], 0.02))[skin]
            difference = luma - shade
            return float(np.abs(difference - np.median(difference)).mean())

        return min((_rig(azimuth, lamps) for azimuth in AZIMUTHS for lamps in LAMPS), key=misfit)


def _rig(azimuth: float, lamps: float) -> Lights:
    """The default rig turned, its lamps stronger or weaker, equally bright on the whole."""
    rig = Lights()
    ambient = 1.5 - 0.5 * lamps
    scaled = {name: _times(getattr(rig, name), lamps) for name in ("key", "fill")}
    scaled |= {name: _times(getattr(rig, name), ambient) for name in ("sky", "ground")}
    return replace(rig, azimuth=azimuth, **scaled)  # type: ignore[arg-type]


def _times(colour: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    red, green, blue = colour
    return red * share, green * share, blue * share
