"""Each photograph: detected, framed and measured, or listed with the reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8
from numpy import ndarray
from scipy.special import softmax

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.errors import DataError
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.framing import framed
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.photographs.listing import Photograph, read_photograph
from facing_asymmetry.photographs.symmetry import landmark_asymmetry, measured_s, picture_asymmetry, yaw_degrees
from facing_asymmetry.responses.schema import validate


@dataclass(frozen=True)
class Measured:
    """One face.

    Attributes:
        photograph: where it comes from; `score`: the detector's; `faces`: how many it saw (the most certain is taken).
        asymmetry_mm: of the points; `picture`: of the picture; `yaw`: degrees the head is turned.
        frame: what classifiers see.
    """

    photograph: Photograph
    score: float
    faces: int
    asymmetry_mm: float
    picture: float
    yaw: float
    frame: UInt8[ndarray, "S S 3"]


@dataclass(frozen=True)
class Failure:
    """A photograph that could not be measured, and why."""

    photograph: Photograph
    reason: str


def measure_all(photographs: Sequence[Photograph]) -> tuple[list[Measured], list[Failure]]:
    """Every photograph is in one of the two lists."""
    measured, failures = [], []
    for photograph in photographs:
        try:
            measured.append(measure(photograph))
        except DataError as error:
            failures.append(Failure(photograph, str(error)))
    return measured, failures


def measure(photograph: Photograph) -> Measured:
    """Detect, frame and measure one photograph.

    Raises:
        DataError: it can't be read, or no face is found.
    """
    image = read_photograph(photograph.path)
    found = detect(image)
    if found is None:
        raise DataError("no face found")
    frame, points = framed(image, mesh_points(image, found))
    asymmetry, picture, yaw = landmark_asymmetry(points), picture_asymmetry(frame), yaw_degrees(points)
    return Measured(photograph, found.score, found.faces, asymmetry, picture, yaw, frame)


def measures_table(measured: Sequence[Measured]) -> pd.DataFrame:
    """One row per face; its number is `identity` in the response table."""
    return pd.DataFrame(
        [
            {
                "path": str(m.photograph.path),
                "group": m.photograph.group,
                "emotion": m.photograph.emotion,
                "subject": m.photograph.subject,
                "detector_score": m.score,
                "faces_seen": m.faces,
                "asymmetry_mm": m.asymmetry_mm,
                "picture_asymmetry": m.picture,
                "yaw": m.yaw,
                "s": measured_s(m.asymmetry_mm, m.photograph.emotion),
            }
            for m in measured
        ]
    )


def respond(measured: Sequence[Measured], classifiers: Sequence[Classifier], batch: int = 20) -> pd.DataFrame:
    """The response table of the photographs: `face_model` is `photograph`, `identity` the row of `measures_table`.

    `s` is measured, `t` is 1 and `intensity_mm` 0: a photograph's intensity is not measured. Photographs of an emotion
    that a classifier lacks have no rows of it.

    Raises:
        ModelError: a logit is not finite.
    """
    pixels = torch.from_numpy(np.stack([m.frame for m in measured])).permute(0, 3, 1, 2).float() / 255
    tables = []
    for classifier in classifiers:
        with torch.inference_mode():
            logits = torch.cat([classifier(block) for block in pixels.split(batch)]).double()
        check_logits(logits, classifier.record)
        rows = enumerate(zip(measured, logits.numpy(), strict=True))
        tables += [_rows(classifier, i, m, y) for i, (m, y) in rows if m.photograph.emotion in classifier.labels]
    return validate(pd.concat(tables, ignore_index=True))


def _rows(classifier: Classifier, number: int, m: Measured, logits: ndarray) -> pd.DataFrame:
    names, emotion = np.array(classifier.labels, dtype=object), m.photograph.emotion
    predicted = str(names[logits.argmax()])
    return pd.DataFrame(
        {
            "face_model": "photograph",
            "classifier": classifier.record.name,
            "training_set": classifier.record.training_set,
            "expression": "photograph",
            "emotion": emotion,
            "accepted": predicted == emotion,
            "identity": number,
            "side": "both",
            "intervention": "observed",
            "s": measured_s(m.asymmetry_mm, m.photograph.emotion),
            "t": 1.0,
            "class": names,
            "logit": logits,
            "probability": softmax(logits),
            "is_target": names == emotion,
            "predicted": predicted,
            "asymmetry_mm": m.asymmetry_mm,
            "intensity_mm": 0.0,
        }
    )
