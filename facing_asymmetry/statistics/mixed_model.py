"""Mixed model y ~ s * t with random intercepts and slopes per identity; a fit is checked before it is used."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy import ndarray
from scipy import stats

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import CURVE_KEY, MIXED_COLUMNS
from facing_asymmetry.statistics.curves import activation_curves
from facing_asymmetry.statistics.scores import trapezoid_weights

OPTIMISERS: Final = ("lbfgs", "bfgs", "powell")
"""Tried in this order until a fit passes the checks."""

SMALLEST_VARIANCE: Final = 1e-8
"""Random-effect variance, of data scaled to unit variance, below which a fit is not believed."""

NEGLIGIBLE: Final = 1e-6
"""Slope, of data scaled to unit variance, that is rounding error: two methods that differ by less agree."""

NEEDED_COLUMNS: Final = ("identity", "s", "t", "logit")
"""What `mixed_model` needs."""

SlopeEstimate = tuple[float, float, float, float]
"""Slope, lower and upper bound of its interval, two-sided p."""


@dataclass(frozen=True)
class MixedFit:
    """Slope over s at the mean t of the grid, by trapezoid weights as the score `slope`, in logits per unit symmetry.

    Attributes:
        slope: Slope by the method used.
        low: Lower bound of its interval.
        high: Upper bound of its interval.
        p: Two-sided p, by t with identities - 1 degrees of freedom.
        method: "mixed model (OPTIMISER)", or "cluster-robust OLS" where no optimiser gave a believable fit.
        ols_slope: Slope by cluster-robust OLS of the same data, for comparison.
        ols_low: Lower bound of the OLS interval.
        ols_high: Upper bound of the OLS interval.
        n: Number of identities.
        note: What was rejected and why; else empty.
    """

    slope: float
    low: float
    high: float
    p: float
    method: str
    ols_slope: float
    ols_low: float
    ols_high: float
    n: int
    note: str


def mixed_table(responses: pd.DataFrame | Iterable[pd.DataFrame], confidence: float = 0.95) -> pd.DataFrame:
    """Fit `mixed_model` to every classifier, emotion and intervention of a response table.

    Where nothing can be fitted (fewer than three identities, one t, no variation) the row has NaN, the method
    "none" and the reason as `note`.

    Args:
        responses: See `curves.activation_curves`.
        confidence: Confidence level of the intervals.

    Raises:
        DataError: A column is missing.
    """
    rows = [
        {**dict(zip(CURVE_KEY, key, strict=True)), **_fit(curves, confidence)}
        for key, curves in activation_curves(responses)
    ]
    return pd.DataFrame(rows, columns=list(MIXED_COLUMNS))


def _fit(curves: pd.DataFrame, confidence: float) -> dict[str, object]:
    try:
        fit = mixed_model(curves, confidence)
    except DataError as reason:
        return {"n": curves["identity"].nunique(), "method": "none", "note": str(reason)}
    return {name: getattr(fit, name) for name in MIXED_COLUMNS[len(CURVE_KEY) :]}


def mixed_model(curves: pd.DataFrame, confidence: float = 0.95) -> MixedFit:
    """Fit the activation curves of one classifier, emotion and intervention.

    statsmodels' MixedLM can return a fixed effect of exactly 0 and call it converged when the random-effect variance
    collapses (its issue 10239). So y is scaled to unit variance, and a fit is rejected that didn't converge, has a
    variance below `SMALLEST_VARIANCE`, a fixed effect of exactly 0 or a standard error that isn't finite; then the
    next optimiser is tried.

    Args:
        curves: Columns identity, s, t, logit; one row per node (and side). Nodes have trapezoid weights, so that on a
            balanced grid the slope is the mean of the score `slope`.
        confidence: Confidence level of the interval.

    Raises:
        DataError: A column is missing, or there are fewer than three identities or two values of s or of t.
    """
    missing = [name for name in NEEDED_COLUMNS if name not in curves.columns]
    if missing:
        raise DataError(f"curves lack the column(s) {', '.join(missing)}; they have {', '.join(curves.columns)}")
    for column, least in (("identity", 3), ("s", 2), ("t", 2)):
        if curves[column].nunique() < least:
            raise DataError(f"curves: column {column} has {curves[column].nunique()} value(s); need {least}")
    y = curves["logit"].to_numpy(float)
    if not curves["logit"].std() > 0:
        raise DataError("curves: column logit does not vary; a model has nothing to fit")
    (s, of_s), (t, of_t) = (_centred(curves[axis].to_numpy(float)) for axis in ("s", "t"))
    design = np.column_stack([np.ones_like(s), s, t, s * t])
    return believable_slope(y, design, pd.factorize(curves["identity"])[0], confidence, weights=of_s * of_t)


def _centred(values: Float[ndarray, " N"]) -> tuple[Float[ndarray, " N"], Float[ndarray, " N"]]:
    """Each row's distance from the mean of an axis, and its trapezoid weight on that axis."""
    nodes, place = np.unique(values, return_inverse=True)
    weights = trapezoid_weights(nodes)
    return values - weights @ nodes, weights[place]


def believable_slope(
    y: Float[ndarray, " N"],
    design: Float[ndarray, "N K"],
    groups: Int[ndarray, " N"],
    confidence: float,
    random: int = 2,
    optimisers: Sequence[str] = OPTIMISERS,
    weights: Float[ndarray, " N"] | None = None,
) -> MixedFit:
    """Coefficient of the design's second column, by the first mixed model that passes the checks, else by OLS.

    Args:
        y: What is modelled.
        design: Design matrix of full rank; its first column holds ones.
        groups: Number of each row's identity.
        confidence: Confidence level of the interval.
        random: How many of the design's first columns vary between identities: 1 the intercept, 2 the slope too.
        optimisers: Tried in this order.
        weights: Weight of each row; None counts all alike.
    """
    root = np.ones_like(y) if weights is None else np.sqrt(weights / weights.mean())
    scale = float(pd.Series(y).std()) or 1.0
    scaled, design = (y - np.average(y, weights=weights)) / scale * root, design * root[:, None]
    ols = _ols(scaled, design, groups, confidence)
    best, method, notes = _first_believable(scaled, design, groups, confidence, random, optimisers)
    slope, low, high, p = best or ols
    if not ols[1] - NEGLIGIBLE <= slope <= ols[2] + NEGLIGIBLE:
        notes.append("mixed model and cluster-robust OLS disagree by more than the latter's interval")
    return MixedFit(
        slope=scale * slope,
        low=scale * low,
        high=scale * high,
        p=p,
        method=method,
        ols_slope=scale * ols[0],
        ols_low=scale * ols[1],
        ols_high=scale * ols[2],
        n=len(np.unique(groups)),
        note="; ".join(notes),
    )


def _first_believable(
    y: Float[ndarray, " N"],
    design: Float[ndarray, "N K"],
    groups: Int[ndarray, " N"],
    confidence: float,
    random: int,
    optimisers: Sequence[str],
) -> tuple[SlopeEstimate | None, str, list[str]]:
    """The first estimate that passes the checks, the method's name, and what was rejected before it."""
    notes: list[str] = []
    for optimiser in optimisers:
        estimate, reason = _mixed(y, design, groups, optimiser, confidence, random)
        if estimate is not None:
            return estimate, f"mixed model ({optimiser})", notes
        notes.append(f"{optimiser}: {reason}")
    return None, "cluster-robust OLS", notes


def _mixed(
    y: Float[ndarray, " N"],
    design: Float[ndarray, "N K"],
    groups: Int[ndarray, " N"],
    optimiser: str,
    confidence: float,
    random: int,
) -> tuple[SlopeEstimate | None, str]:
    """A believable estimate, or None and why not."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is checked below
        try:
            fit = MixedLM(y, design, groups=groups, exog_re=design[:, :random]).fit(method=optimiser)
            slope, error = float(fit.fe_params[1]), float(fit.bse_fe[1])
            variance = float(np.diag(fit.cov_re).min())
        except (np.linalg.LinAlgError, ValueError) as failure:
            return None, f"failed ({failure})"
    if not fit.converged:
        return None, "didn't converge"
    if variance < SMALLEST_VARIANCE:
        return None, f"random-effect variance {variance:.1e} is below {SMALLEST_VARIANCE:.0e}"
    if slope == 0.0 or not np.isfinite(error) or error <= 0:
        return None, f"slope {slope} with standard error {error}"
    return _estimate(slope, error, len(np.unique(groups)), confidence), ""


def _ols(
    y: Float[ndarray, " N"], design: Float[ndarray, "N K"], groups: Int[ndarray, " N"], confidence: float
) -> SlopeEstimate:
    import statsmodels.api as sm

    fit = sm.OLS(y, design).fit(cov_type="cluster", cov_kwds={"groups": groups})
    return _estimate(float(fit.params[1]), float(fit.bse[1]), len(np.unique(groups)), confidence)


def _estimate(slope: float, error: float, identities: int, confidence: float) -> SlopeEstimate:
    reach = float(stats.t.ppf((1 + confidence) / 2, identities - 1)) * error
    p = float(2 * stats.t.sf(abs(slope) / error, identities - 1)) if error > 0 else float(slope == 0)
    return slope, slope - reach, slope + reach, p
