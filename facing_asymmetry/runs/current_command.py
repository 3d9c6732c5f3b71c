"""What this process was asked for, where Hydra's sweeper and callback find it: light, so that help stays quick."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facing_asymmetry.runs.sweep import Session


@dataclass
class Asked:
    """A command: its last stage and what was typed; `session` once it turns out to be a multirun."""

    stage: str
    command: str
    session: "Session | None" = None


_asked = [Asked("report", "facing-asymmetry run")]


def begin(stage: str, command: str) -> Asked:
    """Note what this process was asked for."""
    _asked[0] = Asked(stage, command)
    return _asked[0]


def current() -> Asked:
    """What this process was asked for."""
    return _asked[0]
