"""The definition of every score: name, unit, sign, meaning and function."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.core.errors import ConfigError, suggestion
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
    standardise,
    threshold,
)

Compute = Callable[[ReplicateStack], Float[ndarray, " R"]]

PER_SYMMETRY: Final = "logits per unit symmetry"
SHARE_PER_SYMMETRY: Final = "share of the expression's activation per unit symmetry"
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
        compute: Function from a stack of replicates to one value each; None for a paired score.
        base: For a paired score (treated minus control, same identity and emotion), the score subtracted; else "".
        control: Intervention that a paired score subtracts; "" takes the table's two-sided control.
        exact: Whether it needs the exact derivative, which a run has with `derivative=true` only.
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


def _activation(score: Callable[..., Float[ndarray, " R"]]) -> Compute:
    return lambda stack: score(stack.activation, stack.s, stack.t)


def _share(score: Callable[..., Float[ndarray, " R"]]) -> Compute:
    def compute(stack: ReplicateStack) -> Float[ndarray, " R"]:
        grid = (stack.activation, stack.s, stack.t)
        return standardise(score(*grid), *grid)

    return compute


_DEFINITIONS: Final = (
    ScoreDefinition(
        "slope",
        PER_SYMMETRY,
        "Least-squares slope of the activation over s at fixed t, averaged over t > 0.",
        SIGN_FALLS,
        compute=_activation(slope),
    ),
    ScoreDefinition(
        "slope_standardised",
        SHARE_PER_SYMMETRY,
        "Slope divided by the replicate's own neutral-to-expression response; comparable across classifiers.",
        SIGN_FALLS,
        compute=_share(slope),
    ),
    ScoreDefinition(
        "gradient",
        PER_SYMMETRY,
        "Mean of the finite-difference derivative over s; decided by the two outermost nodes at each end.",
        SIGN_FALLS,
        compute=_activation(gradient),
    ),
    ScoreDefinition(
        "gradient_standardised",
        SHARE_PER_SYMMETRY,
        "Gradient divided by the replicate's own neutral-to-expression response.",
        SIGN_FALLS,
        compute=_share(gradient),
    ),
    ScoreDefinition(
        "autograd",
        PER_SYMMETRY,
        "Mean of the exact derivative over s, backwards through classifier and renderer.",
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
    ScoreDefinition(
        "magnitude",
        PER_SYMMETRY,
        "Mean absolute finite-difference derivative over s; above zero for noise too.",
        "never negative",
        signed=False,
        compute=_activation(magnitude),
    ),
    ScoreDefinition(
        "magnitude_standardised",
        SHARE_PER_SYMMETRY,
        "Magnitude divided by the replicate's own neutral-to-expression response.",
        "never negative",
        signed=False,
        compute=_share(magnitude),
    ),
    ScoreDefinition(
        "contrast",
        "logits",
        "Activation at s = 1 minus activation at s = 0, averaged over t > 0.",
        SIGN_FALLS,
        compute=_activation(contrast),
    ),
    ScoreDefinition(
        "contrast_standardised",
        "share of the expression's activation",
        "Contrast divided by the replicate's own neutral-to-expression response.",
        SIGN_FALLS,
        compute=_share(contrast),
    ),
    ScoreDefinition(
        "flips",
        "share of grid nodes",
        "Share of the nodes at which the prediction has left the emotion that the symmetric face shows at the same t.",
        "never negative; larger: more predictions are lost",
        signed=False,
        compute=lambda stack: flips(stack.kept, stack.s, stack.t),
    ),
    ScoreDefinition(
        "threshold",
        "symmetry s",
        "Largest s at which the prediction leaves the emotion at the largest t; the smallest s where it never does.",
        "never negative; larger: less asymmetry suffices",
        signed=False,
        compute=lambda stack: threshold(stack.margin, stack.s, stack.t),
    ),
    ScoreDefinition(
        "response",
        "logits",
        "Activation of the full symmetric expression minus that of the neutral face: what shares are taken of.",
        "positive: the expression raises its own logit",
        compute=_activation(response),
    ),
    ScoreDefinition(
        "symmetry_specific",
        PER_SYMMETRY,
        "Slope under the one-sided intervention minus slope under the two-sided control of equal mean motion.",
        SIGN_SPECIFIC,
        base="slope",
    ),
    ScoreDefinition(
        "symmetry_specific_standardised",
        SHARE_PER_SYMMETRY,
        "Standardised slope under the one-sided intervention minus that under its control.",
        SIGN_SPECIFIC,
        base="slope_standardised",
    ),
    ScoreDefinition(
        "beyond_displacement",
        PER_SYMMETRY,
        "Slope under the one-sided intervention minus slope under a random symmetric displacement of equal size.",
        SIGN_DIRECTED,
        base="slope",
        control="displacement",
    ),
    ScoreDefinition(
        "beyond_displacement_standardised",
        SHARE_PER_SYMMETRY,
        "Standardised slope under the one-sided intervention minus that under a random symmetric displacement.",
        SIGN_DIRECTED,
        base="slope_standardised",
        control="displacement",
    ),
    ScoreDefinition(
        "flips_specific",
        "share of grid nodes",
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

SCORES: Final = {definition.name: definition for definition in _DEFINITIONS}
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
    """Return the scores as a table in Markdown, for docs/statistics.md."""
    lines = ["| score | unit | what it is | sign |", "|---|---|---|---|"]
    lines += [f"| `{one.name}` | {one.unit} | {one.description} | {one.sign} |" for one in SCORES.values()]
    return "\n".join(lines)
