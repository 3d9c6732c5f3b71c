"""Interventions by their kind, found in this package, with the values that `conf/intervention` gives them."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.conf_folder import conf_facts, conf_files
from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.core.settings import validated
from facing_asymmetry.core.user_parts import offered
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.own import GROUP, own_class


def _found() -> dict[str, type[Intervention]]:
    """Every class of this package that has a `kind` of its own, in alphabetical order of kinds."""
    found: dict[str, type[Intervention]] = {}
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules([str(Path(__file__).parent)], f"{package}."):
        if module.name == __name__:
            continue
        for cls in vars(import_module(module.name)).values():
            own = isinstance(cls, type) and cls.__module__ == module.name and "kind" in vars(cls)
            if own and issubclass(cls, Intervention):
                if cls.kind in found:
                    raise TypeError(f"{cls.__name__} and {found[cls.kind].__name__} are both of kind {cls.kind!r}")
                found[cls.kind] = cls
    return dict(sorted(found.items()))


INTERVENTIONS: Final[dict[str, type[Intervention]]] = _found()
"""Kind -> class."""


def make_intervention(kind: str, **values: Any) -> Intervention:
    """An intervention of a kind; without values, with its defaults.

    Raises:
        ConfigError: unknown kind or value (the nearest name is given), a value of the wrong type or out of range.
    """
    place = f"interventions.{values.get('name', kind)}"
    return validated(_class(kind, place), values, place)


def _class(kind: str, place: str) -> type[Intervention]:
    if kind in INTERVENTIONS:
        return INTERVENTIONS[kind]
    if ":" in kind:
        return own_class(kind, f"{place}.class")
    installed = offered(GROUP)
    if kind not in installed:
        known = [*INTERVENTIONS, *installed]
        hint = suggestion(kind, known)
        raise ConfigError(f"unknown intervention {kind!r}{hint} (there are: {', '.join(sorted(known))})")
    return own_class(installed[kind], f"the entry point {kind} of {GROUP}")


def intervention_from(name: str, facts: Mapping[str, Any]) -> Intervention:
    """The intervention of a configuration's entry `interventions.NAME`.

    Args:
        name: NAME.
        facts: its `kind` (NAME by default) or the `class` of the user's own, and the values of its settings.

    Raises:
        ConfigError: as `make_intervention`, or the entry's `name` is not NAME.
    """
    values = dict(facts)
    place = values.pop("class", None)
    kind = str(values.pop("kind", place or name))
    if place and kind != place:
        raise ConfigError(f"interventions.{name} has a kind ({kind}) and a class ({place}); leave one out")
    if values.setdefault("name", name) != name:
        raise ConfigError(
            f"interventions.{name}.name = {values['name']!r}; it must be {name!r}, as its entry is called"
        )
    return make_intervention(kind, **values)


def catalogue() -> Mapping[str, Intervention]:
    """What `conf/intervention` and the user's folder offer: `palsy` first, then in alphabetical order.

    Raises:
        ConfigError: a file's values are refused, as by `intervention_from`.
    """
    return _catalogue(tuple(sorted(conf_files("intervention").items(), key=lambda one: (one[0] != "palsy", one[0]))))


@cache
def _catalogue(files: tuple[tuple[str, Path], ...]) -> Mapping[str, Intervention]:
    return {name: intervention_from(name, conf_facts("intervention", name)) for name, _ in files}


def catalogue_table() -> str:
    """The table of `docs/interventions.md`: a row for each intervention of the catalogue, in Markdown."""
    rows = [
        f"| `{name}` | {made.worded(made.summary)} | {made.worded(made.formula)} | {made.worded(made.purpose)} |"
        for name, made in catalogue().items()
    ]
    return "\n".join(["| name | what it does | state at (s, t) | what it is for |", "|---|---|---|---|", *rows])
