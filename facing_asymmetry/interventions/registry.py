"""Interventions by the name that `conf/intervention` gives them."""

from typing import Final

from facing_asymmetry.errors import ConfigError, suggestion
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.palsy import Bilateral, FacialNervePalsy, Palsy

INTERVENTIONS: Final[dict[str, type[Palsy]]] = {kind.name: kind for kind in (Palsy, Bilateral, FacialNervePalsy)}


def make_intervention(name: str) -> Intervention:
    """The intervention called `name`; `ConfigError` names the nearest one where there is none."""
    if name not in INTERVENTIONS:
        hint = suggestion(name, INTERVENTIONS)
        raise ConfigError(f"unknown intervention {name!r}{hint} (there are: {', '.join(sorted(INTERVENTIONS))})")
    return INTERVENTIONS[name]()
