"""What a record of the user's own network holds where its fields are left open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.classifiers.huggingface_folder import folder_facts

OPEN_FIELDS: Final[Mapping[str, Any]] = {
    "labels": ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"],
    "input_size": 224,
    "colour": "rgb",
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
    "crop": 1.0,
    "output": "logits",
}
"""Values of fields that `conf/classifier/custom.yaml` leaves open, if no file of the network says them."""

CALLABLE_FIELDS: Final[Mapping[str, Any]] = {"mean": [0.0, 0.0, 0.0], "std": [1.0, 1.0, 1.0], "output": "probabilities"}
"""What they are for a callable, which gets the pixels as they are."""


def completed(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The fields of a record with what the network's own files say, or with `OPEN_FIELDS`; others' are unchanged.

    Args:
        given: the fields that are set.
        where: key of the record, for messages.

    Raises:
        FacingAsymmetryError: a Hugging Face folder does not say what is needed.
    """
    options = given.get("options")
    if given.get("weights") != [] or not isinstance(options, Mapping):
        return dict(given)
    path = options.get("path")
    found: dict[str, Any] = {}
    if options.get("loader") == "callable":
        found = dict(CALLABLE_FIELDS)
    if options.get("loader") == "huggingface" and path:
        found = folder_facts(Path(str(path)).expanduser(), given, where)
    return {**OPEN_FIELDS, **found, **given}
