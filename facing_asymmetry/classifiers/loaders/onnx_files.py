"""Reads ONNX files: the graph, and tensors that lie in files beside it; nothing else is opened."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError, EncodeError  # type: ignore[import-untyped]

from facing_asymmetry.core.assets.given import given_size
from facing_asymmetry.core.errors import AssetError, clipped

LARGEST: Final = 2**31 - 1
"""Bytes of the largest model: what a protocol buffer can hold."""


def read_onnx(path: Path) -> onnx.ModelProto:
    """The model, with the tensors that lie in files beside it taken in.

    Raises:
        AssetError: not a whole ONNX model, or it names data that are not in a plain file of its own folder.
    """
    model, data = _parsed(path), dict[str, bytes]()
    used = given_size(path, LARGEST)
    for tensor in _external(model):
        place = _place(tensor, path)
        if place.name not in data:
            data[place.name] = place.read_bytes()
        content = _part(tensor, data[place.name], place)
        used += len(content)
        if used > LARGEST:
            raise AssetError(f"{path} and the data beside it have more than {LARGEST:,} bytes, which is not read")
        tensor.ClearField("external_data")
        tensor.data_location = onnx.TensorProto.DEFAULT
        tensor.raw_data = content
    return model


def serialised(model: onnx.ModelProto, path: Path) -> bytes:
    """The model as bytes, checked against ONNX's rules: unknown operators and attributes are refused.

    Raises:
        AssetError: it breaks them; `path` is named.
    """
    try:
        content: bytes = model.SerializeToString()
        onnx.checker.check_model(content)
    except (EncodeError, ValueError, onnx.checker.ValidationError) as error:
        raise AssetError(f"{path} is not a whole ONNX model: {first_line(error)}") from error
    return content


def data_files(path: Path) -> list[Path]:
    """Files beside a model that hold its tensors, sorted; none where it can't be read (its loader says why).

    Args:
        path: of the model.
    """
    try:
        return sorted({_place(tensor, path) for tensor in _external(_parsed(path))})
    except AssetError:
        return []


def has_half(model: onnx.ModelProto) -> bool:
    """Whether a graph's input or weights are of half precision."""
    half = (onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)
    kinds = [one.data_type for one in model.graph.initializer]
    kinds += [one.type.tensor_type.elem_type for one in model.graph.input]
    return any(kind in half for kind in kinds)


def first_line(error: Exception) -> str:
    """The first line of an error's words, or its type where it has none."""
    lines = str(error).strip().splitlines()
    return clipped(lines[0], 300) if lines else type(error).__name__


def _parsed(path: Path) -> onnx.ModelProto:
    given_size(path, LARGEST)
    try:
        model: onnx.ModelProto = onnx.load(path, load_external_data=False)
    except (DecodeError, ValueError) as error:
        raise AssetError(f"{path} is not a whole ONNX model: {first_line(error)}") from error
    return model


def _external(message: Any) -> Iterator[onnx.TensorProto]:
    """Every tensor, wherever it is in the model, whose data lie in another file."""
    if isinstance(message, onnx.TensorProto):
        if message.data_location == onnx.TensorProto.EXTERNAL:
            yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in value if field.is_repeated else (value,):
                yield from _external(part)


def _place(tensor: onnx.TensorProto, path: Path) -> Path:
    """The file beside the model that a tensor names."""
    name = next((entry.value for entry in tensor.external_data if entry.key == "location"), "")
    named = PurePosixPath(name)
    place = path.parent / name
    if "\0" in name or "\\" in name or name in ("", ".", "..") or len(named.parts) != 1 or named.is_absolute():
        raise AssetError(f"{path} names data in {clipped(name)!r}; only a file beside the model is read")
    if place.is_symlink():
        raise AssetError(f"{path} names data in {clipped(name)!r}, which is a link; only a plain file is read")
    given_size(place, LARGEST)
    return place


def _part(tensor: onnx.TensorProto, data: bytes, place: Path) -> bytes:
    """The bytes of one tensor in a file of several."""
    facts = {entry.key: entry.value for entry in tensor.external_data}
    if not all(facts.get(key, "0").isdecimal() and len(facts.get(key, "0")) < 20 for key in ("offset", "length")):
        raise AssetError(f"{place}: the place of tensor {clipped(tensor.name)!r} is no number")
    start = int(facts.get("offset", "0"))
    length = int(facts.get("length", str(max(len(data) - start, 0))))
    if start + length > len(data):
        named = clipped(tensor.name)
        raise AssetError(f"{place} is truncated: {length:,} bytes of tensor {named!r} expected at {start:,}")
    return data[start : start + length]
