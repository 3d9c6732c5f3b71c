"""The comparison as one file that needs no network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.core.errors import StoreError
from facing_asymmetry.core.files import scratch_folder
from facing_asymmetry.reporting.build import save_figure
from facing_asymmetry.reporting.comparison import figure, page, tables
from facing_asymmetry.reporting.comparison.runs import ModelRun, common_pairs, read_models
from facing_asymmetry.reporting.comparison.tables import SCORES
from facing_asymmetry.reporting.figures.style import readable
from facing_asymmetry.reporting.svg import figure_svg, svg_uri
from facing_asymmetry.results.contact_sheets import data_uri

CORNERS = ((1.0, 0.0, "neutral"), (1.0, 1.0, "symmetric"), (0.5, 1.0, "half"), (0.0, 1.0, "one side still"))
"""s, t and name of the frames that are shown of each face model."""


def render(
    runs: Sequence[ModelRun], table: pd.DataFrame, apart: pd.DataFrame, agreed: pd.DataFrame, figure: Figure
) -> str:
    """The page as text.

    Args:
        runs: what is compared; table, apart, agreed: of `tables.estimates`, `differences` and `agreement`.
        figure: of `figure.draw`.
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
        scores=SCORES,
        strips=strips(runs),
        corners=[name for _, _, name in CORNERS],
        estimates=_html(table),
        differences=_html(apart),
    )


def sentence(row: Mapping[Any, Any], identities: Mapping[str, int]) -> str:
    """One score and two models in words; `identities`: number of faces by model."""
    names, score = f"{readable(row['first'])} and {readable(row['second'])}", SCORES[row["score"]]
    if not row["pairs"]:
        return f"{score.capitalize()}: {names} recognise no expression in common."
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
    good = [pair for pair in common_pairs(runs) if all(pair in run.data.sprites for run in runs)]
    best = sorted(good, key=lambda p: (-sum(run.data.accepted[p] for run in runs), p[1] != "happiness"))
    out = []
    for run in runs if best else []:
        sprite = run.data.sprites[best[0]]
        frames = sprite.frames([(s, t) for s, t, _ in CORNERS])
        pictures = [data_uri(Image.fromarray(frame), 85) for frame in frames]
        out.append({"name": run.name, "pictures": pictures, "pair": best[0], "words": sprite.words})
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


def compare(folders: Sequence[Path], into: Path) -> Path:
    """Write `comparison.html`, `estimates.csv`, `differences.csv`, `agreement.csv` and the figure (PNG, PDF).

    Returns:
        Path of the page.

    Raises:
        DataError: the runs can't be compared; StoreError: the folder can't be written.
    """
    runs = read_models(folders)
    table, apart = tables.estimates(runs), tables.differences(runs)
    agreed = tables.agreement(table, apart)
    drawn = figure.draw(table, [run.name for run in runs])
    try:
        into.mkdir(parents=True, exist_ok=True)
        with scratch_folder(into) as fresh:
            for name, content in (("estimates", table), ("differences", apart), ("agreement", agreed)):
                content.to_csv(fresh / f"{name}.csv", index=False)
            for form in ("png", "pdf"):
                save_figure(drawn, fresh / f"comparison.{form}", 200)
            (fresh / "comparison.html").write_text(page.render(runs, table, apart, agreed, drawn), encoding="utf-8")
            for path in sorted(fresh.iterdir()):
                path.replace(into / path.name)
    except OSError as error:
        raise StoreError(f"the comparison could not be written into {into}: {error}") from error
    return into / "comparison.html"
