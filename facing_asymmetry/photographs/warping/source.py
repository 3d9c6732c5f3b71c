"""What the warp needs of one photograph, computed once: places of the mesh, what hides what, where furrows lie."""

from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.ndimage import distance_transform_edt

from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.fit import HeadFit
from facing_asymmetry.photographs.fitting.projection import DISTANCE
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, reduced, sample_image
from facing_asymmetry.photographs.warping.furrows import furrow_light
from facing_asymmetry.rendering.kernels.warp import WarpMesh, WarpSource, find_faces, nearness_of, place_vertices

REACH: Final = 0.35
"""Distance from the head, in distances between the eyes, over which the background comes to rest."""


def warp_mesh(model: FaceModel) -> WarpMesh:
    """Topology of a model, for the warp."""
    return WarpMesh(np.ascontiguousarray(model.surface.faces, np.int32), np.ascontiguousarray(model.inner_faces))


def warp_source(
    mesh: WarpMesh,
    fit: HeadFit,
    shown: Float[ndarray, "V D"],
    image: UInt8[ndarray, "H W 3"],
    points: Float[ndarray, "468 2"],
    matrix: Float[ndarray, "2 3"],
    size: int,
    furrows: bool,
) -> tuple[WarpSource, float]:
    """Prepare one photograph.

    Args:
        mesh: topology.
        fit: the head fitted to it.
        shown: state of the head that the photograph shows.
        image: sRGB.
        points: pixels of the photograph.
        matrix: from pixels of the frame to pixels of the photograph: turn, scale and shift.
        size: side of the frame, pixels.
        furrows: whether furrows soften with the expression.

    Returns:
        The source, and the pixels of the frame between the outer corners of the eyes.
    """
    turn = np.linalg.inv(matrix[:, :2])
    step = float(np.hypot(*matrix[:, 0]))
    roll = np.array([[turn[0, 0], -turn[0, 1], 0.0], [-turn[1, 0], turn[1, 1], 0.0], [0.0, 0.0, 1.0 / step]]) * step
    camera = np.array([*(roll @ fit.camera.rotation).ravel(), *fit.centre, DISTANCE, fit.camera.scale / step])
    shift = turn @ (fit.camera.shift - matrix[:, 2])
    offsets = fit.offsets @ turn.T
    places = np.empty((len(shown), 3))
    place_vertices(shown, camera, shift, offsets, places)
    found, nearest = np.empty((size, size), np.int32), np.empty((size, size))
    find_faces(places, mesh.faces, found)
    nearness_of(places, mesh.faces, found, nearest)
    flat = (points - matrix[:, 2]) @ turn.T
    iod = float(np.linalg.norm(flat[LEFT_EYE] - flat[RIGHT_EYE]))
    beyond = np.clip(1.0 - distance_transform_edt(found < 0) / (REACH * iod), 0.0, 1.0)
    frame = sample_image(image, matrix, size).astype(np.float32) / np.float32(255)
    light = furrow_light(frame, flat, iod) if furrows else np.zeros_like(frame)
    picture, looked_up = reduced(image, matrix)
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
    )
    return source, iod
