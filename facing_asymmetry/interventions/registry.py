"""Interventions by the name that `conf/intervention` gives them."""

from difflib import get_close_matches
from typing import Final

from facing_asymmetry.errors import ConfigError
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.palsy import Bilateral, FacialNervePalsy, Palsy

INTERVENTIONS: Final[dict[str, type[Palsy]]] = {kind.name: kind for kind in (Palsy, Bilateral, FacialNervePalsy)}


def make_intervention(name: str) -> Intervention:
    """The intervention called `name`; `ConfigError` names the nearest one where there is none."""
    if name not in INTERVENTIONS:
        near = get_close_matches(name, INTERVENTIONS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"unknown intervention {name!r}{hint} (there are: {', '.join(sorted(INTERVENTIONS))})")
    return INTERVENTIONS[name]()
