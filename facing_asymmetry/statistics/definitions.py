"""The definition of every score: name, unit, sign, meaning and function."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import ConfigError, suggestion
from facing_asymmetry.statistics.parts import PARTS, READINGS, STANDARDISED
from facing_asymmetry.statistics.replicates import ReplicateStack
from facing_asymmetry.statistics.scores import (
    autograd,
    contrast,
    disagreement,
    flips,
    gradient,
    magnitude,
    response,
    slope,
    slope_equal_nodes,
    standardise,
    threshold,
)

Compute = Callable[[ReplicateStack], Float[ndarray, " R"]]

PER_SYMMETRY: Final = "logits per unit symmetry"
SHARE: Final = "share of the expression's activation"
SHARE_OF_GRID: Final = "share of the grid"
SIGN_FALLS: Final = "positive: the activation falls when symmetry falls"
SIGN_SPECIFIC: Final = "positive: weakening one side costs more activation than weakening both alike"
SIGN_DIRECTED: Final = (
    "positive: weakening one side costs more activation than a random symmetric change of the same size"
)


@dataclass(frozen=True)
class ScoreDefinition:
    """One score.

    Attributes:
        name: Key of the score, as in the column `score`.
        unit: Unit of measurement in words, for axes.
        description: One sentence.
        sign: What a positive value means.
        signed: Whether zero is a meaningful null; a score that cannot be negative is never tested against zero.
        compute: Function from a stack of replicates to one value each; None for a paired score or a part of the cost.
        base: For a paired score (treated minus control, same identity and emotion), the score subtracted; else "".
        control: Intervention that a paired score subtracts; "" takes the table's two-sided control.
        exact: Whether it needs the exact derivative, which a run has with `derivative=true` only.
        part: For a part of the cost, its column in the table of `parts.decomposed`; else "".
        at_zero: For a part of the cost, whether it is taken at s = 0; else it is averaged over s.
        of_classes: Whether it needs classes that exclude each other; measured values have no rows of it.
    """

    name: str
    unit: str
    description: str
    sign: str
    signed: bool = True
    compute: Compute | None = None
    base: str = ""
    control: str = ""
    exact: bool = False
    part: str = ""
    at_zero: bool = False
    of_classes: bool = False


def _activation(score: Callable[..., Float[ndarray, " R"]]) -> Compute:
    return lambda stack: score(stack.activation, stack.s, stack.t)


def _absolute_and_share(
    score: Callable[..., Float[ndarray, " R"]], unit: str, description: str, sign: str = SIGN_FALLS, signed: bool = True
) -> tuple[ScoreDefinition, ScoreDefinition]:
    """A score of the activation, and the same divided by the replicate's own response."""

    def share(stack: ReplicateStack) -> Float[ndarray, " R"]:
        grid = (stack.activation, stack.s, stack.t)
        return standardise(score(*grid), *grid)

    name = score.__name__
    words = f"{name.capitalize()} divided by the replicate's own neutral-to-expression response."
    unit_of_share = unit.replace("logits", SHARE)
    return (
        ScoreDefinition(name, unit, description, sign, signed, compute=_activation(score)),
        ScoreDefinition(f"{name}{STANDARDISED}", unit_of_share, words, sign, signed, compute=share),
    )


def _paired(name: str, description: str, sign: str, control: str = "") -> tuple[ScoreDefinition, ScoreDefinition]:
    """The slope minus that under a control, and the same standardised."""
    return (
        ScoreDefinition(
            name,
            PER_SYMMETRY,
            f"Slope under the one-sided intervention minus slope under {description}.",
            sign,
            base="slope",
            control=control,
        ),
        ScoreDefinition(
            f"{name}{STANDARDISED}",
            PER_SYMMETRY.replace("logits", SHARE),
            f"Standardised slope under the one-sided intervention minus that under {description}.",
            sign,
            base=f"slope{STANDARDISED}",
            control=control,
        ),
    )


_DEFINITIONS: Final = (
    *_absolute_and_share(
        slope,
        PER_SYMMETRY,
        "Least-squares slope of the activation over s at fixed t, averaged over t; trapezoid weights on both axes.",
    ),
    ScoreDefinition(
        "slope_equal_nodes",
        PER_SYMMETRY,
        "The slope of earlier versions, for comparison: every node counts alike, t > 0 only; it hangs on the grid.",
        SIGN_FALLS,
        compute=_activation(slope_equal_nodes),
    ),
    *_absolute_and_share(
        gradient,
        PER_SYMMETRY,
        "Mean of the finite-difference derivative over s and t; on even steps of s the two end nodes decide it.",
    ),
    ScoreDefinition(
        "autograd",
        PER_SYMMETRY,
        "Mean of the exact derivative over s and t, backwards through classifier and renderer.",
        SIGN_FALLS,
        compute=lambda stack: autograd(stack.derivative, stack.s, stack.t),
        exact=True,
    ),
    ScoreDefinition(
        "autograd_disagreement",
        "share of the mean finite difference",
        "Mean distance of the exact derivative and the finite difference; silhouettes, coarse steps or kinks cause it.",
        "never negative; 0: both agree",
        signed=False,
        compute=lambda stack: disagreement(stack.derivative, stack.activation, stack.s, stack.t),
        exact=True,
    ),
    *_absolute_and_share(
        magnitude,
        PER_SYMMETRY,
        "Mean absolute finite-difference derivative over s and t; above zero for noise too.",
        "never negative",
        signed=False,
    ),
    *_absolute_and_share(contrast, "logits", "Activation at s = 1 minus activation at s = 0, averaged over t."),
    ScoreDefinition(
        "flips",
        SHARE_OF_GRID,
        "Share of the grid's area where the prediction has left the emotion that the symmetric face shows at that t.",
        "never negative; larger: more predictions are lost",
        signed=False,
        compute=lambda stack: flips(stack.kept, stack.s, stack.t),
        of_classes=True,
    ),
    ScoreDefinition(
        "threshold",
        "symmetry s",
        "Largest s at which the prediction leaves the emotion at the largest t; the smallest s where it never does.",
        "never negative; larger: less asymmetry suffices",
        signed=False,
        compute=lambda stack: threshold(stack.margin, stack.s, stack.t),
        of_classes=True,
    ),
    ScoreDefinition(
        "response",
        "logits",
        "Activation of the full symmetric expression minus that of the neutral face: what shares are taken of.",
        "positive: the expression raises its own activation",
        compute=_activation(response),
    ),
    *_paired("symmetry_specific", "the two-sided control of equal mean motion", SIGN_SPECIFIC),
    *_paired(
        "beyond_displacement", "a random symmetric displacement of equal size", SIGN_DIRECTED, control="displacement"
    ),
    ScoreDefinition(
        "flips_specific",
        SHARE_OF_GRID,
        "Flips under the one-sided intervention minus flips under its control.",
        "positive: weakening one side loses more predictions than weakening both alike",
        base="flips",
    ),
    ScoreDefinition(
        "magnitude_specific",
        PER_SYMMETRY,
        "Gradient magnitude under the one-sided intervention minus that under its control.",
        "positive: the activation varies more under the one-sided intervention",
        base="magnitude",
    ),
)

_PART: Final = {
    "palsy_cost": (
        "Activation that weakening one side costs: y(1, t) - y(s, t), averaged over s, t and both sides.",
        "positive: the activation falls under the palsy",
    ),
    "additive": (
        "What two weak halves cost: half the cost of `NAME_two_sided`, which weakens both sides as the palsy does one.",
        "positive: weak halves activate less",
    ),
    "interaction": (
        "palsy_cost - additive: that the halves don't match. 0 for every network that adds up the two halves.",
        "positive: the asymmetric face activates less than the mean of the two symmetric faces it is made of",
    ),
}
_READING: Final = {
    "logit": "",
    "centred": "Of the logit minus the mean over classes.",
    "log_probability": "Of the logarithm of the probability, in nats.",
    "margin": "Of the logit minus the largest other one.",
}


def _parts() -> Iterator[ScoreDefinition]:
    """Every part of the cost, on every reading, averaged over s and at s = 0, and standardised."""
    for part in PARTS:
        text, sign = _PART[part]
        for reading, suffix in READINGS.items():
            unit, column = "nats" if reading == "log_probability" else "logits", f"{part}{suffix}"
            words = " ".join(filter(None, (text, _READING[reading])))
            of_classes = reading != "logit"
            for ending, place, at_zero in (("", "", False), ("_at_zero", " At s = 0.", True)):
                yield ScoreDefinition(
                    f"{column}{ending}", unit, words + place, sign, part=column, at_zero=at_zero, of_classes=of_classes
                )
        words = f"{text} Divided by the replicate's own neutral-to-expression response."
        yield ScoreDefinition(f"{part}{STANDARDISED}", SHARE, words, sign, part=f"{part}{STANDARDISED}")


SCORES: Final = {definition.name: definition for definition in (*_DEFINITIONS, *_parts())}
"""Score name -> definition."""


def score_definition(name: str) -> ScoreDefinition:
    """Return the definition of a score.

    Raises:
        ConfigError: There is no such score; the message names the nearest one.
    """
    if name not in SCORES:
        hint = suggestion(name, SCORES, f"; known scores: {', '.join(SCORES)}")
        raise ConfigError(f"unknown score {name!r}{hint}")
    return SCORES[name]


def check_scores(names: Iterable[str]) -> None:
    """Raise `ConfigError` for the first name that is not a score."""
    for name in names:
        score_definition(name)


def scores_table() -> str:
    """Return the scores as a table in Markdown, for docs/statistics.md; the readings of a part share its row."""
    shown = [one for one in SCORES.values() if one.name in PARTS or not one.part]
    lines = ["| score | unit | what it is | sign |", "|---|---|---|---|"]
    lines += [f"| `{one.name}` | {one.unit} | {one.description} | {one.sign} |" for one in shown]
    readings = [f"`{READINGS[reading]}`: {text[0].lower()}{text[1:-1]}" for reading, text in _READING.items() if text]
    return "\n".join(lines) + (
        f"\n\n{', '.join(f'`{part}`' for part in PARTS)} also exist with these endings. {'; '.join(readings)}. "
        f"`{STANDARDISED}`: divided by the replicate's own neutral-to-expression response. `_at_zero`, also after the "
        "name of a reading: at s = 0 instead of averaged over s (`interaction_margin_at_zero`)."
    )
