"""The comparison of runs on different face models: one figure, and one page that needs no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import scratch_folder
from facing_asymmetry.reporting.build import save_figure
from facing_asymmetry.reporting.comparison.figure import comparison_figure
from facing_asymmetry.reporting.comparison.models import (
    COMPARED_SCORES,
    ModelRun,
    agreement,
    common_pairs,
    differences,
    estimates,
    read_models,
)
from facing_asymmetry.reporting.page_table import PageTable, page_table
from facing_asymmetry.reporting.page_template import render_template
from facing_asymmetry.reporting.style import readable
from facing_asymmetry.reporting.svg import figure_svg, svg_uri
from facing_asymmetry.results.contact_sheets import data_uri
from facing_asymmetry.results.files import claim_folder, write_csv

CORNERS = ((1.0, 0.0, "neutral"), (1.0, 1.0, "symmetric"), (0.5, 1.0, "half"), (0.0, 1.0, "one side still"))
"""s, t and name of the frames that are shown of each face model."""

STRIPS: Final = (
    f".strip{{display:grid;grid-template-columns:repeat({len(CORNERS)},minmax(0,9rem));gap:.3rem;margin:.3rem 0 1rem}}"
    ".strip img{width:100%;height:auto;aspect-ratio:1}"
)
"""Style of these frames."""


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
    width, height = figure.get_size_inches()
    faces = strips(runs)
    navigation = [("compared", "Compared"), *([("faces", "Faces")] if faces else []), ("estimates", "Estimates"),
                  ("numbers", "Numbers"), ("limits", "Limits")]  # fmt: skip
    people = {run.name: len(run.data.identities) for run in runs}
    picture = {"uri": svg_uri(figure_svg(figure, "comparison")), "width": round(100 * width)}
    return render_template(
        "facing_asymmetry.reporting.comparison",
        "comparison.html.j2",
        style=STRIPS,
        navigation=navigation,
        models=runs,
        compared=page_table("Face models", list(_facts(runs[0])), [list(_facts(run).values()) for run in runs]),
        sentences=[sentence(row, people) for row in agreed.to_dict("records")],
        warning=warning(runs),
        figure=picture | {"height": round(100 * height)},
        scores=COMPARED_SCORES,
        strips=faces,
        corners=[name for _, _, name in CORNERS],
        estimates=_shown("Estimates by face model", table),
        differences=_shown("Differences between face models", apart),
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
    if coarse := [run.name for run in runs if run.data.screening]:
        return f"No claim: {', '.join(coarse)} is for screening."
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
    return len(run.data.identities) >= run.data.minimum_identities and not run.data.screening


def _facts(run: ModelRun) -> dict[str, str]:
    """One row of the table of face models, by heading."""
    data = run.data
    return {
        "face model": run.name,
        "source and licence": run.provenance,
        "identities": str(len(data.identities)),
        "expressions recognised": f"{sum(data.accepted.values())} of {len(data.accepted)}",
        "run": data.path.name,
        "commit": str(data.manifest.get("commit") or "")[:12],
    }


def _shown(title: str, table: pd.DataFrame) -> PageTable:
    """A table for the page: numbers to three places."""
    cells = [[_cell(value) for value in row] for row in table.itertuples(index=False)]
    return page_table(title, [readable(str(name)) for name in table.columns], cells)


def _cell(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}".replace("-0.000", "0.000") if np.isfinite(value) else "–"
    return readable(str(value))
