"""Interventions on one side of a face, and the scene controls."""

from dataclasses import asdict
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from facing_asymmetry.api.display import facts_html
from facing_asymmetry.core.errors import ConfigError, suggestion

if TYPE_CHECKING:
    from facing_asymmetry.interventions.contract import Intervention


def list_interventions(pattern: str = "*") -> list[str]:
    """Names of the interventions and controls; docs/interventions.md describes them.

    Args:
        pattern: only names that match it, as file names match `*` and `?`.
    """
    from facing_asymmetry.interventions.registry import catalogue

    return [name for name in catalogue() if fnmatch(name, pattern)]


def create_intervention(name: str, side: str | None = None, **values: Any) -> "SidedIntervention":
    """An intervention of the catalogue.

    Args:
        name: one of `list_interventions()`.
        side: the person's affected side, `left` or `right`; `both` for interventions on both. Default: its first.
        values: its own settings, such as `degrees=30` of `yaw`; the others stay as in `conf/intervention`.

    Raises:
        ConfigError: unknown name, side or setting, or a value out of range; the message says what would be right.
    """
    from facing_asymmetry.interventions.registry import catalogue, make_intervention

    known = catalogue()
    if name not in known:
        raise ConfigError(
            f"intervention {name!r} is unknown{suggestion(name, known)} (there are: {', '.join(sorted(known))})"
        )
    found = known[name]
    return SidedIntervention(make_intervention(found.kind, **{**asdict(found), **values}) if values else found, side)


class SidedIntervention:
    """An intervention and the side that it affects.

    Args:
        intervention: what is done.
        side: the person's affected side; None: the first that the intervention has.

    Raises:
        ConfigError: the intervention has no such side.
    """

    def __init__(self, intervention: "Intervention", side: str | None = None) -> None:
        self.intervention = intervention
        self.side = intervention.sides[0] if side is None else side
        intervention.check_side(self.side)

    @property
    def name(self) -> str:
        """Name of the intervention."""
        return self.intervention.name

    def __repr__(self) -> str:
        own = "".join(f", {key}={value!r}" for key, value in asdict(self.intervention).items() if key != "name")
        return f"<intervention {self.name}: side={self.side!r}{own}>"

    def _repr_html_(self) -> str:
        made = self.intervention
        own = {key: value for key, value in asdict(made).items() if key != "name"}
        facts = {"what it does": made.worded(made.summary), "state at (s, t)": made.worded(made.formula)}
        return facts_html(f"Intervention {self.name}", {**facts, "side": self.side, **own})


class PalsySide(SidedIntervention):
    """Palsy: the affected side moves s times as far as it should, the other side moves fully.

    Args:
        side: the person's affected side, `left` or `right`.

    Raises:
        ConfigError: the side is neither.
    """

    def __init__(self, side: str = "left") -> None:
        from facing_asymmetry.interventions.palsy import Palsy

        super().__init__(Palsy(), side)


class BilateralControl(SidedIntervention):
    """The control of palsy: both sides weaken alike, as far on average, so that the face stays symmetric."""

    def __init__(self) -> None:
        from facing_asymmetry.interventions.palsy import Bilateral

        super().__init__(Bilateral(), "both")
