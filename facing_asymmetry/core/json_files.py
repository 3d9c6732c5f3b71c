"""JSON that others may have written, read into a shape: what does not fit is one sentence, never another error."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError


def parse_json(text: bytes | str, shape: Any = Any) -> Any:
    """The value of a JSON text; keys that a `TypedDict` does not name are kept where it says so.

    Args:
        text: of the file.
        shape: type that the value must have, such as `dict[str, int]`.

    Raises:
        ValueError: it is not JSON, nested too deeply, or of another shape; the message names the place in it.
    """
    return _checked(TypeAdapter(shape).validate_json, text)


def fit_shape(value: Any, shape: Any) -> Any:
    """A value of a shape; `ValueError` as by `parse_json` where it has another."""
    return _checked(TypeAdapter(shape).validate_python, value)


def _checked(validate: Callable[[Any], Any], value: Any) -> Any:
    try:
        return validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from error
