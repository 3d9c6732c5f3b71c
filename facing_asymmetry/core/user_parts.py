"""Parts of the user's own that a configuration names: by module and class, or by a kind that is installed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError, suggestion
from facing_asymmetry.core.named_files import contents, named_paths
from facing_asymmetry.core.user_code import error_words, import_named, source_of, working_folder_importable


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


@dataclass(frozen=True)
class UserPart:
    """A part of the user's own, not imported yet.

    Attributes:
        at: dotted key of its facts.
        place: `package.module:name`.
        named_by: what names the place, for messages.
        arguments: that it is made or called with, by name.
    """

    at: str
    place: str
    named_by: str
    arguments: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any], at: str, group: str) -> "UserPart":
        """The part that facts name: `class` or `kind`, and `arguments`.

        Raises:
            ConfigError: as `place_of`.
        """
        return cls(at, *place_of(facts, at, group), facts.get("arguments") or {})

    @classmethod
    def chosen(cls, place: str, kind: str, arguments: Mapping[str, Any], at: str, group: str) -> "UserPart | None":
        """The part of the user's own that settings name; None where they name one of the package's.

        Args:
            place: `package.module:Class`, or "".
            kind: that an installed package offers, or "".
            arguments: that it is made with, by name.
            at: dotted key of the settings.
            group: of the entry points.

        Raises:
            ConfigError: as `place_of`.
        """
        facts = {"class": place, "kind": kind, "arguments": arguments}
        return cls.of(facts, at, group) if place or kind else None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its source and what that imports, of its arguments, and of the files that they name."""
        files = {key: contents(path, key) for key, path in named_paths(self.arguments, f"{self.at}.arguments")}
        source = source_of(self.place.partition(":")[0]).fingerprint
        content = [self.place, source, dict(self.arguments), files]
        return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

    def imported(self, kind: str = "Class") -> Any:
        """What is named there.

        Raises:
            ConfigError: as `import_named`.
        """
        return import_named(self.place, self.named_by, kind)

    def made(self, *given: Any) -> Any:
        """What the class or function gives for the given values and the arguments.

        Raises:
            ConfigError: it is not there, or it raised.
        """
        found = self.imported()
        with working_folder_importable():
            try:
                return found(*given, **self.arguments)
            except FacingAsymmetryError:
                raise
            except (Exception, SystemExit) as error:  # the user's own
                raise ConfigError(f"{self.named_by} = {self.place!r} raised {error_words(error)}") from error


def places_of_others(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Modules and names that parts of a configuration would import from the working folder, by the parts' names.

    A kind that an installed package offers is not one of them: who installed it trusts it.
    """
    places = {name: str(facts.get("class") or facts.get("kind") or "") for name, facts in parts.items()}
    return {name: place for name, place in places.items() if ":" in place}
