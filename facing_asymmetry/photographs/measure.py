"""Each photograph: detected, framed and measured, or listed with the reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.errors import DataError
from facing_asymmetry.photographs.detector import detect
from facing_asymmetry.photographs.framing import framed
from facing_asymmetry.photographs.landmarks import mesh_points
from facing_asymmetry.photographs.listing import Photograph, read_photograph
from facing_asymmetry.photographs.reference import asymmetry_mm, reference
from facing_asymmetry.photographs.symmetry import in_face_frame, picture_asymmetry, yaw_degrees


@dataclass(frozen=True)
class Measured:
    """One face.

    Attributes:
        photograph: where it comes from; `score`: the detector's; `faces`: how many it saw (the most certain is taken).
        differences: `(468,)` mm: height differences of the points, that of the head's turn taken away.
        points: `(468, 3)` mm, in the face's own frame; `yaw`: degrees the head is turned.
        picture: asymmetry of the picture; `frame`: what classifiers see.
    """

    photograph: Photograph
    score: float
    faces: int
    differences: Float[ndarray, "468"]
    points: Float[ndarray, "468 3"]
    yaw: float
    picture: float
    frame: UInt8[ndarray, "S S 3"]

    @property
    def asymmetry_mm(self) -> float:
        """Mean absolute height difference."""
        return asymmetry_mm(self.differences)

    @property
    def s(self) -> float:
        """Measured symmetry, the place on the synthetic axis."""
        return reference().place(self.differences, self.photograph.emotion)


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
    differences, yaw = reference().differences(points), yaw_degrees(points)
    own = in_face_frame(points)
    return Measured(photograph, found.score, found.faces, differences, own, yaw, picture_asymmetry(frame), frame)
