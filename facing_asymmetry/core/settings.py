"""Settings as frozen pydantic dataclasses whose errors are one sentence about one key.

Pydantic checks the values. This module turns its errors into `ConfigError`s that name the dotted key, the value and
everything that would be right: the nearest known name, the choices, the whole range with its unit of measurement.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import wraps
from typing import Any, Final, Literal, TypeVar, dataclass_transform, get_args, get_origin

import pydantic.dataclasses
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from facing_asymmetry.core.errors import ConfigError, suggestion

T = TypeVar("T")

SETTINGS: Final = ConfigDict(extra="forbid", allow_inf_nan=False)
"""No unknown keys, no NaN or infinity."""

KINDS: Final = {
    "int_type": ("a whole number", "whole numbers"),
    "float_type": ("a number", "numbers"),
    "finite_number": ("a finite number", "finite numbers"),
    "bool_type": ("true or false", "true or false"),
    "string_type": ("a string", "strings"),
    "list_type": ("a list", "lists"),
    "tuple_type": ("a list", "lists"),
    "dict_type": ("a mapping of keys to values", "mappings of keys to values"),
    "dataclass_type": ("a mapping of keys to values", "mappings of keys to values"),
}
"""Pydantic's type of error -> what one value, or the items of a list, must be."""


@dataclass_transform(frozen_default=True, field_specifiers=(Field,))
def schema(at: str = "") -> Callable[[type[T]], type[T]]:
    """Make a class a frozen dataclass that checks its values; `dataclasses.asdict` and `replace` work on it.

    A field's range, choices and unit of measurement stand in its type, its default and description in `Field`.
    Numbers and switches should be `StrictInt`, `StrictFloat` and `StrictBool`: pydantic takes "3" for a plain `int`.

    Args:
        at: dotted key that the values have in a configuration; the keys in messages start with it.
    """

    def decorate(cls: type[T]) -> type[T]:
        made: Any = pydantic.dataclasses.dataclass(frozen=True, config=SETTINGS)(cls)
        checked = made.__init__

        @wraps(checked)
        def init(self: T, *args: Any, **values: Any) -> None:
            try:
                checked(self, *args, **values)
            except ValidationError as error:
                raise ConfigError(sentence(error, made, at)) from error

        made.__init__ = init
        return made

    return decorate


def validated(cls: type[T], values: Mapping[str, Any], at: str = "") -> T:
    """An instance of a schema, made of a mapping; nested schemas are made of nested mappings.

    Args:
        cls: a class decorated with `schema`.
        values: as a configuration file holds them.
        at: dotted key of the mapping, which the keys in messages start with.

    Raises:
        ConfigError: an unknown key, a value of the wrong type or out of range; the message names the dotted key.
    """
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        raise ConfigError(sentence(error, cls, at)) from error


def fields_of(cls: type) -> dict[str, FieldInfo]:
    """Fields of a schema by name: `annotation`, `default`, `description`, and constraints (`bounds`, `choices`)."""
    found: dict[str, FieldInfo] = vars(cls)["__pydantic_fields__"]
    return found


def choices(info: FieldInfo) -> tuple[str, ...]:
    """What a field, or each item of it, may be; empty where it is no choice."""
    return next((get_args(part) for part in _parts(info.annotation) if get_origin(part) is Literal), ())


def bounds(info: FieldInfo) -> str:
    """The range of a field, or of each item of it, in words: `between 0 and 1, both excluded`; may be empty."""
    limits = _limits(info, ("ge", "gt", "le", "lt", "unit"))
    unit = f" {limits.pop('unit')}" if "unit" in limits else ""
    words = {key: f"{value:,}" if isinstance(value, int) else f"{value:g}" for key, value in limits.items()}
    if words.keys() == {"ge", "le"}:
        return f"between {words['ge']} and {words['le']}{unit}"
    if words.keys() == {"gt", "lt"}:
        return f"between {words['gt']} and {words['lt']}{unit}, both excluded"
    names = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return " and ".join(f"{name} {words[key]}" for key, name in names.items() if key in words) + (unit if words else "")


def sentence(error: ValidationError, cls: type, at: str = "") -> str:
    """What is wrong, of all errors the first unknown key or else the first: the key, the value, and what is right."""
    found = error.errors(include_url=False)
    first = next((e for e in found if e["type"] == "unexpected_keyword_argument"), found[0])
    owner, info, keys, items = _locate(cls, first["loc"])
    key = ".".join([at] * bool(at) + keys)
    if first["type"] == "unexpected_keyword_argument":
        known = {info.alias or name: info for name, info in fields_of(owner).items()}
        allowed = ", ".join(known) or "no keys of its own"
        return f"unknown key {key}{suggestion(keys[-1], known)} (allowed: {allowed})"
    return _complaint(first, key or "the configuration", info, items)


def _complaint(error: ErrorDetails, key: str, info: FieldInfo | None, in_list: bool) -> str:
    """The sentence about a value of a known key."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    subject = f"{key} holds {shown}; its items" if in_list else f"{key} = {shown}; it"
    if kind == "value_error":
        return f"{key} = {shown}; {context['error']}"
    if kind in KINDS:
        limits = bounds(info) if info and kind in ("int_type", "float_type") else ""
        joint = " of " if limits.startswith("at ") else " " if limits else ""
        return f"{subject} must be {KINDS[kind][in_list]}{joint}{limits}"
    if info is None:
        return f"{key} = {shown}: {error['msg']}"
    if kind == "literal_error":
        if in_list and not isinstance(value, str):
            return f"{subject} must be {KINDS['string_type'][1]}"
        allowed = [choice for choice in choices(info) if choice]
        near = suggestion(str(value), allowed)
        return f"{key}{':' if in_list else ' ='} {shown} is unknown{near} (allowed: {', '.join(allowed)})"
    if kind == "too_short":
        example = f", for example {info.examples[0]}" if info.examples else ""
        return f"{key} is empty; name at least one{example}"
    if kind in ("missing", "too_long"):
        return f"{key} = {shown}; it must have {len(get_args(info.annotation))} values"
    if kind in ("string_too_short", "string_too_long"):
        lengths = _limits(info, ("min_length", "max_length"))
        return f"{subject} must have {lengths['min_length']} to {lengths['max_length']} characters"
    return f"{subject} must be {bounds(info)}" if bounds(info) else f"{key} = {shown}: {error['msg']}"


def _locate(cls: type, location: tuple[int | str, ...]) -> tuple[type, FieldInfo | None, list[str], bool]:
    """The schema and field that pydantic's location leads to, its keys, and whether it goes on into a list."""
    owner, info, keys, rest = cls, None, list[str](), list(location)
    while rest:
        known, part = fields_of(owner), rest.pop(0)
        name = list(known)[part] if isinstance(part, int) else part
        keys.append(name)
        info = known.get(name)
        inner = nested(info) if info else None
        if inner is None:
            keys += [part for part in rest if isinstance(part, str) and part != "[key]"]
            return owner, info, keys, any(isinstance(part, int) for part in rest)
        if info and info.annotation is not inner and rest:
            keys.append(str(rest.pop(0)))
        owner = inner
    return owner, info, keys, False


def nested(info: FieldInfo) -> type | None:
    """The schema that a field holds, alone or by name; None where it holds something else."""
    hint = get_args(info.annotation)[-1] if get_origin(info.annotation) is dict else info.annotation
    return hint if isinstance(hint, type) and is_dataclass(hint) else None


def _parts(hint: Any) -> Iterator[Any]:
    """A type and all types and annotations inside it."""
    yield hint
    for part in get_args(hint):
        yield from _parts(part)


def _limits(info: FieldInfo, names: tuple[str, ...]) -> dict[str, Any]:
    """Constraints of these names, of the field or of the items in it."""
    parts = (*info.metadata, *_parts(info.annotation))
    flat = [one for part in parts for one in (part.metadata if isinstance(part, FieldInfo) else [part])]
    return {name: getattr(one, name) for one in flat for name in names if hasattr(one, name)}
