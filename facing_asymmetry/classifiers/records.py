"""Records read from YAML or a composed configuration, and checked: a wrong record is a wrong result."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from facing_asymmetry.classifiers.record import USER, ClassifierRecord, WeightsFile
from facing_asymmetry.emotions import CANONICAL
from facing_asymmetry.errors import ConfigError, suggestion

CHANNELS = {"rgb": 3, "bgr": 3, "grey": 1}
"""Length of `mean` and `std` by colour."""

OUTPUTS = ("logits", "probabilities")
"""What a network may return."""


def record_from(settings: Mapping[str, Any], where: str) -> ClassifierRecord:
    """Check the fields of a record and build it.

    Args:
        settings: the fields, as in `conf/classifier/NAME.yaml`.
        where: file or key they come from, for messages.

    Raises:
        ConfigError: a field is missing, unknown, of another type or out of range; the message names it.
    """
    known = {f.name: f for f in fields(ClassifierRecord)}
    for key in settings:
        if key not in known:
            hint = suggestion(key, known, f"; known: {', '.join(known)}")
            raise ConfigError(f"{where}: unknown field {key!r}{hint}")
    missing = [n for n, f in known.items() if n not in settings and f.default is f.default_factory is MISSING]
    if missing:
        raise ConfigError(f"{where}: field {missing[0]!r} is missing")
    values = dict(settings)
    try:
        values["labels"] = tuple(str(label) for label in settings["labels"])
        for key in ("mean", "std"):
            values[key] = tuple(float(v) for v in settings[key])
        values["recognised"] = tuple(str(label) for label in settings.get("recognised") or ())
        for key in ("input_size", "parameters", "flops"):
            values[key] = int(settings.get(key, 0))
        values["crop"] = float(settings["crop"])
        values["options"] = dict(settings.get("options") or {})
        values["weights"] = tuple(_weights_file(w, f"{where}: weights[{i}]") for i, w in enumerate(settings["weights"]))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
    record = ClassifierRecord(**values)
    _check(record, where)
    return record


def emotion_index(record: ClassifierRecord, emotion: str) -> int:
    """Which output of the classifier stands for an emotion.

    Raises:
        ConfigError: the classifier has no such output; the message lists those it has.
    """
    if emotion not in record.labels:
        raise ConfigError(
            f"classifier {record.name!r} has no output for emotion {emotion!r}; it has {', '.join(record.labels)}"
        )
    return record.labels.index(emotion)


def _weights_file(settings: Mapping[str, Any], where: str) -> WeightsFile:
    try:
        file = WeightsFile(**{str(k): settings[k] for k in settings})
    except TypeError as error:
        raise ConfigError(f"{where}: needs exactly source, member, sha256 and size") from error
    if file.source == USER and (file.sha256, file.size) == ("", 0):
        return file
    if not re.fullmatch(r"[0-9a-f]{64}", str(file.sha256)):
        raise ConfigError(f"{where}: sha256 must be 64 hexadecimal digits; got {file.sha256!r}")
    if not isinstance(file.size, int) or file.size <= 0:
        raise ConfigError(f"{where}: size must be a positive number of bytes; got {file.size!r}")
    return file


def _check(record: ClassifierRecord, where: str) -> None:
    unknown = [label for label in record.labels if label not in CANONICAL]
    if unknown:
        raise ConfigError(f"{where}: labels: {unknown[0]!r} is not one of {', '.join(CANONICAL)}")
    if len(set(record.labels)) != len(record.labels) or len(record.labels) < 2:
        raise ConfigError(f"{where}: labels must name at least two different emotions; got {list(record.labels)}")
    if record.colour not in CHANNELS:
        raise ConfigError(f"{where}: colour must be one of {', '.join(CHANNELS)}; got {record.colour!r}")
    for key, values in (("mean", record.mean), ("std", record.std)):
        if len(values) != CHANNELS[record.colour]:
            raise ConfigError(f"{where}: {key} needs {CHANNELS[record.colour]} values for {record.colour}")
    if record.output not in OUTPUTS:
        raise ConfigError(f"{where}: output must be one of {', '.join(OUTPUTS)}; got {record.output!r}")
    if not set(record.recognised) <= set(record.labels):
        raise ConfigError(f"{where}: recognised must be among the labels; got {list(record.recognised)}")
    if min(record.std) <= 0:
        raise ConfigError(f"{where}: std must be positive; got {list(record.std)}")
    if not 0.5 <= record.crop <= 2:
        raise ConfigError(f"{where}: crop must lie in 0.5 to 2 face boxes; got {record.crop}")
    if not 16 <= record.input_size <= 1024:
        raise ConfigError(f"{where}: input_size must lie in 16 to 1024 pixels; got {record.input_size}")
