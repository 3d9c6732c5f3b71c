"""`defence=...`: every classifier of a configuration once behind each of the defences that are compared."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.classifiers.registry import with_fingerprint
from facing_asymmetry.classifiers.user_weights import cached_gate
from facing_asymmetry.config import UNDEFENDED, Defence
from facing_asymmetry.core.errors import ConfigError, suggestion

DEFENCES: Final[tuple[str, ...]] = get_args(Defence)

LOOKS: Final[Mapping[str, int]] = {"flip_average": 2, "stronger_half": 3, "gate": 3}
"""Forward passes for one picture."""


def with_defences(composed: Mapping[str, Any]) -> dict[str, Any]:
    """A composed configuration with an entry of `classifiers` for each defence, and `defence` as it is by default.

    A classifier whose record has a defence of its own stays as it is.

    Raises:
        ConfigError: an unknown defence, or a fault in the record of a classifier that is put behind a gate.
    """
    given = composed.get("defence", UNDEFENDED)
    wanted = [given] if isinstance(given, str) else given
    classifiers = composed.get("classifiers")
    if wanted == [UNDEFENDED] or not isinstance(wanted, list) or not isinstance(classifiers, Mapping):
        return dict(composed)
    for kind in wanted:
        if kind not in DEFENCES:
            raise ConfigError(f"defence = {kind!r}; choose of {', '.join(DEFENCES)}{suggestion(str(kind), DEFENCES)}")
    found: dict[str, Any] = {}
    for name, facts in classifiers.items():
        own = isinstance(facts, Mapping) and facts.get("defence", UNDEFENDED) == UNDEFENDED
        found |= dict(_behind(name, facts, kind) for kind in wanted) if own else {name: facts}
    return {**composed, "classifiers": found, "defence": [UNDEFENDED]}


def _behind(name: str, facts: Mapping[str, Any], kind: str) -> tuple[str, dict[str, Any]]:
    """Name and facts of a classifier behind a defence."""
    if kind == UNDEFENDED:
        return name, dict(facts)
    own = str(facts.get("name", name))
    changed = {"name": f"{own}_{kind}", "original": own, "defence": kind}
    if kind == "gate":
        changed["gate"] = str(cached_gate(with_fingerprint(record_from(facts, f"classifiers.{name}"))))
    return f"{name}_{kind}", {**facts, **changed, "flops": LOOKS[kind] * int(facts.get("flops") or 0)}
