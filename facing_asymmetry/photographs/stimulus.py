"""A photograph made into a stimulus: its face found, a head fitted to it, or the reason why not."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.fit import HeadFit, fit_head
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.landmarks import frame_of, sample_image
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.people import NEUTRAL
from facing_asymmetry.photographs.pixels import photograph_bytes, read_photograph
from facing_asymmetry.photographs.reading import read_face

OTHER_PERSON: Final = 0.25
"""Distance of two fitted identities from which a neutral photograph counts as another person's.

On renders 95 % of the same person's lie within 0.11, and half of two persons' beyond 0.2 to 0.3; of the demonstration's
strangers six of seven lie beyond it.
"""


@dataclass(frozen=True)
class SeenFace:
    """The face of one photograph, as far as a fit needs it.

    Attributes:
        photograph: where it comes from.
        sha256: of the file.
        points: `(468, 2)` pixels of the upright photograph.
        turn: degrees, anticlockwise, by which the picture was turned upright.
    """

    photograph: Photograph
    sha256: str
    points: Float[ndarray, "468 2"]
    turn: int = 0


@dataclass(frozen=True)
class PhotographStimulus:
    """A photograph that can be moved.

    Attributes:
        face: the photograph and its points.
        neutral: hashes of the person's own neutral photographs that were used.
        fit: the head that was fitted to it.
    """

    face: SeenFace
    neutral: tuple[str, ...]
    fit: HeadFit

    @property
    def photograph(self) -> Photograph:
        """The file, group, emotion and person."""
        return self.face.photograph

    def image(self) -> UInt8[ndarray, "H W 3"]:
        """Upright sRGB pixels, read anew.

        Raises:
            DataError: the file is gone, or is another one than was fitted.
        """
        if file_hash(self.photograph) != self.face.sha256:
            raise DataError(f"the photograph {self.photograph.shown} has changed since a head was fitted to it")
        return np.ascontiguousarray(np.rot90(read_photograph(self.photograph.path), self.face.turn // 90))

    def matrix(self, size: int) -> Float[ndarray, "2 3"]:
        """From pixels of a frame of this size to pixels of the photograph."""
        return frame_of(self.face.points, size)

    def frame(self, size: int) -> UInt8[ndarray, "S S 3"]:
        """What classifiers see at s = 1, t = 1."""
        return sample_image(self.image(), self.matrix(size), size)


def file_hash(photograph: Photograph) -> str:
    """SHA-256 of a photograph's file.

    Raises:
        DataError: it can't be read.
    """
    return hashlib.sha256(photograph_bytes(photograph.path)).hexdigest()


def see(photograph: Photograph) -> SeenFace:
    """Find the face of a photograph.

    Raises:
        DataError: it can't be read, or shows no face that can be used; the reason is named.
    """
    found = read_face(photograph)
    return SeenFace(photograph, file_hash(photograph), found.points[:, :2], found.turn)


def see_all(photographs: Sequence[Photograph]) -> tuple[list[SeenFace], list[Failure]]:
    """Faces of the photographs of one person, and why the others show none that a head can be fitted to.

    Args:
        photographs: of one person.
    """
    faces, failures = list[SeenFace](), list[Failure]()
    for photograph in photographs:
        if photograph.emotion not in (*BASIC, NEUTRAL):
            reason = f"no head can show {photograph.emotion!r}; there are: {', '.join(BASIC)}"
            failures.append(Failure(photograph, reason))
            continue
        try:
            faces.append(see(photograph))
        except DataError as error:
            failures.append(Failure(photograph, str(error)))
    return faces, failures


def fit_person(
    photographs: Sequence[Photograph], model: FaceModel, settings: PhotographSettings
) -> Iterator[PhotographStimulus | Failure]:
    """Stimuli of one person: the best-fitting photograph of each emotion; and why the others are not used.

    Neutral photographs are no stimuli: they say what the person's face is like at rest.

    Args:
        photographs: of one person.
        model: the face model that is fitted.
        settings: of the study.

    Raises:
        AssetError: a network that finds faces can't be had.
    """
    faces, failures = see_all(photographs)
    yield from failures
    neutral = [face for face in faces if face.photograph.emotion == NEUTRAL]
    shown = [face for face in faces if face.photograph.emotion != NEUTRAL]
    best: dict[str, PhotographStimulus] = {}
    for face in shown:
        found = fit_photograph(face, neutral, model, settings)
        reason = unusable(found, settings)
        other = best.get(face.photograph.emotion)
        if reason:
            yield Failure(face.photograph, reason)
        elif other and other.fit.residual <= found.fit.residual:
            yield Failure(face.photograph, _worse(other))
        else:
            if other:
                yield Failure(other.photograph, _worse(found))
            best[face.photograph.emotion] = found
    yield from best.values()
    for face in neutral:
        if not any(face.sha256 in found.neutral for found in best.values()):
            why = "is another person's" if shown else "has no photograph of an emotion beside it"
            yield Failure(face.photograph, f"this neutral photograph {why}; it was not used")


def fit_photograph(
    face: SeenFace, neutral: Sequence[SeenFace], model: FaceModel, settings: PhotographSettings, *, tied: bool = True
) -> PhotographStimulus:
    """Fit a head to a face; neutral photographs whose identity is another one are not used.

    Args:
        face: the photograph.
        neutral: neutral photographs filed under the same person.
        model: the face model that is fitted.
        settings: of the study.
        tied: whether left and right move nearly alike; False to measure an asymmetric face.
    """
    head, seen = learnt(model)
    label = face.photograph.emotion if settings.label == "known" else None
    used = list(neutral)
    fit = fit_head(head, seen, face.points, label, [one.points for one in used], tied=tied)
    if used and fit.own_distance > OTHER_PERSON:
        used = []
        fit = fit_head(head, seen, face.points, label, tied=tied)
    return PhotographStimulus(face, tuple(one.sha256 for one in used), fit)


def unusable(stimulus: PhotographStimulus, settings: PhotographSettings) -> str:
    """Why a fitted photograph must not be used; empty where it may.

    Args:
        stimulus: the photograph.
        settings: hold the limits.
    """
    fit = stimulus.fit
    if abs(fit.yaw) > settings.largest_yaw:
        return (
            f"the head is turned by {fit.yaw:.0f} degrees (at most photographs.largest_yaw = {settings.largest_yaw:g})"
        )
    if fit.residual > settings.largest_residual:
        return (
            f"the fitted head misses the points by {fit.residual:.1f} % of the distance between the eyes (at most "
            f"photographs.largest_residual = {settings.largest_residual:g} is used): is something over the face?"
        )
    if fit.displacement < settings.least_displacement:
        return (
            f"the expression moves the face by {fit.displacement:.1f} % of the distance between the eyes (at least "
            f"photographs.least_displacement = {settings.least_displacement:g}): taking it away would change nothing"
        )
    return ""


def _worse(other: PhotographStimulus) -> str:
    return (
        f"{other.photograph.path.name} shows the same emotion of this person and fits better; a person counts once "
        "per emotion"
    )
