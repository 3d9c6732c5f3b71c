"""MediaPipe's face mesh: 468 points of one face, the same for a picture and its mirror image."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray

from facing_asymmetry.photographs.alignment import sample
from facing_asymmetry.photographs.detector import LANDMARKS, Detection, weight_file

SIDE: Final = 192
RIGHT_EYE, LEFT_EYE = 33, 263
"""Outer corners of the person's right and left eye."""

MARGIN: Final = 1.5
"""Side of the square that the network sees, over that of the points' bounding box."""

CROPS: Final = ((1.0, 0.0), (0.93, 0.0), (1.08, 0.0), (1.0, 0.06), (1.0, -0.06))
"""Size and turn (radians) of the crops that are averaged, about the one that the first pass finds."""


@lru_cache(maxsize=1)
def mirror_pairs() -> Int[ndarray, "468"]:
    """The mesh's mirror map, an involution: point i's partner on the other side."""
    table = files("facing_asymmetry.photographs").joinpath("mirror_pairs.json").read_text(encoding="utf-8")
    return np.array(json.loads(table)["pairs"])


def mesh_points(image: UInt8[ndarray, "H W 3"], found: Detection) -> Float[ndarray, "468 3"]:
    """Points of the face in pixels of the image; depth in the same unit, smaller is nearer.

    A first pass finds the crop; then the mean over `CROPS` and over each crop's mirror image, mirrored back. Without
    it the network's preference for one side and for where a face lies in its crop would count as asymmetry. The points
    of a mirrored photograph are the mirrored points, up to rounding.
    """
    left, top, width, height = found.box
    centre, side = np.array([left + width / 2, top + height / 2]), MARGIN * max(width, height)
    points = _both_ways(image, _square(centre, side, found.points[1] - found.points[0]))
    axis = points[LEFT_EYE, :2] - points[RIGHT_EYE, :2]
    unit = axis / np.linalg.norm(axis)
    turn = np.array([[unit[0], -unit[1]], [unit[1], unit[0]]])
    turned = points[:, :2] @ turn
    low, high = turned.min(axis=0), turned.max(axis=0)
    centre, side = turn @ ((low + high) / 2), MARGIN * float((high - low).max())
    crops = [_square(centre, side * size, _turn(angle) @ axis) for size, angle in CROPS]
    return np.mean([_both_ways(image, crop) for crop in crops], axis=0)


def _turn(angle: float) -> Float[ndarray, "2 2"]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _square(centre: ndarray, side: float, axis: ndarray) -> Float[ndarray, "2 3"]:
    """From pixels of the network's input to the image: a square whose rows run along `axis`."""
    unit = axis / np.linalg.norm(axis) * side / SIDE
    turn = np.array([[unit[0], -unit[1]], [unit[1], unit[0]]])
    return np.column_stack([turn, centre - turn @ np.full(2, SIDE / 2)])


def _both_ways(image: ndarray, matrix: Float[ndarray, "2 3"]) -> Float[ndarray, "468 3"]:
    crop = sample(image, matrix, SIDE)
    there, back = _run(crop), _run(crop[:, ::-1])[mirror_pairs()]
    back[:, 0] = SIDE - back[:, 0]
    mean = (there + back) / 2
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    return np.column_stack([mean[:, :2] @ matrix[:, :2].T + matrix[:, 2], mean[:, 2] * scale])


def _run(crop: UInt8[ndarray, "192 192 3"]) -> Float[ndarray, "468 3"]:
    network = _interpreter()
    network.set_tensor(network.get_input_details()[0]["index"], np.float32(crop[None]) / 255.0)
    network.invoke()
    return network.get_tensor(network.get_output_details()[0]["index"]).reshape(468, 3).astype(float)


@lru_cache(maxsize=1)
def _interpreter() -> Any:
    from ai_edge_litert.interpreter import Interpreter

    network = Interpreter(str(weight_file(LANDMARKS)), num_threads=1)
    network.allocate_tensors()
    return network
