"""MediaPipe's face mesh: 468 points of one face, the same for an image and its mirror image, and the aligned frame.

The frame is the photograph turned, scaled and shifted so that eyes and nose lie where the renderer puts them.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.installed import optional
from facing_asymmetry.photographs.detector import MESH_NETWORK, Detection, weight_file

MESH_PIXELS: Final = 192
"""Side of the network's input."""

RIGHT_EYE, LEFT_EYE = 33, 263
"""Outer corners of the person's right and left eye."""

CROP_MARGIN: Final = 1.5
"""Side of the square that the network sees, over that of the points' bounding box."""

CROPS: Final = ((1.0, 0.0), (0.93, 0.0), (1.08, 0.0), (1.0, 0.06), (1.0, -0.06))
"""Size and turn (radians) of the crops that are averaged, about the one that the first pass finds."""

RIGID: Final = (33, 133, 362, 263, 168, 2)
"""Corners of both eyes, root and base of the nose: neither brow, mouth nor chin moves the frame."""

PLACES: Final = np.array(
    [[0.2848, 0.3329], [0.4169, 0.3409], [0.5831, 0.3409], [0.7152, 0.3329], [0.5, 0.312], [0.5, 0.5694]]
)
"""Where the `RIGID` points lie in the renderer's frame, shares of its side: mean of 12 neutral faces, symmetrised."""


UNUSABLE: Final = "no face found: the landmark network gives no usable points"


@dataclass(frozen=True)
class MeshReading:
    """What the network says of one picture, or the mean over several crops of it.

    Attributes:
        points: `(468, 3)` pixels; depth in the same unit, smaller is nearer.
        presence: logit of "there is a face here".
    """

    points: Float[ndarray, "468 3"]
    presence: float


@lru_cache(maxsize=1)
def mirror_pairs() -> Int[ndarray, "468"]:
    """The mesh's mirror map, an involution: point i's partner on the other side."""
    table = files("facing_asymmetry.photographs").joinpath("mirror_pairs.json").read_text(encoding="utf-8")
    return np.array(json.loads(table)["pairs"])


def mesh_points(image: UInt8[ndarray, "H W 3"], found: Detection) -> Float[ndarray, "468 3"]:
    """The points that `find_mesh` gives."""
    return find_mesh(image, found).points


def find_mesh(image: UInt8[ndarray, "H W 3"], found: Detection) -> MeshReading:
    """Points of the face in pixels of the image, and whether the network sees a face where they lie.

    A first pass finds the crop; then the mean over `CROPS` and over each crop's mirror image, mirrored back. Without
    it the network's preference for one side and for where a face lies in its crop would count as asymmetry. The points
    of a mirrored photograph are the mirrored points, up to rounding.

    Raises:
        DataError: the points are not finite, or all lie in one place.
    """
    left, top, width, height = found.box
    centre, side = np.array([left + width / 2, top + height / 2]), CROP_MARGIN * max(width, height)
    points = _both_ways(image, _square(centre, side, found.points[1] - found.points[0])).points
    axis = points[LEFT_EYE, :2] - points[RIGHT_EYE, :2]
    turn = _along(axis)
    turned = points[:, :2] @ turn
    low, high = turned.min(axis=0), turned.max(axis=0)
    centre, side = turn @ ((low + high) / 2), CROP_MARGIN * float((high - low).max())
    crops = [_square(centre, side * size, _turn(angle) @ axis) for size, angle in CROPS]
    meshes = [_both_ways(image, crop) for crop in crops]
    points = np.mean([mesh.points for mesh in meshes], axis=0)
    return MeshReading(points, float(np.mean([mesh.presence for mesh in meshes])))


def frame_of(points: Float[ndarray, "468 3"], size: int) -> Float[ndarray, "2 3"]:
    """From pixels of a frame of `size` pixels to pixels of the photograph."""
    return similarity(PLACES * size, points[list(RIGID), :2])


def framed(
    image: UInt8[ndarray, "H W 3"], points: Float[ndarray, "468 3"], size: int = 224
) -> tuple[UInt8[ndarray, "S S 3"], Float[ndarray, "468 3"]]:
    """The picture that classifiers see, and the points in its pixels."""
    matrix = frame_of(points, size)
    turn = matrix[:, :2]
    back = np.linalg.inv(turn)
    moved = transform_points(np.column_stack([back, -back @ matrix[:, 2]]), points[:, :2])
    depth = points[:, 2] / float(np.hypot(*turn[:, 0]))
    return sample_image(image, matrix, size), np.column_stack([moved, depth])


def similarity(source: Float[ndarray, "N 2"], target: Float[ndarray, "N 2"]) -> Float[ndarray, "2 3"]:
    """Least-squares turn, scale and shift (no reflection) that brings `source` to `target`."""
    p, q = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    centred = p - p.mean()
    a = (centred.conj() @ (q - q.mean())) / (centred.conj() @ centred).real
    b = q.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def transform_points(matrix: Float[ndarray, "2 3"], points: Float[ndarray, "N 2"]) -> Float[ndarray, "N 2"]:
    """Points through a similarity."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def sample_image(image: UInt8[ndarray, "H W 3"], matrix: Float[ndarray, "2 3"], size: int) -> UInt8[ndarray, "S S 3"]:
    """A square picture of `size` pixels; what lies outside repeats the border.

    Args:
        image: sRGB.
        matrix: takes a point of the result to the point of the image (pixels, pixel centres at .5).
        size: side of the result.
    """
    small, inner = reduced(image, matrix)
    height, width = small.shape[:2]
    corners = transform_points(inner, np.array([[0.0, 0], [size, 0], [0, size], [size, size]]))
    margin = int(np.ceil(max(0.0, -corners.min(), (corners - [width, height]).max()))) + 2
    padded = np.pad(small, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    coefficients = (*inner[0, :2], inner[0, 2] + margin, *inner[1, :2], inner[1, 2] + margin)
    out = Image.fromarray(padded).transform(
        (size, size), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
    )
    return np.asarray(out)


def reduced(
    image: UInt8[ndarray, "H W 3"], matrix: Float[ndarray, "2 3"]
) -> tuple[UInt8[ndarray, "h w 3"], Float[ndarray, "2 3"]]:
    """The image averaged down to the scale of a result, or detail would alias; and the matrix that leads to it.

    Args:
        image: sRGB.
        matrix: takes a point of the result to the point of the image.
    """
    factor = max(float(np.hypot(matrix[0, 0], matrix[1, 0])), 1.0)
    height, width = image.shape[:2]
    picture = Image.fromarray(image)
    if factor > 1.0:
        picture = picture.resize((max(1, round(width / factor)), max(1, round(height / factor))), Image.Resampling.BOX)
    ratio = np.array([picture.width / width, picture.height / height])
    return np.asarray(picture), matrix * ratio[:, None]


def _turn(angle: float) -> Float[ndarray, "2 2"]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _along(axis: ndarray) -> Float[ndarray, "2 2"]:
    """The turn that brings the rows of a picture along an axis."""
    length = float(np.linalg.norm(axis))
    if not length > 0:
        raise DataError(UNUSABLE)
    unit = axis / length
    return np.array([[unit[0], -unit[1]], [unit[1], unit[0]]])


def _square(centre: ndarray, side: float, axis: ndarray) -> Float[ndarray, "2 3"]:
    """From pixels of the network's input to the image: a square whose rows run along `axis`."""
    turn = _along(axis) * side / MESH_PIXELS
    return np.column_stack([turn, centre - turn @ np.full(2, MESH_PIXELS / 2)])


def _both_ways(image: ndarray, matrix: Float[ndarray, "2 3"]) -> MeshReading:
    crop = sample_image(image, matrix, MESH_PIXELS)
    there, seen = _run(crop), _presence()
    back, seen_back = _run(crop[:, ::-1]), _presence()
    if not (np.isfinite(there).all() and np.isfinite(back).all()):
        raise DataError(UNUSABLE)
    back = back[mirror_pairs()]
    back[:, 0] = MESH_PIXELS - back[:, 0]
    mean = (there + back) / 2
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    points = np.column_stack([mean[:, :2] @ matrix[:, :2].T + matrix[:, 2], mean[:, 2] * scale])
    return MeshReading(points, (seen + seen_back) / 2)


def _run(crop: UInt8[ndarray, "192 192 3"]) -> Float[ndarray, "468 3"]:
    network = _interpreter()
    network.set_tensor(network.get_input_details()[0]["index"], np.float32(crop[None]) / 255.0)
    network.invoke()
    return network.get_tensor(network.get_output_details()[0]["index"]).reshape(468, 3).astype(float)


def _presence() -> float:
    """Logit of "there is a face" for the picture that was run last."""
    network = _interpreter()
    return float(network.get_tensor(network.get_output_details()[1]["index"]).item())


@lru_cache(maxsize=1)
def _interpreter() -> Any:
    with optional("photographs", "the network of landmarks"):
        from ai_edge_litert.interpreter import Interpreter

    network = Interpreter(str(weight_file(MESH_NETWORK)), num_threads=1)
    network.allocate_tensors()
    return network
