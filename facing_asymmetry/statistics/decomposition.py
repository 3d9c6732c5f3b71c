"""How the cost of a palsy splits into its parts, with intervals: two weak halves, and that they don't match."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.core.units import LOGIT, in_unit
from facing_asymmetry.results.layout import CURVE_KEY, DECOMPOSITION_COLUMNS
from facing_asymmetry.statistics.definitions import SCORES
from facing_asymmetry.statistics.effects import minimum_detectable_effect
from facing_asymmetry.statistics.hypothesis_tests import configured_interval
from facing_asymmetry.statistics.identities import lacking_text
from facing_asymmetry.statistics.multiplicity import adjust
from facing_asymmetry.statistics.parts import PARTS, READINGS
from facing_asymmetry.statistics.resampling import generator, sign_flip_test
from facing_asymmetry.statistics.shares import share

_ROW: Final = [*CURVE_KEY, "reading", "s"]
_FAMILY: Final = ["face_model", "expression", "intervention", "reading", "s", "pooled"]


def decomposition_table(parts: pd.DataFrame, settings: StatisticsSettings) -> pd.DataFrame:
    """Return the palsy's cost and its parts, by classifier, emotion, intervention, reading and s.

    The columns after s:

    - `n`: identities with both sides and the two-sided control.
    - `palsy_cost` = `additive` + `interaction`: means over identities, each with its interval `_low` to `_high`.
    - `p`: two-sided sign-flip test of the interaction.
    - `p_holm`: corrected over classifiers and emotions; rows of all emotions are a family of their own.
    - `share`: mean interaction over mean palsy cost, with its interval; none where the cost can't be told from 0.
    - `minimum_detectable_share`: smallest share that n identities would show at alpha / tests with the set power.
    - `same_sign`: how many of the four readings have an interaction of this sign.
    - `note`: limits, in words.

    Args:
        parts: As `parts.decomposed` returns them, with the mean over s and each s.
        settings: Settings of the tests and intervals.

    Returns:
        Columns `DECOMPOSITION_COLUMNS`: for each reading, by emotion and with "all" (the mean of the emotions first),
        the mean over s and t (s is NaN); for the logit and "all" also the mean over t at each s. No rows where no
        intervention has its two-sided partner.
    """
    values = _identities(parts, settings.accepted_only)
    if values.empty:
        return pd.DataFrame(columns=list(DECOMPOSITION_COLUMNS))
    same = _same_sign(values)
    kept = values["s"].isna() | ((values["reading"] == "logit") & (values["emotion"] == ALL_EMOTIONS))
    groups = values[kept].groupby(_ROW, dropna=False, observed=True)
    table = pd.DataFrame([{**dict(zip(_ROW, key, strict=True)), **_row(key, part, settings)} for key, part in groups])
    families = table.assign(pooled=table["emotion"] == ALL_EMOTIONS).groupby(_FAMILY, dropna=False, observed=True)["p"]
    table["p_holm"] = families.transform(lambda p: adjust(p.to_numpy(), "holm"))
    tests = families.transform("count")
    table["minimum_detectable_share"] = [
        sd * minimum_detectable_effect(n, settings.alpha / count, settings.power) / abs(cost) if told else float("nan")
        for sd, n, count, cost, told in zip(
            table["sd"], table["n"], tests, table["palsy_cost"], table["share"].notna(), strict=True
        )
    ]
    table = table.merge(same, on=_ROW, how="left")
    order = table.assign(reading=table["reading"].map(list(READINGS).index))
    order = order.sort_values([*CURVE_KEY, "reading", "s"], na_position="first", kind="stable")
    return table.loc[order.index, list(DECOMPOSITION_COLUMNS)].reset_index(drop=True)


def _identities(parts: pd.DataFrame, accepted_only: bool) -> pd.DataFrame:
    """One row per identity, reading and s with `PARTS`, by emotion and over all of them."""
    keys, everything = [*CURVE_KEY, "s", "identity"], parts
    long = []
    for reading, suffix in READINGS.items():
        parts = everything if reading == "logit" else everything[everything["unit"] == LOGIT]
        values = parts[[f"{part}{suffix}" for part in PARTS]].set_axis(list(PARTS), axis=1)
        values = values.where(parts["accepted"]) if accepted_only else values
        each = pd.concat([parts[[*keys, "unit"]], values], axis=1)
        groups = each.assign(emotion=ALL_EMOTIONS).groupby(keys, dropna=False, observed=True)
        pooled = (
            groups[list(PARTS)].mean().assign(lacking=_emotions(parts) - groups.size(), unit=groups["unit"].first())
        )
        long += [each.assign(reading=reading, lacking=0), pooled.reset_index().assign(reading=reading)]
    return pd.concat(long, ignore_index=True)


def _emotions(parts: pd.DataFrame) -> "pd.Series[int]":
    """How many emotions anybody shows, beside each row of the pooled table."""
    unit = [name for name in (*CURVE_KEY, "s") if name != "emotion"]
    keys = [*CURVE_KEY, "s", "identity"]
    counted = parts.assign(shown=parts.groupby(unit, dropna=False, observed=True)["emotion"].transform("nunique"))
    return counted.assign(emotion=ALL_EMOTIONS).groupby(keys, dropna=False, observed=True)["shown"].max()


def _same_sign(values: pd.DataFrame) -> pd.DataFrame:
    """Number of readings whose mean interaction has the sign of the row's own."""
    signs = (
        np.sign(values.groupby(_ROW, dropna=False, observed=True)["interaction"].mean()).rename("sign").reset_index()
    )
    keys = [name for name in _ROW if name != "reading"]
    pairs = signs.merge(signs[[*keys, "sign"]], on=keys, suffixes=("", "_other"))
    counts = (pairs["sign"] == pairs["sign_other"]).groupby([pairs[name] for name in _ROW], dropna=False, observed=True)
    return counts.sum().rename("same_sign").reset_index()


def _row(key: tuple[object, ...], group: pd.DataFrame, settings: StatisticsSettings) -> dict[str, object]:
    """Statistics of one row; `group` has one row per identity."""
    used = group.dropna(subset="interaction").sort_values("identity")
    cost, interaction = used["palsy_cost"].to_numpy(float), used["interaction"].to_numpy(float)
    stream = partial(_stream, key, str(group["unit"].iloc[0]), settings)
    found: dict[str, object] = {"n": len(used), "sd": float(used["interaction"].std(ddof=1))}
    for part in PARTS:
        values = used[part].to_numpy(float)
        interval = configured_interval(values, settings, stream("bootstrap", part))
        found |= {
            part: float(values.mean()) if len(values) else float("nan"),
            f"{part}_low": interval.low,
            f"{part}_high": interval.high,
        }
    flip = sign_flip_test(interaction, settings.permutations, stream("permutation", "interaction"))
    ratio = share(interaction, cost, settings.confidence, settings.resamples, stream("share", "interaction"))
    return {
        **found,
        "p": flip.p_two_sided,
        "share": ratio.value,
        "share_low": ratio.low,
        "share_high": ratio.high,
        "note": "; ".join(_notes(group, used, settings, interval.note, ratio.note)),
    }


def _stream(
    key: tuple[object, ...], unit: str, settings: StatisticsSettings, use: str, part: str
) -> np.random.Generator:
    """Random stream of one number: averaged over s, that of the same score in the test table, so that both agree."""
    *curve, reading, s = key
    definition = SCORES[f"{part}{READINGS[str(reading)]}"]
    at = [] if np.isnan(float(str(s))) else [f"s = {s}"]
    return generator(settings.seed, use, *curve, definition.name, in_unit(definition.unit, unit), *at)


def _notes(
    group: pd.DataFrame, used: pd.DataFrame, settings: StatisticsSettings, interval: str, ratio: str
) -> Iterator[str]:
    n, all_of_them = len(used), len(group)
    if not n:
        yield "no identity has both sides and the two-sided control: the interaction needs all three"
        return
    if reason := settings.no_claim(n):
        yield f"no claim: {reason}"
    if n < all_of_them:
        yield f"{all_of_them - n} of {all_of_them} identities lack a side, the two-sided control or a value"
    yield from filter(None, (interval, ratio, lacking_text(group["lacking"])))
