"""One folder of photographs, from the files to the page; nothing leaves the machine."""

import base64
import io
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jaxtyping import UInt8
from matplotlib.figure import Figure
from numpy import ndarray
from PIL import Image

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.errors import DataError, printable
from facing_asymmetry.core.store import write_atomically
from facing_asymmetry.photographs.figures import draw_activations, draw_groups, synthetic_curves
from facing_asymmetry.photographs.listing import Failure, left_out, list_photographs
from facing_asymmetry.photographs.measure import Measured, measure_all, measures_table
from facing_asymmetry.photographs.pixels import MOST_WORDS
from facing_asymmetry.photographs.responses import groups, respond, slopes, usable
from facing_asymmetry.photographs.symmetry import TURNED
from facing_asymmetry.reporting.page_table import PageTable, page_table
from facing_asymmetry.reporting.page_template import render_template
from facing_asymmetry.reporting.svg import figure_svg, svg_uri
from facing_asymmetry.results.files import claim_folder, write_csv
from facing_asymmetry.results.layout import FAILURES_FILE, RESPONSES_FILE

ALT: Final = {
    "activation": "Logit of the posed emotion against measured symmetry, by classifier, emotion and group",
    "groups": "Asymmetry in millimetres and measured symmetry of each group by emotion, beside rendered faces of known "
    "symmetry; the numbers stand in the table below",
}
"""Text alternatives of the figures."""

TEMPLATES: Final = "facing_asymmetry.photographs"
"""Package that holds the templates of these pages."""

THUMBNAILS: Final = (
    ".thumbs{display:flex;flex-wrap:wrap;gap:.75rem;margin-bottom:2rem}.thumbs figure{margin:0;max-width:14.25rem}"
    ".thumbs img{display:inline-block;width:7rem;min-width:0;height:7rem}"
)
"""Style of small pictures of people."""

SLOPE_HEADINGS: Final = ("classifier", "group", "photographs", "subjects", "slope [95 %]", "p", "method")
GROUP_HEADINGS: Final = (
    *("group", "emotion", "photographs", "subjects", "asymmetry", "s", "beyond own neutral", "s beyond own neutral"),
)
UNITS: Final = {"slope [95 %]": "logits per unit s", "asymmetry": "mm", "beyond own neutral": "mm"}
"""Of the columns of both tables, by heading."""


def study(
    source: Path, into: Path, names: Sequence[str] = (), run: Path | None = None, *, thumbnails: bool = False
) -> Path:
    """Measure, classify and report photographs.

    Args:
        source: folder or CSV, as `list_photographs` reads it.
        into: folder for `responses.parquet`, `measures.csv`, `groups.csv`, `slopes.csv`, `failures.csv` and
            `photographs.html`.
        names: of the classifiers; without names, all that are ready.
        run: folder of a synthetic run, whose curves are drawn beside.
        thumbnails: whether the faces are embedded in the page.

    Returns:
        Path of the page.

    Raises:
        ConfigError: the folder holds files of others.
        DataError: nothing could be measured; the reasons are named.
        AssetError: a classifier lacks its weights, or none is ready.
    """
    photographs = list_photographs(source)
    records = registry.chosen(names)
    synthetic = _synthetic(run)
    claim_folder(into)
    measured, failures = measure_all(photographs)
    failures += left_out(source)
    write_csv(into, FAILURES_FILE, failures_table(failures))
    if not measured:
        named = printable(source, MOST_WORDS)
        raise DataError(
            f"none of the {len(failures)} photographs of {named} could be measured; first: {failures[0].reason}"
        )
    measures = measures_table(measured)
    responses = respond(measured, measures, [registry.load(record) for record in records])
    target = responses.loc[responses["is_target"], ["classifier", "identity", "logit"]]
    activations = target.merge(measures, left_on="identity", right_index=True)
    tables = {"measures": measures, "slopes": slopes(usable(activations)), "groups": groups(measures)}
    for name, table in tables.items():
        write_csv(into, f"{name}.csv", table)
    write_atomically(into / RESPONSES_FILE, lambda path: responses.to_parquet(path, index=False))
    figures = {"activation": draw_activations(activations, synthetic), "groups": draw_groups(measures)}
    name = run.resolve().name if run else ""
    text = render_page(measured, failures, tables, figures, synthetic=name, thumbnails=thumbnails)
    write_atomically(into / "photographs.html", text)
    return into / "photographs.html"


def render_page(
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
        measured: the faces that could be measured.
        failures: the photographs that could not.
        tables: `measures`, `slopes` and `groups`.
        figures: `activation` and `groups`.
        synthetic: name of the run whose curves are dashed; empty for none.
        thumbnails: whether the framed faces are embedded.
    """
    measures = tables["measures"]
    people, named = len(measures[["group", "subject"]].drop_duplicates()), measures["group"].nunique()
    turned, turn = int((measures["yaw"].abs() > TURNED).sum()), f"{TURNED:g}"
    pictures = [(frame_uri(m.frame), m.photograph.shown) for m in measured] if thumbnails else []
    navigation = [("groups", "Groups"), ("activation", "Activation"), ("slopes", "Slopes")]
    return render_template(
        TEMPLATES,
        "photographs.html.j2",
        style=THUMBNAILS,
        navigation=[*navigation, ("not-measured", "Not measured"), *([("seen", "Seen")] if pictures else [])],
        counts=[
            (f"of {len(measured) + len(failures)} photographs measured", len(measured)),
            ("not measured (listed below)", len(failures)),
            (f"people in {named} group(s)", people),
            (f"heads turned by more than {turn}°", turned),
        ],
        failures=failures_shown(failures),
        turned=turned,
        turn=turn,
        figures={name: _picture(name, drawn) for name, drawn in figures.items()},
        synthetic=synthetic,
        slopes=page_table("Slopes over measured symmetry", SLOPE_HEADINGS, _slope_rows(tables["slopes"]), UNITS),
        groups=page_table("Groups", GROUP_HEADINGS, _group_rows(tables["groups"]), UNITS),
        own_neutral=int((measures["excess_asymmetry_mm"].notna()).sum()),
        crowded=[f"{m.photograph.shown} ({m.faces})" for m in measured if m.faces > 1],
        pictures=pictures,
    )


def failures_shown(failures: Sequence[Failure]) -> PageTable:
    """The photographs that are not used, for a page."""
    rows = [(f.photograph.shown, f.photograph.group, f.reason) for f in failures]
    return page_table("Photographs that are not used", ("photograph", "group", "reason"), rows)


def _picture(name: str, figure: Figure) -> dict[str, Any]:
    width, height = figure.get_size_inches()
    size = {"width": round(100 * width), "height": round(100 * height)}
    return {"uri": svg_uri(figure_svg(figure, name)), "alt": ALT[name], **size}


def failures_table(failures: Sequence[Failure]) -> pd.DataFrame:
    """One row per photograph that is not used, with the reason."""
    rows = [(f.photograph.shown, f.photograph.group, f.reason) for f in failures]
    return pd.DataFrame(rows, columns=["path", "group", "reason"])


def _synthetic(run: Path | None) -> pd.DataFrame | None:
    if run is None:
        return None
    path = run / RESPONSES_FILE
    if not path.is_file():
        raise DataError(f"{path} is missing; name the folder of a finished run")
    table = pd.read_parquet(path)
    return synthetic_curves(table[table["face_model"] == table["face_model"].iloc[0]])


def _slope_rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for r in table.to_dict("records"):
        fitted = pd.notna(r["slope"])
        numbers = f"{r['slope']:.2f} [{r['low']:.2f}, {r['high']:.2f}]" if fitted else "–"
        p = "–" if not fitted else "< .001" if r["p"] < 0.001 else f"{r['p']:.3f}"
        counts = (str(r["photographs"]), str(r["subjects"]))
        rows.append((r["classifier"], r["group"], *counts, numbers, p, r["method"]))
    return rows


def _group_rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
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


def frame_uri(frame: UInt8[ndarray, "S S 3"]) -> str:
    """A small picture of a frame, for use inside a page."""
    out = io.BytesIO()
    Image.fromarray(frame).resize((112, 112)).save(out, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
