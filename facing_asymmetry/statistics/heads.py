"""Do heads agree? Scores of every two heads compared, and of three or more their mean over heads.

A head is a replicate of a higher order than an identity: identities of two heads are independent samples, and the mean
over heads has as many replicates as there are heads.
"""

import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray
from scipy import stats

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.results.layout import CURVE_KEY, HEADS_COLUMNS
from facing_asymmetry.statistics.hypotheses import SHARE
from facing_asymmetry.statistics.identities import identity_scores
from facing_asymmetry.statistics.mixed_model import OPTIMISERS, SMALLEST_VARIANCE
from facing_asymmetry.statistics.multiplicity import adjust

COST: Final = "palsy_cost"
_COMPARED: Final = ("slope", "slope_standardised", "interaction", "interaction_standardised")
_UNIT: Final = [name for name in CURVE_KEY if name != "face_model"]
_FAMILY: Final = ["expression", "intervention", "score", "comparison", "heads", "pooled"]

UNEVEN: Final = "not compared: not every identity shows every emotion, so that the means are of unlike emotions"

PAIR: Final = "difference"
MEAN: Final = "mean over heads"


def heads_table(
    scores: pd.DataFrame, decomposition: pd.DataFrame, settings: StatisticsSettings, treated: str = "palsy"
) -> pd.DataFrame:
    """Return how far heads agree, by classifier, emotion ("all": the mean of the emotions first) and score.

    Compared are `slope` and `interaction`, both also standardised, and `interaction_share`, under the interventions
    that have an interaction. The columns after the score's unit:

    - `comparison`: `difference` of two heads (the second minus the first; Welch over identities), or, where there are
      three or more, `mean over heads` (mixed model: identities within heads, a random intercept for each head).
    - `heads`: their names; `n`: their identities, together.
    - `estimate` with its interval `low` to `high`, and `p` that it is 0.
    - `p_holm`: corrected over classifiers and emotions; rows of all emotions are a family of their own.
    - `spread`: standard deviation between heads, beyond that of identities; of a mean only.
    - `method`, and `note`: limits, in words.

    Heads whose identities lack emotions, as people on photographs do, are compared emotion by emotion only.

    Args:
        scores: Score table of all heads.
        decomposition: Decomposition of the same; it says where there is a share.
        settings: Confidence level, and whether only accepted replicates count.
        treated: What is compared where no intervention has an interaction.

    Returns:
        Columns `HEADS_COLUMNS`; no rows where there is one head only.
    """
    expression = shared_expression(scores)
    if expression:
        scores, decomposition = (table.assign(expression=expression) for table in (scores, decomposition))
    uneven = _uneven(scores)
    rows = [
        row
        for key, values in _units(scores, decomposition, settings, treated)
        for row in (_not_compared if uneven and key["emotion"] == ALL_EMOTIONS else _compared)(key, values, settings)
    ]
    if not rows:
        return pd.DataFrame(columns=list(HEADS_COLUMNS))
    table = pd.DataFrame(rows)
    families = table.assign(pooled=table["emotion"] == ALL_EMOTIONS).groupby(_FAMILY, observed=True)["p"]
    table["p_holm"] = families.transform(lambda p: adjust(p.to_numpy(float), "holm"))
    return table[list(HEADS_COLUMNS)]


def shared_expression(table: pd.DataFrame) -> str:
    """What heads are compared under that each have a kind of expression of their own, as photographs have; else ""."""
    pairs = table[["face_model", "expression"]].drop_duplicates().astype(str)
    alone = pairs["face_model"].is_unique and pairs["expression"].nunique() > 1
    return " and ".join(sorted(pairs["expression"].unique())) if alone else ""


def _uneven(scores: pd.DataFrame) -> bool:
    """Whether the identities of the heads don't all show the same emotions, so that a mean of them compares unlikes."""
    shown = scores[["face_model", "identity", "emotion"]].drop_duplicates()
    return bool((shown.groupby(["face_model", "identity"], observed=True).size() < shown["emotion"].nunique()).any())


_Values = dict[str, Float[ndarray, " N"]]


def _units(
    scores: pd.DataFrame, decomposition: pd.DataFrame, settings: StatisticsSettings, alone: str
) -> Iterator[tuple[dict[str, Any], _Values]]:
    """Each unit's name, and its values on each head: one per identity."""
    if scores["face_model"].nunique() < 2:
        return
    treated = set(scores.loc[scores["score"] == "interaction", "intervention"]) or {alone}
    used = scores[scores["score"].isin([*_COMPARED, COST]) & scores["intervention"].isin(treated)]
    if used.empty:
        return
    each, pooled = (identity_scores(used, all_of_them, settings.accepted_only) for all_of_them in (False, True))
    values = pd.concat([each, pooled], ignore_index=True).dropna(subset="value")
    named_by = [*_UNIT, "score", "unit"]
    for key, part in values[values["score"] != COST].groupby(named_by, observed=True):
        named = dict(zip(named_by, key, strict=True))
        yield named, {str(head): rows["value"].to_numpy(float) for head, rows in part.groupby("face_model")}
    for key, part in values[values["score"].isin(["interaction", COST])].groupby(_UNIT, observed=True):
        named = {**dict(zip(_UNIT, key, strict=True)), "score": SHARE, "unit": "of the palsy's cost"}
        yield named, dict(_shares(part, _told(decomposition, named)))


def _told(decomposition: pd.DataFrame, named: dict[str, Any]) -> set[str]:
    """Heads of which the decomposition gives a share."""
    rows = decomposition[decomposition["s"].isna() & (decomposition["reading"] == "logit")]
    for column in _UNIT:
        rows = rows[rows[column] == named[column]]
    return set(rows.loc[rows["share"].notna(), "face_model"])


def _shares(part: pd.DataFrame, told: set[str]) -> Iterator[tuple[str, Float[ndarray, " N"]]]:
    """By head, the share of the interaction made linear in the identities: their mean is the ratio of the means."""
    for head, rows in part.groupby("face_model"):
        table = rows.pivot(index="identity", columns="score", values="value").dropna()
        if head in told and {"interaction", COST} <= set(table.columns):
            interaction, cost = table["interaction"].to_numpy(float), table[COST].to_numpy(float)
            ratio = interaction.mean() / cost.mean()
            yield str(head), ratio + (interaction - ratio * cost) / cost.mean()


def _compared(named: dict[str, Any], values: _Values, settings: StatisticsSettings) -> Iterator[dict[str, Any]]:
    for first, second in combinations(sorted(values), 2):
        one, other = values[first], values[second]
        found = welch(one, other, settings.confidence)
        yield {
            **named,
            "comparison": PAIR,
            "heads": f"{first}, {second}",
            "n": len(one) + len(other),
            "estimate": found.pop("difference"),
            **found,
            "spread": np.nan,
            "method": "Welch",
        }
    if len(values) > 2:
        heads = sorted(values)
        facts = {"comparison": MEAN, "heads": ", ".join(heads), "n": sum(map(len, values.values()))}
        yield {**named, **facts, **mean_over_heads([values[head] for head in heads], settings.confidence)}


def _not_compared(named: dict[str, Any], values: _Values, settings: StatisticsSettings) -> Iterator[dict[str, Any]]:
    """Rows without numbers, for the mean of emotions that not every identity shows."""
    for first, second in combinations(sorted(values), 2):
        facts = {"comparison": PAIR, "heads": f"{first}, {second}", "n": len(values[first]) + len(values[second])}
        numbers = dict.fromkeys(("estimate", "low", "high", "p", "spread"), np.nan)
        yield {**named, **facts, **numbers, "method": "none", "note": UNEVEN}


def welch(one: Float[ndarray, " N"], other: Float[ndarray, " M"], confidence: float) -> dict[str, Any]:
    """Mean of `other` minus mean of `one`, with interval and p by Welch's t: difference, low, high, p, note."""
    nothing = {"difference": np.nan, "low": np.nan, "high": np.nan, "p": np.nan}
    if min(len(one), len(other)) < 2:
        return {**nothing, "note": f"{len(one)} and {len(other)} identities: no difference from fewer than 2"}
    difference = float(other.mean() - one.mean())
    if np.ptp(one) == 0 and np.ptp(other) == 0:
        return {**nothing, "difference": difference, "note": "no variation between identities: no interval"}
    test = stats.ttest_ind(other, one, equal_var=False)
    bounds = test.confidence_interval(confidence)
    ends = {"low": float(bounds.low), "high": float(bounds.high)}
    return {"difference": difference, **ends, "p": float(test.pvalue), "note": ""}


def mean_over_heads(values: list[Float[ndarray, " N"]], confidence: float) -> dict[str, Any]:
    """Mean over three heads or more, with interval and p by t with heads - 1 degrees of freedom, and their spread.

    A mixed model with a random intercept for each head, checked as `mixed_model.mixed_model` does; where no optimiser
    gives a believable fit, the heads' means are the sample.

    Args:
        values: Of each head, one value per identity.
        confidence: Confidence level of the interval.

    Returns:
        estimate, low, high, p, spread, method, note.
    """
    y = np.concatenate(values)
    groups = np.repeat(np.arange(len(values)), [len(one) for one in values])
    scale = float(y.std(ddof=1)) or 1.0
    notes: list[str] = []
    for optimiser in OPTIMISERS:
        fit, reason = _fitted((y - y.mean()) / scale, groups, optimiser)
        if fit is not None:
            estimate, error, spread = float(y.mean()) + scale * fit[0], scale * fit[1], scale * fit[2]
            method = f"mixed model ({optimiser})"
            break
        notes.append(f"{optimiser}: {reason}")
    else:
        means = np.array([one.mean() for one in values])
        estimate, spread, method = float(means.mean()), float(means.std(ddof=1)), "means of the heads"
        error = spread / np.sqrt(len(means))
    reach = float(stats.t.ppf((1 + confidence) / 2, len(values) - 1)) * error
    p = float(2 * stats.t.sf(abs(estimate) / error, len(values) - 1)) if error > 0 else float("nan")
    ends = {"low": estimate - reach, "high": estimate + reach}
    return {"estimate": estimate, **ends, "p": p, "spread": spread, "method": method, "note": "; ".join(notes)}


def _fitted(
    y: Float[ndarray, " N"], groups: Float[ndarray, " N"], optimiser: str
) -> tuple[tuple[float, float, float] | None, str]:
    """Mean, its standard error and the heads' standard deviation; or None and why they aren't believed."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is checked below
        try:
            fit = MixedLM(y, np.ones((len(y), 1)), groups=groups).fit(method=optimiser)
            mean, error, variance = float(fit.fe_params[0]), float(fit.bse_fe[0]), float(fit.cov_re[0, 0])
        except (np.linalg.LinAlgError, ValueError) as failure:
            return None, f"failed ({failure})"
    if not fit.converged:
        return None, "didn't converge"
    if variance < SMALLEST_VARIANCE:
        return None, f"variance between heads {variance:.1e} is below {SMALLEST_VARIANCE:.0e}"
    if not np.isfinite(error) or error <= 0:
        return None, f"standard error {error}"
    return (mean, error, float(np.sqrt(variance))), ""
