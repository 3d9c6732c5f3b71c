"""What a `save_pretrained` folder says of its network: labels, and size, colour and scaling of the input.

Its two JSON files are read here without transformers, so that a record is complete before anything is loaded.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.classifiers.label_aliases import emotions_of
from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, ConfigError, clipped
from facing_asymmetry.core.json_files import fit_shape, parse_json

LARGEST_JSON: Final = 1 << 22
"""Bytes of the largest description that is read."""

MOST_LABELS: Final = 1000
"""Outputs of the largest network that is read."""

READ_FROM_FOLDER: Final = ("labels", "input_size", "colour", "mean", "std", "crop")
"""Fields of a record that the folder gives where the record does not."""


def folder_facts(folder: Path, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Fields of a record that the files in a folder give.

    Args:
        folder: of `save_pretrained`.
        given: the record's own fields; what they have is not looked for.
        where: key of the record, for messages.

    Raises:
        AssetError: a file is missing or is not what transformers writes.
        ConfigError: a label is no emotion, or the input is not square; the message says which key sets it.
    """
    config = _read(folder / "config.json", dict[str, Any])
    facts: dict[str, Any] = {}
    if given.get("labels") is None:
        facts["labels"] = _labels(folder, config, given, where)
    if any(given.get(key) is None for key in ("input_size", "mean", "std")):
        facts |= _input(folder, config, where)
    return {key: value for key, value in facts.items() if given.get(key) is None}


def _read(path: Path, shape: Any) -> Any:
    given_size(path, LARGEST_JSON)
    try:
        return parse_json(path.read_bytes(), shape)
    except ValueError as error:
        raise AssetError(f"{path} is not as transformers writes it: {clipped(error, 200)}") from error


def _shaped(value: Any, shape: Any, place: str) -> Any:
    try:
        return fit_shape(value, shape)
    except ValueError as error:
        raise AssetError(f"{place} is not as transformers writes it: {clipped(error, 200)}") from error


def _labels(folder: Path, config: Mapping[str, Any], given: Mapping[str, Any], where: str) -> tuple[str, ...]:
    place = f"id2label of {folder / 'config.json'}"
    by_number = _shaped(config.get("id2label"), dict[int, str], place)
    if not 2 <= len(by_number) <= MOST_LABELS or sorted(by_number) != list(range(len(by_number))):
        raise AssetError(f"{place} must name outputs 0, 1, ... once each, at least two; it names {len(by_number)}")
    labels = tuple(by_number[number] for number in sorted(by_number))
    if given.get("output") == "values":
        return labels
    said = dict((given.get("options") or {}).get("labels") or {})
    found, unknown = emotions_of(labels, {str(word): str(emotion) for word, emotion in said.items()})
    if unknown:
        listed, first = ", ".join(clipped(label, 40) for label in unknown[:12]), clipped(unknown[0], 40)
        raise ConfigError(
            f"{place} has labels that are no emotions: {listed}. Say what they are, "
            f"+{where}.options.labels.{first}=happiness and so on, or all in order: {where}.labels=[...]"
        )
    return found


def _input(folder: Path, config: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Size, colour and scaling of the input, as the folder's image processor makes it."""
    processor = _processor(folder, where)
    place = "the preprocessor's size"
    size, crop = _side(processor.get("size", config.get("image_size")), f"{where}.input_size", place), 1.0
    cut = processor.get("crop_size") if processor.get("do_center_crop") else None
    if cut is not None:
        kept = _side(cut, f"{where}.input_size", place)
        crop, size = kept / size, kept
    elif (share := processor.get("crop_pct")) and size < 384:  # transformers' ConvNeXt: the middle of a larger picture
        crop = _shaped(share, float, "crop_pct of the preprocessor")
    channels = _shaped(config.get("num_channels", 3), int, "num_channels of config.json")
    if channels not in (1, 3):
        raise ConfigError(f"{folder}: the network takes {channels} channels; 1 or 3 are given")
    colour = "grey" if channels == 1 else "bgr" if processor.get("do_flip_channel_order") else "rgb"
    mean, std = _scaling(processor, channels)
    return {"input_size": size, "crop": crop, "colour": colour, "mean": mean, "std": std}


def _processor(folder: Path, where: str) -> dict[str, Any]:
    for name in ("preprocessor_config.json", "processor_config.json"):
        if (folder / name).is_file():
            found: dict[str, Any] = _read(folder / name, dict[str, Any])
            inner = found.get("image_processor", found)
            return _shaped(inner, dict[str, Any], f"image_processor of {folder / name}")
    raise AssetError(
        f"{folder} has no preprocessor_config.json, which says the size and scaling of the input; save the image "
        f"processor there too, or set {where}.input_size, {where}.mean and {where}.std"
    )


def _side(value: Any, key: str, place: str) -> int:
    """The side of a square that transformers writes as a number, two sides, or the shortest edge."""
    if isinstance(value, Mapping):
        named = {name: side for name, side in value.items() if side is not None}
        sides = set(_shaped(named, dict[str, int], place).values())
    elif isinstance(value, list):
        sides = set(_shaped(value, list[int], place))
    else:
        sides = {_shaped(value, int, place)}
    if len(sides) != 1 or min(sides) < 1:
        raise ConfigError(f"{place} is {clipped(value)}, which is no square; set {key}")
    return sides.pop()


def _scaling(processor: Mapping[str, Any], channels: int) -> tuple[list[float], list[float]]:
    """Mean and deviation for values in [0, 1], from the processor's factor for 0 to 255 and its own mean and std."""
    factor = processor.get("rescale_factor", 1 / 255) if processor.get("do_rescale", True) else 1.0
    scale = 255 * _shaped(factor, float, "rescale_factor of the preprocessor")
    offset = 1.0 if processor.get("rescale_offset") else 0.0
    normalised = processor.get("do_normalize", True)
    mean = _per_channel(processor.get("image_mean") if normalised else None, channels, 0.0, "image_mean")
    std = _per_channel(processor.get("image_std") if normalised else None, channels, 1.0, "image_std")
    if scale <= 0 or min(std) <= 0:
        raise AssetError("rescale_factor and image_std of the preprocessor must be positive")
    return [(m + offset) / scale for m in mean], [s / scale for s in std]


def _per_channel(value: Any, channels: int, otherwise: float, name: str) -> list[float]:
    if value is None:
        return [otherwise] * channels
    found = _shaped(value if isinstance(value, list) else [value], list[float], f"{name} of the preprocessor")
    found = found * channels if len(found) == 1 else found
    if len(found) != channels:
        raise AssetError(f"{name} of the preprocessor has {len(found)} values; the network takes {channels} channels")
    return list(found)
