"""Scores of the user's own: functions of one replicate's grid that `statistics.own_scores` names."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from pydantic import Field, StrictBool

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.settings import schema, validated
from facing_asymmetry.core.user_code import error_words
from facing_asymmetry.core.user_parts import UserPart
from facing_asymmetry.statistics.definitions import SCORES, ScoreDefinition
from facing_asymmetry.statistics.replicates import ReplicateStack

GROUP: Final = "facing_asymmetry.scores"
"""Entry points under which installed packages offer scores, by their kind."""

KEY: Final = "statistics.own_scores"

Number = Callable[[Float[ndarray, "S T"], Float[ndarray, " S"], Float[ndarray, " T"]], Any]

TRIED_ON: Final = np.linspace(0, 1, 3)
"""Values of s and of t at which a function is tried before anything is computed."""


@schema(KEY)
class UserScore:
    """What a configuration says of one score, beside where its function is."""

    unit: str = Field(default="logits", description="Unit of its values, in words.")
    description: str = Field(default="", description="What it is, in one sentence.")
    sign: str = Field(default="", description="What a positive value means.")
    signed: StrictBool = Field(default=True, description="Whether it can be negative, so that it is tested against 0.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="Further arguments, by name.")


def described(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, UserScore]:
    """What a configuration says of its own scores, by name; nothing is imported.

    Raises:
        ConfigError: a score has the name of one of the package's, or a wrong key or value.
    """
    for name in scores:
        if name in SCORES:
            raise ConfigError(f"{KEY}.{name}: there is a score {name!r} already; call yours otherwise")
    words = {name: {key: facts[key] for key in facts if key not in ("class", "kind")} for name, facts in scores.items()}
    return {name: validated(UserScore, facts, f"{KEY}.{name}") for name, facts in words.items()}


def user_scores(scores: Mapping[str, Mapping[str, Any]]) -> list[ScoreDefinition]:
    """The scores of a configuration; this imports the modules that it names.

    Raises:
        ConfigError: a module or function is not there, it takes other arguments, or gives no number.
    """
    return [_definition(name, score, scores[name]) for name, score in described(scores).items()]


def score_code(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Hash of what each score rests on, by its name; nothing is imported."""
    return {name: UserPart.of(facts, f"{KEY}.{name}", GROUP).fingerprint for name, facts in scores.items()}


def _definition(name: str, score: UserScore, facts: Mapping[str, Any]) -> ScoreDefinition:
    part = UserPart.of(facts, f"{KEY}.{name}", GROUP)
    found, at = part.imported("function"), f"{part.named_by} = {part.place!r}"
    function: Number = part.made() if isinstance(found, type) else partial(found, **score.arguments)

    def compute(stack: ReplicateStack) -> Float[ndarray, " R"]:
        return np.array([_value(function, y, stack.s, stack.t, at) for y in stack.activation])

    _value(function, np.outer(TRIED_ON, TRIED_ON), TRIED_ON, TRIED_ON, at)
    return ScoreDefinition(name, score.unit, score.description, score.sign, score.signed, compute)


def _value(
    function: Number, y: Float[ndarray, "S T"], s: Float[ndarray, " S"], t: Float[ndarray, " T"], at: str
) -> float:
    try:
        return float(function(y.copy(), s.copy(), t.copy()))
    except (Exception, SystemExit) as error:  # the user's own
        raise ConfigError(
            f"{at} is called with (activation, s, t) and its arguments; it gave no number for a grid of {len(s)} x "
            f"{len(t)}: {error_words(error)}"
        ) from error
