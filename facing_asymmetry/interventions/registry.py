"""Interventions by their kind, with the values that `conf/intervention` gives them."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

import dacite

from facing_asymmetry.errors import ConfigError, suggestion
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.displacement import RandomDisplacement
from facing_asymmetry.interventions.palsy import Bilateral, EqualMotion, FacialNervePalsy, Palsy, RegionalPalsy
from facing_asymmetry.interventions.resting import RestingDroop
from facing_asymmetry.interventions.scenes import Blur, LightAzimuth, Noop, Scale, Yaw
from facing_asymmetry.plain_numbers import as_float

_KINDS: Final[tuple[type[Intervention], ...]] = (
    *(Palsy, FacialNervePalsy, EqualMotion, RegionalPalsy, Bilateral, RestingDroop, RandomDisplacement),
    *(Noop, Yaw, LightAzimuth, Scale, Blur),
)

INTERVENTIONS: Final[dict[str, type[Intervention]]] = {kind.kind: kind for kind in _KINDS}
"""Kind -> class."""


def make_intervention(kind: str, **values: Any) -> Intervention:
    """An intervention of a kind; without values, with its defaults.

    Raises:
        ConfigError: unknown kind or value (the nearest name is given), a value of the wrong type or out of range.
    """
    if kind not in INTERVENTIONS:
        hint = suggestion(kind, INTERVENTIONS)
        raise ConfigError(f"unknown intervention {kind!r}{hint} (there are: {', '.join(sorted(INTERVENTIONS))})")
    cls = INTERVENTIONS[kind]
    place = f"interventions.{values.get('name', kind)}"
    fields = [field.name for field in dataclasses.fields(cls) if field.name != "name"]
    for key in values:
        if key != "name" and key not in fields:
            allowed = ", ".join(fields) or "no values of its own"
            raise ConfigError(f"{place}.{key} is unknown{suggestion(key, fields)} (kind {kind} has: {allowed})")
    try:
        made: Intervention = dacite.from_dict(cls, values, dacite.Config(strict=True, type_hooks={float: as_float}))
    except dacite.DaciteFieldError as error:
        raise ConfigError(f"{place}.{error.field_path}: {error}") from error
    return made


def intervention_from(name: str, facts: Mapping[str, Any]) -> Intervention:
    """The intervention of a configuration's entry `interventions.NAME`: its `kind` (NAME by default), its own values.

    Raises:
        ConfigError: as `make_intervention`, or the entry's `name` is not NAME.
    """
    values = dict(facts)
    kind = str(values.pop("kind", name))
    if values.setdefault("name", name) != name:
        raise ConfigError(
            f"interventions.{name}.name = {values['name']!r}; it must be {name!r}, as its entry is called"
        )
    return make_intervention(kind, **values)
