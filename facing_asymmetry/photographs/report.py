"""The report of the photographs: one file that needs no network."""

import base64
import io
from collections.abc import Hashable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import jinja2
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.photographs.measure import Failure, Measured
from facing_asymmetry.photographs.symmetry import TURNED
from facing_asymmetry.reporting.svg import figure_svg, svg_uri

ALT = {
    "activation": "Logit of the posed emotion against measured symmetry, by classifier, emotion and group",
    "groups": "Asymmetry in millimetres and measured symmetry of each group by emotion, beside rendered faces of known "
    "symmetry; the numbers stand in the table below",
}


def render(
    measured: Sequence[Measured],
    failures: Sequence[Failure],
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, Figure],
    *,
    synthetic: str,
    thumbnails: bool,
) -> str:
    """The page as text. Names of files, groups and subjects are escaped.

    Args:
        tables: `measures`, `slopes`, `groups`; `figures`: `activation`, `groups`.
        synthetic: the run whose curves are dashed, or empty; `thumbnails`: whether the framed faces are embedded.
    """
    folder = files("facing_asymmetry.photographs").joinpath("templates")
    text = folder.joinpath("photographs.html.j2").read_text("utf-8")
    style = files("facing_asymmetry.reporting").joinpath("templates", "report.css").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    measures = tables["measures"]
    return template.render(
        style=style,
        measured=len(measured),
        listed=len(measured) + len(failures),
        subjects=len(measures[["group", "subject"]].drop_duplicates()),
        group_names=sorted(measures["group"].unique()),
        failures=failures,
        turned=int((measures["yaw"].abs() > TURNED).sum()),
        turn=f"{TURNED:g}",
        figures={name: (svg_uri(figure_svg(drawn, name)), ALT[name]) for name, drawn in figures.items()},
        synthetic=synthetic,
        slopes=_slopes(tables["slopes"]),
        groups=_groups(tables["groups"]),
        own_neutral=int((measures["excess_asymmetry_mm"].notna()).sum()),
        crowded=[f"{m.photograph.path} ({m.faces})" for m in measured if m.faces > 1],
        pictures=[(_uri(m), str(m.photograph.path)) for m in measured] if thumbnails else [],
    )


def _slopes(table: pd.DataFrame) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for r in table.to_dict("records"):
        fitted = pd.notna(r["slope"])
        numbers = f"{r['slope']:.2f} [{r['low']:.2f}, {r['high']:.2f}]" if fitted else "–"
        p = "–" if not fitted else "< .001" if r["p"] < 0.001 else f"{r['p']:.3f}"
        counts = (str(r["photographs"]), str(r["subjects"]))
        rows.append((r["classifier"], r["group"], *counts, numbers, p, r["method"]))
    return rows


def _groups(table: pd.DataFrame) -> list[tuple[str, ...]]:
    keys = (("asymmetry_mm", 2), ("s", 2), ("excess_asymmetry_mm", 2), ("excess_s", 2))
    return [
        (r["group"], r["emotion"], str(r["photographs"]), str(r["subjects"]), *(_spread(r, *key) for key in keys))
        for r in table.to_dict("records")
    ]


def _spread(row: Mapping[Hashable, Any], key: str, digits: int) -> str:
    """`0.41 ± 0.12`: mean over subjects and standard deviation between them, where there are any."""
    mean, spread = row[key], row[f"{key}_sd"]
    if pd.isna(mean):
        return "–"
    return f"{mean:.{digits}f}" + ("" if pd.isna(spread) else f" ± {spread:.{digits}f}")


def _uri(m: Measured) -> str:
    out = io.BytesIO()
    Image.fromarray(m.frame).resize((112, 112)).save(out, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
