"""Interventions of the user's own: a class that a configuration or an installed package names."""

import inspect
from functools import cache
from typing import Any, Final

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema
from facing_asymmetry.core.user_code import import_named
from facing_asymmetry.interventions.contract import Intervention, Invariant

GROUP: Final = "facing_asymmetry.interventions"
"""Entry points under which installed packages offer interventions, by their kind."""

SIGNATURES: Final = {"basis": ("face",), "gains": ("s", "t", "side")}
"""What an intervention must define, with the arguments it is called with."""


def own_class(place: str, key: str) -> type[Intervention]:
    """The class of an intervention, checked and with its values checked like those of the package's own.

    Args:
        place: `package.module:Class`; the working folder is searched first.
        key: that holds it, for messages.

    Raises:
        ConfigError: no such module or class, or it is no intervention: the message says what it lacks.
    """
    found = import_named(place, key, "Class")
    if not (isinstance(found, type) and issubclass(found, Intervention)):
        raise ConfigError(
            f"{key} = {place!r} is no intervention; let its class inherit from {Intervention.__module__}.Intervention"
        )
    if lacking := _lacking(found):
        raise ConfigError(f"{key} = {place!r} {lacking}")
    return _completed(found, place)


def _lacking(cls: type[Intervention]) -> str:
    """What a class lacks to be an intervention, in words; empty for nothing."""
    for name, arguments in SIGNATURES.items():
        method: Any = getattr(cls, name)
        if getattr(method, "__isabstractmethod__", False):
            return f"has no method {name}(self, {', '.join(arguments)})"
        try:
            inspect.signature(method).bind(None, *arguments)
        except TypeError:
            return f"has {name}{inspect.signature(method)}; it is called as {name}(self, {', '.join(arguments)})"
    sides = getattr(cls, "sides", None)
    if not isinstance(sides, tuple) or not sides or not set(sides) <= {"left", "right", "both"}:
        return f'declares sides = {sides!r}; write ("left", "right") or ("both",)'
    promises = getattr(cls, "invariants", None)
    if not promises or not all(isinstance(each, Invariant) for each in promises):
        return (
            "declares no promises: say what holds of its faces in `invariants`, a frozenset of Invariant, such as "
            "Invariant.FULL_EXPRESSION (facing-asymmetry check tests them)"
        )
    return ""


@cache
def _completed(cls: type[Intervention], place: str) -> type[Intervention]:
    """The class as one whose values are checked; what it says nothing of for readers is taken from its docstring."""
    for base in reversed(cls.__mro__[1:]):
        if issubclass(base, Intervention) and "__dataclass_fields__" not in vars(base):
            schema()(base)  # in place, so that the class has its fields
    made = cls if "__pydantic_fields__" in vars(cls) else schema()(cls)
    said = (inspect.getdoc(cls) or "").split("\n\n")[0].replace("\n", " ").replace("{", "(").replace("}", ")")
    words = {"summary": said, "formula": "", "purpose": ""}
    for name, text in words.items():
        if not hasattr(made, name):
            setattr(made, name, text)
    made.kind = place
    return made
