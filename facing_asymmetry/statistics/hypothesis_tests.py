"""The test table: one row per classifier, emotion, intervention and score."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import TEST_COLUMNS, TEST_KEY
from facing_asymmetry.statistics.definitions import SCORES, check_scores
from facing_asymmetry.statistics.effects import hedges_g, minimum_detectable_effect, tost
from facing_asymmetry.statistics.identities import identity_scores, lacking_text
from facing_asymmetry.statistics.multiplicity import adjust
from facing_asymmetry.statistics.resampling import Interval, SignFlip, bca_interval, generator, sign_flip_test
from facing_asymmetry.statistics.user_scores import described

FAMILY: Final = ("face_model", "expression", "intervention", "score")
"""Tests that are corrected together: all classifiers and emotions of one score under one intervention."""


def hypothesis_tests(scores: pd.DataFrame, settings: StatisticsSettings, pooled: bool = False) -> pd.DataFrame:
    """Return one row per classifier, emotion, intervention and score, with its test over identities.

    A score that is never negative is not tested against zero: its p is NaN. The columns after `TEST_KEY`:

    - `n`: identities with a value.
    - `n_accepted`: how many of them are accepted.
    - `mean`, `sd`, and the BCa interval `low` to `high`, in `unit`.
    - `hedges_g` with its interval `hedges_g_low` to `hedges_g_high`.
    - `p_two_sided`, `p_one_sided` (mean > 0): of the sign-flip test.
    - `p_holm`, `p_bh`: the two-sided p corrected over the `tests` of the `FAMILY`.
    - `p_equivalence`: TOST against the margin, standardised scores only.
    - `minimum_detectable`: smallest mean in `unit` that n identities would show at alpha / `tests` with the set power.
    - `method`: of the sign-flip test.
    - `claim`: whether n suffices for a claim.
    - `note`: limits, in words.

    Args:
        scores: Tidy score table, or your own table as `own_scores` completes it.
        settings: Scores that it does not name are left out, but for the user's own; if it names none, all are tested.
        pooled: Average over emotions first: one row per classifier with the emotion "all".

    Raises:
        ConfigError: The settings name an unknown score.
        DataError: The table lacks a column, is empty, or has none of the scores asked for.
    """
    identities = identity_scores(scores, pooled, settings.accepted_only)
    own = described(settings.own_scores)
    check_scores(name for name in settings.scores if name not in own)
    if settings.scores:
        identities = identities[identities["score"].isin([*settings.scores, *own])]
        if identities.empty:
            raise DataError(f"score table has none of the scores {', '.join(settings.scores)} (column score)")
    rows = [
        {**dict(zip(TEST_KEY, key, strict=True)), **_statistics(part, tuple(map(str, key)), settings)}
        for key, part in identities.groupby(list(TEST_KEY), sort=True, observed=True)
    ]
    table = pd.DataFrame(rows)
    families = table.groupby(list(FAMILY), observed=True)["p_two_sided"]
    table["p_holm"] = families.transform(lambda p: adjust(p.to_numpy(), "holm"))
    table["p_bh"] = families.transform(lambda p: adjust(p.to_numpy(), "bh"))
    table["tests"] = families.transform("count").astype(int)
    table["minimum_detectable"] = [
        sd * minimum_detectable_effect(n, settings.alpha / tests, settings.power) if tests else float("nan")
        for sd, n, tests in zip(table["sd"], table["n"], table["tests"], strict=True)
    ]
    coarse = (table["method"] == "monte carlo") & (2 * table["tests"] / (1 + settings.permutations) > settings.alpha)
    wanted = f"too few permutations for Holm over {table['tests'].max()} tests: raise statistics.permutations"
    table.loc[coarse, "note"] = [f"{note}; {wanted}" if note else wanted for note in table.loc[coarse, "note"]]
    return table[list(TEST_COLUMNS)]


def _statistics(part: pd.DataFrame, key: tuple[str, ...], settings: StatisticsSettings) -> dict[str, object]:
    """Statistics of one test; `part` has one row per identity."""
    used = part.dropna(subset="value")
    values = used["value"].to_numpy(dtype=float)
    n, name = len(values), key[TEST_KEY.index("score")]
    definition = SCORES.get(name) or described(settings.own_scores).get(name)
    signed = definition is None or definition.signed
    interval = configured_interval(values, settings, generator(settings.seed, "bootstrap", *key))
    effect = hedges_g(values, settings.confidence)
    flip = SignFlip(float("nan"), float("nan"), "none")
    if signed:
        flip = sign_flip_test(values, settings.permutations, generator(settings.seed, "permutation", *key))
    return {
        "n": n,
        "n_accepted": int(used["accepted"].sum()),
        "mean": float(values.mean()) if n else float("nan"),
        "sd": float(values.std(ddof=1)) if n > 1 else float("nan"),
        "low": interval.low,
        "high": interval.high,
        "hedges_g": effect.g,
        "hedges_g_low": effect.low,
        "hedges_g_high": effect.high,
        "p_two_sided": flip.p_two_sided,
        "p_one_sided": flip.p_one_sided,
        "p_equivalence": tost(values, settings.equivalence_margin) if name.endswith("_standardised") else float("nan"),
        "method": flip.method,
        "claim": signed and not settings.no_claim(n),
        "note": "; ".join(_notes(part, used, signed, interval.note, settings)),
    }


def configured_interval(
    values: Float[ndarray, " N"], settings: StatisticsSettings, rng: np.random.Generator
) -> Interval:
    """Return the `bca_interval` that the settings ask for."""
    expanded = settings.interval == "bca_expanded"
    return bca_interval(values, settings.confidence, settings.resamples, rng, expanded=expanded)


def _notes(
    part: pd.DataFrame, used: pd.DataFrame, signed: bool, interval: str, settings: StatisticsSettings
) -> Iterator[str]:
    n = len(used)
    if reason := settings.no_claim(n):
        yield f"no claim: {reason}"
    if not signed:
        yield "never negative, so not tested against zero: compare with the control"
    elif n and 2.0 ** (1 - n) > settings.alpha:
        yield f"{n} identities can't reach p <= {settings.alpha:g}"
    if interval:
        yield interval
    absent = len(part) - n
    if absent:
        yield f"{absent} of {len(part)} identities without a value"
    if "lacking" in part and (text := lacking_text(part["lacking"])):
        yield text
    rejected = int((~part["accepted"]).sum())
    if rejected:
        kept = "left out" if settings.accepted_only else "kept"
        yield f"not recognised on the full symmetric face: {rejected} of {len(part)} identities ({kept})"
