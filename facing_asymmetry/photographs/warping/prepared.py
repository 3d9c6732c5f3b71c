"""A photograph ready to be moved: places of the mesh, what hides what, furrows and light, computed once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.ndimage import distance_transform_edt

from facing_asymmetry.config import Lights
from facing_asymmetry.core.errors import ModelError
from facing_asymmetry.face_models.contract import BlendshapeBasis, FaceModel
from facing_asymmetry.photographs.fitting.fit import HeadFit
from facing_asymmetry.photographs.fitting.projection import DISTANCE
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, reduced, sample_image
from facing_asymmetry.photographs.stimulus import PhotographStimulus
from facing_asymmetry.photographs.warping.furrows import furrow_light
from facing_asymmetry.photographs.warping.shading import HeadLight
from facing_asymmetry.rendering.kernels.warp import (
    WarpMesh,
    WarpSource,
    find_faces,
    nearness_of,
    place_all,
    place_vertices,
    warp_frames,
)

REACH: Final = 0.35
"""Distance from the head, in distances between the eyes, over which the background comes to rest."""

SLIDE: Final = 0.02
"""Distance, in distances between the eyes, from the edge of a lip or lid within which what lies behind follows it."""


@dataclass(frozen=True)
class PreparedPhotograph:
    """One photograph, cut to a frame.

    Attributes:
        mesh: topology of the fitted head.
        source: the picture and where the head lies in it.
        iod: pixels of the frame between the outer corners of the eyes.
        shading: draws the head by itself; None where light is left as it is.
        lights: of the photograph.
    """

    mesh: WarpMesh
    source: WarpSource
    iod: float
    shading: HeadLight | None
    lights: Lights

    def frames(self, states: Float[ndarray, "B V D"]) -> tuple[Float[ndarray, "B 3 S S"], Float[ndarray, "B S S 3"]]:
        """Pictures of states, and the displacement in pixels that was looked up.

        Raises:
            ModelError: a state is not finite.
        """
        count, size = len(states), len(self.source.frame)
        places, fine = np.empty((count, states.shape[1], 3)), np.empty(count, np.bool_)
        place_all(states, self.source, places, fine)
        if not fine.all():
            raise ModelError(f"states {np.flatnonzero(~fine).tolist()} of the batch are not finite")
        shades = np.ones((count, size, size), np.float32)
        if self.shading:
            shades = self.shading.brightness(states, places, self.lights)
        out, fields = np.empty((count, 3, size, size), np.float32), np.empty((count, size, size, 3))
        warp_frames(states, places, self.source, self.mesh, SLIDE * self.iod, shades, out, fields)
        return out, fields


def prepare(
    model: FaceModel,
    basis: BlendshapeBasis,
    stimulus: PhotographStimulus,
    matrix: Float[ndarray, "2 3"],
    size: int,
    *,
    relight: bool,
) -> PreparedPhotograph:
    """Prepare one photograph.

    Args:
        model: the face model that was fitted.
        basis: its blendshapes.
        stimulus: the photograph.
        matrix: from pixels of the frame to pixels of the photograph: turn, scale and shift.
        size: side of the frame, pixels.
        relight: whether furrows and shading change with the face.

    Raises:
        DataError: the photograph has changed since it was fitted.
    """
    fit, image, points = stimulus.fit, stimulus.image(), stimulus.face.points
    mesh = WarpMesh(np.ascontiguousarray(model.surface.faces, np.int32), np.ascontiguousarray(model.inner_faces))
    turn = np.linalg.inv(matrix[:, :2])
    camera, shift, offsets = _camera(fit, turn, matrix)
    shown = fit.rest + basis.displace(fit.weights).total
    places = np.empty((len(shown), 3))
    place_vertices(shown, camera, shift, offsets, places)
    found, nearest = _visible(places, mesh, size)
    flat = (points - matrix[:, 2]) @ turn.T
    iod = float(np.linalg.norm(flat[LEFT_EYE] - flat[RIGHT_EYE]))
    beyond = np.clip(1.0 - distance_transform_edt(found < 0) / (REACH * iod), 0.0, 1.0)
    frame = sample_image(image, matrix, size).astype(np.float32) / np.float32(255)
    picture, looked_up = reduced(image, matrix)
    light, calm = furrow_light(frame, flat, iod) if relight else (np.zeros_like(frame), frame)
    shading, lights = None, Lights()
    shade = np.zeros((size, size), np.float32)
    if relight:
        shading = HeadLight(model.surface, size, camera[13])
        skin = model.regions["face"][mesh.faces].min(axis=1) > 0.5
        lights = shading.lights_of(shown, places, frame, (found >= 0) & skin[found])
        shade = shading.brightness(shown[None], places[None], lights)[0]
    source = WarpSource(
        camera,
        shift,
        offsets,
        places,
        np.ascontiguousarray(shown[:, 3:]),
        nearest,
        beyond**2 * (3.0 - 2.0 * beyond),
        frame,
        np.ascontiguousarray(picture, np.float32) / np.float32(255),
        np.ascontiguousarray(looked_up),
        np.ascontiguousarray(light, np.float32),
        np.ascontiguousarray(calm, np.float32),
        np.ascontiguousarray(shade[..., None], np.float32),
    )
    return PreparedPhotograph(mesh, source, iod, shading, lights)


def _visible(
    places: Float[ndarray, "V 3"], mesh: WarpMesh, size: int
) -> tuple[Int[ndarray, "S S"], Float[ndarray, "S S"]]:
    """The face of the head that each pixel shows, -1 for none, and its nearness."""
    found, nearest = np.empty((size, size), np.int32), np.empty((size, size))
    find_faces(places, mesh.faces, found)
    nearness_of(places, mesh.faces, found, nearest)
    return found, nearest


def _camera(
    fit: HeadFit, turn: Float[ndarray, "2 2"], matrix: Float[ndarray, "2 3"]
) -> tuple[Float[ndarray, "14"], Float[ndarray, "2"], Float[ndarray, "V 2"]]:
    """The fit's camera, its origin and its offsets in pixels of the frame.

    Args:
        fit: of the photograph.
        turn: from differences in the photograph to differences in the frame.
        matrix: from pixels of the frame to pixels of the photograph.
    """
    step = float(np.hypot(*matrix[:, 0]))
    roll = np.eye(3)
    roll[:2, :2] = step * turn * [[1.0, -1.0], [-1.0, 1.0]]
    camera = np.array([*(roll @ fit.camera.rotation).ravel(), *fit.centre, DISTANCE, fit.camera.scale / step])
    return camera, turn @ (fit.camera.shift - matrix[:, 2]), fit.offsets @ turn.T
