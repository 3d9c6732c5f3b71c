"""The comparison of runs on different face models: one figure, and one page that needs no network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import jinja2
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import scratch_folder
from facing_asymmetry.reporting.build import save_figure
from facing_asymmetry.reporting.comparison.models import (
    COMPARED_SCORES,
    ModelRun,
    agreement,
    common_pairs,
    differences,
    estimates,
    read_models,
)
from facing_asymmetry.reporting.style import (
    MUTED,
    PAPER,
    RULE,
    WIDTH,
    interval,
    look,
    new_figure,
    readable,
    robust_limits,
)
from facing_asymmetry.reporting.svg import figure_svg, svg_uri
from facing_asymmetry.results.contact_sheets import data_uri
from facing_asymmetry.results.files import claim_folder, write_csv

MODEL_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
MODEL_MARKERS: Final = "osD^"
SCORE_LABELS: Final = {
    "slope_standardised": "standardised slope\n(share of activation lost\nper unit symmetry)",
    "interaction_standardised": "interaction of the sides\n(share of activation)",
    "symmetry_specific_standardised": "sensitivity: symmetry-specific\n(share of activation\nper unit symmetry)",
}
"""Panels of the figure: networks differ in the scale of their logits, so it shows shares."""

CORNERS = ((1.0, 0.0, "neutral"), (1.0, 1.0, "symmetric"), (0.5, 1.0, "half"), (0.0, 1.0, "one side still"))
"""s, t and name of the frames that are shown of each face model."""


def compare(folders: Sequence[Path], into: Path) -> Path:
    """Write `comparison.html`, `estimates.csv`, `differences.csv`, `agreement.csv` and the figure (PNG, PDF).

    Returns:
        Path of the page.

    Raises:
        ConfigError: the folder holds files of others.
        DataError: the runs can't be compared.
        StoreError: the folder can't be written.
    """
    claim_folder(into)
    runs = read_models(folders)
    table, apart = estimates(runs), differences(runs)
    agreed = agreement(table, apart)
    drawn = comparison_figure(table, [run.name for run in runs])
    try:
        with scratch_folder(into) as fresh:
            for name, content in (("estimates", table), ("differences", apart), ("agreement", agreed)):
                write_csv(fresh, f"{name}.csv", content)
            for form in ("png", "pdf"):
                save_figure(drawn, fresh / f"comparison.{form}", 200)
            (fresh / "comparison.html").write_text(comparison_page(runs, table, apart, agreed, drawn), encoding="utf-8")
            for path in sorted(fresh.iterdir()):
                path.replace(into / path.name)
    except OSError as error:
        raise StoreError(f"the comparison could not be written into {into}: {error}") from error
    return into / "comparison.html"


def comparison_page(
    runs: Sequence[ModelRun], table: pd.DataFrame, apart: pd.DataFrame, agreed: pd.DataFrame, figure: Figure
) -> str:
    """The page as text.

    Args:
        runs: the runs that are compared.
        table: from `estimates`.
        apart: from `differences`.
        agreed: from `agreement`.
        figure: from `comparison_figure`.
    """
    text = files("facing_asymmetry.reporting.comparison").joinpath("templates", "comparison.html.j2").read_text("utf-8")
    style = files("facing_asymmetry.reporting").joinpath("templates", "report.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    width, height = figure.get_size_inches()
    return template.render(
        style=style,
        models=[_facts(run) for run in runs],
        sentences=[
            sentence(row, {run.name: len(run.data.identities) for run in runs}) for row in agreed.to_dict("records")
        ],
        warning=warning(runs),
        picture=svg_uri(figure_svg(figure, "comparison")),
        width=round(100 * width),
        height=round(100 * height),
        scores=COMPARED_SCORES,
        strips=strips(runs),
        corners=[name for _, _, name in CORNERS],
        estimates=_html(table),
        differences=_html(apart),
    )


def sentence(row: Mapping[Any, Any], identities: Mapping[str, int]) -> str:
    """One score and two models in words; `identities`: number of faces by model."""
    names, score = f"{readable(row['first'])} and {readable(row['second'])}", COMPARED_SCORES[row["score"]]
    if not row["pairs"]:
        absent = f"not compared, as {names} don't both have it (an interaction needs the intervention palsy_two_sided)"
        return f"{score.capitalize()}: {f'{names} recognise no expression in common' if row['tested'] else absent}."
    rank = "" if np.isnan(row["rank_correlation"]) else f", rank correlation {row['rank_correlation']:.2f}"
    return (
        f"{score.capitalize()}: {names} have the same sign in {row['same_sign']} of the {row['pairs']} classifier × "
        f"emotion pairs that both recognise{rank}; their means differ significantly in {row['differ']} of "
        f"{row['tested']} pairs (Welch, Holm; {identities[row['first']]} and {identities[row['second']]} identities)."
    )


def warning(runs: Sequence[ModelRun]) -> str:
    """Why no claim is made, or empty."""
    few = [f"{run.name} {len(run.data.identities)}" for run in runs if not _enough(run)]
    if not few:
        return ""
    least = runs[0].data.minimum_identities
    return f"No claim: identities are fewer than the {least} that a claim needs ({', '.join(few)})."


def strips(runs: Sequence[ModelRun]) -> list[dict[str, Any]]:
    """For one classifier and emotion that all recognise, where there is one: each model's face at the corners."""
    good = [pair for pair in common_pairs(runs) if all(pair in run.data.sheets for run in runs)]
    best = sorted(good, key=lambda p: (-sum(run.data.accepted[p] for run in runs), p[1] != "happiness"))
    out = []
    for run in runs if best else []:
        sprite = run.data.sheets[best[0]]
        frames = sprite.frames([(s, t) for s, t, _ in CORNERS])
        pictures = [data_uri(Image.fromarray(frame), 85) for frame in frames]
        out.append({"name": run.name, "pictures": pictures, "pair": best[0], "words": sprite.summary})
    return out


def _enough(run: ModelRun) -> bool:
    return len(run.data.identities) >= run.data.minimum_identities


def _facts(run: ModelRun) -> dict[str, Any]:
    data = run.data
    accepted = sum(data.accepted.values())
    return {
        "name": run.name,
        "provenance": run.provenance,
        "identities": len(data.identities),
        "accepted": f"{accepted} of {len(data.accepted)}",
        "folder": data.path.name,
        "commit": str(data.manifest.get("commit") or "")[:12],
    }


def _html(table: pd.DataFrame) -> str:
    shown = table.rename(columns=lambda name: str(name).replace("_", " ")).round(4)
    return str(shown.to_html(index=False, border=0, na_rep="-"))


def comparison_figure(table: pd.DataFrame, models: Sequence[str]) -> Figure:
    """Rows: classifier and emotion; colours: face models; filled where the expression is recognised.

    Args:
        table: from `estimates`.
        models: names of the face models, in their order.
    """
    pairs = list(table[["classifier", "emotion"]].drop_duplicates().itertuples(index=False, name=None))
    with look("comparison"):
        figure = new_figure(WIDTH, 0.085 * (len(models) + 1.6) * len(pairs) + 1.3)
        heights = _heights(pairs)
        for axes, (score, label) in zip(
            figure.subplots(1, len(SCORE_LABELS), sharey=True), SCORE_LABELS.items(), strict=True
        ):
            _score_panel(axes, table[table["score"] == score], heights, models)
            axes.set_xlabel(label)
        first = figure.axes[0]
        first.set_yticks(list(heights.values()), [emotion for _, emotion in pairs])
        first.set_ylim(max(heights.values()) + 0.6, -1.4)
        _name_blocks(first, heights)
        handles = [
            first.plot([], [], MODEL_MARKERS[i % 4], color=MODEL_COLOURS[i % 4], label=readable(name))[0]
            for i, name in enumerate(models)
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=len(models), title="face model")
    return figure


def _heights(pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Where each row stands: one below the other, with room for a classifier's name above its first."""
    out: dict[tuple[str, str], float] = {}
    y, previous = -1.0, None
    for classifier, emotion in pairs:
        y += 1.0 if classifier == previous or previous is None else 2.1
        previous = classifier
        out[classifier, emotion] = y
    return out


def _score_panel(
    axes: Axes, rows: pd.DataFrame, heights: Mapping[tuple[str, str], float], models: Sequence[str]
) -> None:
    axes.set_xlim(*robust_limits(rows, rows["accepted"].to_list()))
    axes.axvline(0.0, color=MUTED, linewidth=0.9)
    spread = np.linspace(-0.26, 0.26, len(models))
    keyed = rows.set_index(["classifier", "emotion", "face_model"])
    for pair, y in heights.items():
        for place, (name, shift) in enumerate(zip(models, spread, strict=True)):
            row = {str(key): value for key, value in keyed.loc[[(*pair, name)]].iloc[0].items()}
            if np.isfinite(row["mean"]):
                interval(
                    axes,
                    row,
                    y + shift,
                    MODEL_COLOURS[place % 4],
                    MODEL_MARKERS[place % 4],
                    filled=bool(row["accepted"]),
                )
    axes.grid(axis="x", color=RULE)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _name_blocks(axes: Axes, heights: Mapping[tuple[str, str], float]) -> None:
    """The classifier's name above its first emotion."""
    named: set[str] = set()
    for (classifier, _), y in heights.items():
        if classifier not in named:
            axes.text(0.0, y - 0.85, readable(classifier), transform=axes.get_yaxis_transform(), va="center",
                      fontsize=7, fontweight="bold", backgroundcolor=PAPER)  # fmt: skip
        named.add(classifier)
