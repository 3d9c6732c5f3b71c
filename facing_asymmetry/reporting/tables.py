"""Tables of the report, as data frames, CSV, HTML and LaTeX.

T0 what a palsy costs, T1 classifiers, T2 scores, T3 controls, T4 expressions, T5 shares, T6 mixed models, T7 heads,
T8 photographs, T9 photographs that are not shown, T10 every output by weakened side, T11 scores of the user's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from facing_asymmetry.reporting.cost_parts import INTERACTION, PARTS, by_head
from facing_asymmetry.reporting.latex import latex_table
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.sides_table import CAPTION, sides_table
from facing_asymmetry.reporting.table_cells import formatted
from facing_asymmetry.results.files import csv_text
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import HEADS_FILE, PHOTOGRAPHS_FILE
from facing_asymmetry.statistics.definitions import SCORES

PAIR: Final = ["classifier", "emotion"]
ALL: Final = "all"
SHARES: Final = ("share_mean", "share_low", "share_high")


@dataclass(frozen=True)
class Table:
    """One table of the report.

    Attributes:
        number: for example `T2`.
        name: name of its files.
        title: heading.
        caption: what the columns are, with units.
        build: makes the table from a run, numbers unrounded.
        folded: whether the page hides it until the reader opens it.
        every_head: whether it has rows of all heads of a run, not of the first.
    """

    number: str
    name: str
    title: str
    caption: str
    build: Callable[[RunData], pd.DataFrame]
    folded: bool = False
    every_head: bool = False


def parts_table(data: RunData) -> pd.DataFrame:
    """T0: the cost of a palsy and its parts in logits, by emotion and over all; further palsies over all emotions only.

    No rows where the run has no two-sided partner of a one-sided intervention.
    """
    rows = (data.whole or data).decomposition
    whole = rows["s"].isna() & (rows["reading"] == "logit")
    rows = rows[whole & ((rows["intervention"] == data.treated) | (rows["emotion"] == ALL))]
    interventions = [data.treated, *(name for name in data.interventions if name != data.treated)]
    order = {name: place for place, name in enumerate([*data.classifiers, *interventions, ALL, *data.emotions])}
    rows = rows.sort_values(
        ["classifier", "intervention", "emotion"], key=lambda names: names.map(order), kind="stable"
    )
    table = rows[["face_model", *PAIR, "intervention", "n"]].reset_index(drop=True)
    accepted = {head: one.accepted for head, one in by_head(data).items()}
    pairs = zip(table["face_model"], table["classifier"], table["emotion"], strict=True)
    table.insert(3, "accepted", [accepted[head].get((c, e), "") if data.of_classes(c) else "" for head, c, e in pairs])
    table.insert(2, "training_set", table["classifier"].map(data.training_sets))
    numbers = rows.reset_index(drop=True)
    for part in (*PARTS, "share"):
        table[[f"{part}_mean", f"{part}_low", f"{part}_high"]] = numbers[[part, f"{part}_low", f"{part}_high"]]
        if part == INTERACTION:
            table[["interaction_p_two_sided", "interaction_p_holm"]] = numbers[["p", "p_holm"]]
    table["minimum_detectable_share"] = numbers["minimum_detectable_share"]
    table["readings_of_this_sign"] = [
        f"{int(count)} of 4" if data.of_classes(name) else ""
        for name, count in zip(numbers["classifier"], numbers["same_sign"], strict=True)
    ]
    table["note"] = numbers["note"]
    return table if table["face_model"].nunique() > 1 else table.drop(columns="face_model")


def classifier_table(data: RunData) -> pd.DataFrame:
    """T1: one row per classifier; facts of its record where the run kept them."""
    rows = []
    for name in data.classifiers:
        record = data.records.get(name, {})
        classes = data.responses.loc[data.responses["classifier"] == name, "class"].unique()
        accepted = sum(data.accepted.get((name, e), False) for e in data.emotions)
        sources = sorted({str(file["source"]) for file in record.get("weights", [])})
        rows.append(
            {
                "classifier": name,
                "training_set": data.training_sets[name],
                "architecture": record.get("architecture", ""),
                "parameters": record.get("parameters", np.nan),
                "input_px": record.get("input_size", np.nan),
                "classes": len(classes),
                "accepted": f"{accepted} of {len(data.emotions)}" if data.of_classes(name) else "",
                "reported_accuracy": record.get("reported_accuracy", ""),
                "weights": record.get("published_at") or ", ".join(sources),
                "licence": record.get("licence", ""),
                "notes": record.get("notes", ""),
            }
        )
    return pd.DataFrame(rows)


def score_summary(data: RunData) -> pd.DataFrame:
    """T2: one row per classifier and emotion under the one-sided intervention."""
    parts = [
        _part(data, "slope", data.treated, "slope", ("n", "mean", "low", "high")),
        _part(data, "slope_standardised", data.treated, "share", ("mean", "low", "high")),
        _part(data, "flips", data.treated, "flips", ("mean",)),
        _part(data, "slope", data.treated, "slope", ("hedges_g", "p_two_sided", "p_holm", "claim")),
    ]
    parts = parts if any(map(data.of_classes, data.classifiers)) else [parts[0], parts[1], parts[3]]
    return _with_acceptance(data, pd.concat(parts, axis=1))


def control_table(data: RunData) -> pd.DataFrame:
    """T3: the slope of every intervention, and what the treated one does beyond its control, where that was run."""
    numbers = ("mean", "low", "high")
    parts = [_part(data, "slope", data.treated, data.treated, ("n", *numbers))]
    if data.control:
        parts.append(_part(data, "slope", data.control, data.control, numbers))
    parts += [
        _part(data, "symmetry_specific", None, "specific", (*numbers, "hedges_g", "p_two_sided", "p_holm", "claim")),
    ]
    parts += [
        _part(data, "slope", name, name, numbers)
        for name in data.interventions
        if name not in (data.treated, data.control)
    ]
    table = pd.concat(parts, axis=1)
    by_emotion = data.shares[data.shares["emotion"] != ALL].set_index(PAIR)[["share", "low", "high"]]
    table = table.join(by_emotion.rename(columns=dict(zip(("share", "low", "high"), SHARES, strict=True))))
    return _with_acceptance(data, table)


def share_table(data: RunData) -> pd.DataFrame:
    """T5: per classifier, over all emotions, how much of the slope under `palsy` is symmetry-specific."""
    pooled = (
        data.shares[data.shares["emotion"] == ALL].set_index("classifier").reindex(data.classifiers).dropna(how="all")
    )
    named = pooled.rename(columns=dict(zip(("share", "low", "high"), SHARES, strict=True)))
    table = named[["n", "palsy", "specific", *SHARES, "note"]].reset_index()
    table.insert(1, "training_set", table["classifier"].map(data.training_sets))
    return table


def expression_table(data: RunData) -> pd.DataFrame:
    """T4: how each expression was found; no rows for authored ones, or where the run did not keep that."""
    columns = ("classifier", "emotion", "identity", "kind", "probability", "iterations", "seconds", "restart")
    found = data.expressions[[name for name in columns if name in data.expressions.columns]]
    return found[found["iterations"] > 0].copy() if "iterations" in found.columns else found.copy()


def mixed_table(data: RunData) -> pd.DataFrame:
    """T6: one row per classifier, emotion and intervention; no rows where the run fitted no models."""
    order = {name: place for place, name in enumerate([*data.classifiers, *data.emotions, *data.interventions])}
    rows = data.mixed.sort_values([*PAIR, "intervention"], key=lambda names: names.map(order), kind="stable")
    ends = {"slope": "slope_mean", "low": "slope_low", "high": "slope_high", "p": "slope_p_two_sided",
            "ols_slope": "OLS_mean", "ols_low": "OLS_low", "ols_high": "OLS_high"}  # fmt: skip
    columns = [*PAIR, "intervention", "n", *list(ends)[:4], "method", *list(ends)[4:], "note"]
    return rows[columns].rename(columns=ends).reset_index(drop=True)


def photographs_shown(data: RunData) -> pd.DataFrame:
    """T8: one row per photograph that is shown; no rows where no people are."""
    names = ["identity", "group", "subject", "emotion", "own_neutral", "strength", "residual", "yaw", "displacement"]
    rows = (data.whole or data).photographs
    return rows[names].rename(columns={"identity": "person"}) if len(rows) else rows


def photographs_not_shown(data: RunData) -> pd.DataFrame:
    """T9: one row per photograph that is not shown, with the reason; no rows where no people are."""
    return (data.whole or data).failures


def heads_compared(data: RunData) -> pd.DataFrame:
    """T7: how far heads agree, over all emotions, in every score; no rows for one head."""
    rows = data.agreement[data.agreement["emotion"] == ALL]
    shown = rows[["classifier", "intervention", "score", "comparison", "heads", "n"]].reset_index(drop=True)
    numbers = rows.reset_index(drop=True)
    shown[["estimate_mean", "estimate_low", "estimate_high"]] = numbers[["estimate", "low", "high"]]
    shown[["heads_p_two_sided", "heads_p_holm"]] = numbers[["p", "p_holm"]]
    return shown.assign(spread=numbers["spread"], method=numbers["method"], note=numbers["note"])


def own_scores_table(data: RunData) -> pd.DataFrame:
    """T11: the tests of scores that are none of the package's."""
    tests = (data.whole or data).tests
    rows = tests[~tests["score"].isin(SCORES)].reset_index(drop=True)
    columns = ["score", "face_model", *PAIR, "intervention", "n", "mean", "low", "high", "unit"]
    return rows[[*columns, "p_two_sided", "p_holm", "claim", "note"]]


TABLES: Final = (
    Table("T0", "t0_palsy_cost", "What a palsy costs, and why",
          "Cost of weakening one side, in logits, mean over s and t; its additive part, half the cost of weakening "
          "both sides; and the rest, the interaction: what the halves' not matching adds (or saves, below 0). Rows of "
          "all emotions: the mean of the emotions first. Intervals: bootstrap over identities. p: sign-flip "
          "permutation of the interaction, two-sided, and Holm-corrected. share: interaction over cost (none where the "
          "cost can't be told from 0); minimum detectable share: what this many identities would show. readings of "
          "this sign: how many of the four readings of the output (logit, centred logit, log-probability, margin) have "
          "an interaction of the same sign.", parts_table, every_head=True),
    Table("T1", "t1_classifiers", "Classifiers",
          "The networks, as published. Accepted: emotions whose full symmetric face most identities are recognised on. "
          "Architecture, notes and the publisher's accuracy, which is not measured here, stand under each classifier.",
          classifier_table),
    Table("T2", "t2_scores", "Scores",
          "Reaction to the loss of symmetry on one side (palsy). slope: logits per unit symmetry, positive where the "
          "activation falls when symmetry falls; share: the same as a share of what the expression adds to the "
          "logit; flips: share of grid nodes whose prediction left the emotion. Intervals: bootstrap over "
          "identities. g: Hedges' standardised mean. p: sign-flip permutation, "
          "two-sided, and Holm-corrected.", score_summary),
    Table("T3", "t3_controls", "Controls",
          "Slopes in logits per unit symmetry: palsy (one side weakens), bilateral (both sides weaken alike, same "
          "mean motion), specific = palsy − bilateral and its share of palsy (of the mean slopes; none where palsy "
          "can't be told from 0); then every other intervention that was run. specific is an older estimate of what "
          "symmetry explains, kept as a check of sensitivity: it holds the curvature of the response; T0 does not.",
          control_table),
    Table("T4", "t4_expressions", "Expressions",
          "How each expression was made. probability: of the emotion, mean over its identities; seconds: "
          "its share of the batch; restart: the start that won.", expression_table),
    Table("T5", "t5_shares", "Sensitivity: the older symmetry-specific share",
          "Per classifier, over the mean of the emotions: slope under palsy and its symmetry-specific part (palsy − "
          "bilateral), in logits per unit symmetry, and how much of the one the other makes up. It holds the curvature "
          "of the response, which T0 does not. Interval: bootstrap over identities. Where palsy can't be told from 0 "
          "there is no share.", share_table, folded=True),
    Table("T6", "t6_mixed", "Mixed models",
          "A second estimate of each slope, over all nodes of the grid at once: activation ~ s × t with an intercept "
          "and a slope over s of each identity's own; slope at the mean t, in logits per unit symmetry, with "
          "interval and p by t. method: the optimiser whose fit could be believed, or least squares with errors "
          "clustered by identity where none could; OLS: the latter, for comparison. No claim rests on this table.",
          mixed_table, folded=True),
    Table("T7", "t7_heads", "Heads",
          "Do heads agree? difference: the second head minus the first, over the mean of the emotions; its interval "
          "and p by Welch over identities, Holm over classifiers. mean over heads, from three heads on: mixed model, "
          "identities within heads, t with heads − 1 degrees of freedom; spread: standard deviation between heads. "
          f"{HEADS_FILE} has every emotion.", heads_compared, every_head=True),
    Table("T8", "t8_photographs", "Photographs",
          "Who is shown on what. own neutral: whether the person's own neutral photograph gave the face at rest; "
          "strength: of the expression, in authored ones (none where the label is not used); "
          "residual of the fitted head and largest displacement of the expression: per cent of the distance between "
          f"the outer corners of the eyes; yaw: degrees. {PHOTOGRAPHS_FILE} also has the files' hashes and the weights "
          "of the blendshapes.", photographs_shown, folded=True, every_head=True),
    Table("T9", "t9_not_shown", "Photographs that are not shown",
          "Every file of the folder that is not shown, with the reason, and groups without a photograph of an emotion "
          "(no path).", photographs_not_shown, folded=True, every_head=True),
    Table("T10", "t10_sides", "Every output by weakened side", CAPTION, sides_table),
    Table("T11", "t11_own_scores", "Your own scores",
          "Scores of statistics.own_scores, with the bootstrap interval and the tests of the others: p by sign-flip "
          "permutation, two-sided, and Holm-corrected. Positive means what the function makes of it.",
          own_scores_table, every_head=True),
)  # fmt: skip


def write_tables(data: RunData, folder: Path) -> list[Path]:
    """Write every table as CSV, HTML fragment and LaTeX into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in TABLES:
        frame = table.build(data)
        if frame.empty:
            continue
        if data.whole and not table.every_head:
            frame.insert(0, "head", data.heads[0])
        paths = [folder / f"{table.name}.{ending}" for ending in ("csv", "html", "tex")]
        paths[0].write_text(csv_text(frame), encoding="utf-8", newline="\n")
        shown = formatted(frame)
        paths[1].write_text(shown.to_html(index=False, border=0, na_rep=""), encoding="utf-8")
        paths[2].write_text(latex_table(shown, worded(table.caption, data), f"tab:{table.name}"), encoding="utf-8")
        written += paths
    return written


def _part(data: RunData, score: str, intervention: str | None, prefix: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Chosen columns of one score's tests, renamed `PREFIX_mean`, ...; only `n` keeps its name."""
    rows = data.tested(score, intervention)
    rows = rows[~rows.index.duplicated()]
    return rows[list(columns)].rename(columns={name: name if name == "n" else f"{prefix}_{name}" for name in columns})


def _with_acceptance(data: RunData, table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the report's order, with the training set and whether the expression is accepted."""
    order = pd.MultiIndex.from_product([data.classifiers, data.emotions], names=PAIR)
    table = table.reindex(order).reset_index()
    table.insert(1, "training_set", table["classifier"].map(data.training_sets))
    pairs = zip(table["classifier"], table["emotion"], strict=True)
    table.insert(3, "accepted", [data.accepted.get(pair, False) if data.of_classes(pair[0]) else "" for pair in pairs])
    return table
