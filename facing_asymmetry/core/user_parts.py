"""Where a configuration says that a part of the user's own is: by module and class, or by a kind that is installed."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from facing_asymmetry.core.errors import ConfigError, suggestion


def offered(group: str) -> dict[str, str]:
    """Kinds that installed packages offer in a group of entry points, and where they are, as `package.module:Class`."""
    return {point.name: point.value for point in entry_points(group=group)}


def place_of(facts: Mapping[str, Any], at: str, group: str) -> tuple[str, str]:
    """Where a part is, as `package.module:Class`, and what names it, for messages; nothing is imported.

    Args:
        facts: with either `class`, or `kind`: an entry point of an installed package.
        at: dotted key of the facts.
        group: of the entry points.

    Raises:
        ConfigError: it has both or neither, or nothing that is installed offers the kind.
    """
    place, kind = (str(facts.get(key) or "") for key in ("class", "kind"))
    if place and kind:
        raise ConfigError(f"{at} has a kind ({kind}) and a class ({place}); leave one out")
    if place:
        return place, f"{at}.class"
    if not kind:
        raise ConfigError(f"{at} names nothing of yours; write class: package.module:name, or a kind that is installed")
    known = offered(group)
    if kind not in known:
        hint = suggestion(kind, known)
        raise ConfigError(
            f"{at}.kind = {kind!r} is no entry point of the group {group}{hint} "
            f"(there are: {', '.join(sorted(known)) or 'none'})"
        )
    return known[kind], f"the entry point {kind} of {group}"


def places_of_others(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Modules and names that parts of a configuration would import from the working folder, by the parts' names.

    A kind that an installed package offers is not one of them: who installed it trusts it.
    """
    places = {name: str(facts.get("class") or facts.get("kind") or "") for name, facts in parts.items()}
    return {name: place for name, place in places.items() if ":" in place}
