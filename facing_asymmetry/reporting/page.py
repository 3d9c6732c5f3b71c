"""The self-contained page: template, style and script come from package data; figures and numbers are embedded."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files
from typing import Any, Final

import jinja2
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.classifier_pages import classifier_pages
from facing_asymmetry.reporting.explorer import explore
from facing_asymmetry.reporting.limits import limits, missing_jobs
from facing_asymmetry.reporting.outputs import of_stimuli, worded
from facing_asymmetry.reporting.report_figure import SECTIONS, ReportFigure
from facing_asymmetry.reporting.sentences import (
    design,
    findings,
    glossary,
    grid_size,
    head_named,
    image_count,
    lead,
    meanings,
    verdict,
)
from facing_asymmetry.reporting.style import readable
from facing_asymmetry.reporting.svg import PageFigure
from facing_asymmetry.reporting.table_cells import formatted
from facing_asymmetry.reporting.tables import TABLES
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import REPORT_FILE

RESERVE: Final = 200_000
"""Bytes kept free for everything that is neither figure, contact sheet nor table."""

VERDICT_CLASS: Final = {"supported": "yes", "not supported": "no"}
"""CSS class of a claim by its verdict; `open` for all others."""


def render_page(
    data: RunData, figures: Sequence[tuple[ReportFigure, PageFigure]], surfaces: Mapping[str, PageFigure]
) -> str:
    """Render the whole page as text.

    Args:
        data: the run.
        figures: the numbered figures, declared and drawn.
        surfaces: the surfaces of each classifier, by its name.

    Raises:
        DataError: the page would be larger than `report.max_bytes`.
    """
    drawn = [*(one for _, one in figures), *surfaces.values()]
    built = [(table, table.build(data)) for table in TABLES]
    tables = [{"table": table, "frame": _for_page(formatted(frame))} for table, frame in built if len(frame)]
    spent = sum(len(one.uri) + len(one.alt) for one in drawn) + sum(len(str(t["frame"])) for t in tables) + RESERVE
    say = partial(worded, data=data)
    page = _template("report.html.j2").render(
        data=data, say=say, stimuli=partial(of_stimuli, data=data),
        title=data.settings.title or str(data.manifest["title"]),
        lead=lead(data), verdict=verdict(data.whole or data), findings=findings(data), design=design(data),
        missing=missing_jobs(data.manifest), jobs=len(data.manifest.get("jobs") or ()),
        images=image_count(data), grid=grid_size(data),
        explorer=explore(data, data.settings.max_bytes - spent - _numbers_size(data)),
        glossary=glossary(data), meanings=meanings(data.interventions), sections=_in_sections(figures),
        claims=_claims(data.whole or data), heads=_heads(data), head_named=head_named(data),
        pages=classifier_pages(data, surfaces), tables=tables, limits=limits(data),
        facts=_facts(data), style=_text("report.css"), script=_text("explorer.js"),
    )  # fmt: skip
    size = len(page.encode("utf-8"))
    if size > data.settings.max_bytes:
        raise DataError(
            f"{REPORT_FILE} would take {size:,} bytes; raise report.max_bytes ({data.settings.max_bytes:,}) or lower "
            "explorer_nodes"
        )
    return page


def _in_sections(figures: Sequence[tuple[ReportFigure, PageFigure]]) -> dict[str, list[PageFigure]]:
    """The drawn figures of each section, in the order that the figures declare."""
    ordered = sorted(figures, key=lambda pair: pair[0].place)
    return {section: [one for figure, one in ordered if figure.section == section] for section in SECTIONS}


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embed"] = _embed
    environment.filters["readable"] = readable
    environment.filters["sha256"] = _source_hash
    return environment.get_template(name)


def _text(name: str) -> str:
    return files("facing_asymmetry.reporting").joinpath("templates", name).read_text(encoding="utf-8")


def _embed(value: object) -> jinja2.utils.markupsafe.Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return jinja2.utils.markupsafe.Markup(text.replace("<", "\\u003c"))


def _source_hash(script: str) -> str:
    """How a Content-Security-Policy names the one script that may run; others do not."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _for_page(frame: pd.DataFrame) -> dict[str, Any]:
    """Headings and rows, without empty columns; the training set, which T1 gives, is left out of the other tables."""
    frame = frame[[name for name in frame.columns if frame[name].ne("").any()]]
    if "claim" in frame.columns and frame["claim"].ne("yes").all():  # the caption says it once
        frame = frame.drop(columns="claim")
    frame = frame.drop(columns="training set", errors="ignore") if "emotion" in frame.columns else frame
    return {"columns": list(frame.columns), "rows": frame.to_numpy().tolist()}


def _numbers_size(data: RunData) -> int:
    """An upper bound on the bytes of the JSON of all contact sheets, without images."""
    most, sides = data.settings.explorer_nodes**2, 2
    sheets = [*data.sheets.values(), *(sheet for more in data.further_sheets.values() for sheet in more)]
    parts = len(data.sheets) * (600 + most * 2 * 9)
    return parts + sum(600 + sides * min(len(s.s) * len(s.t), most) * (8 + 9 * 8) for s in sheets)


def _heads(data: RunData) -> dict[str, list[str]]:
    """Where the reports of each head by itself lie; empty for a run of one head."""
    if data.whole is None:
        return {}
    folders: Mapping[str, Sequence[str]] = data.manifest.get("run_folders") or {}
    return {head: [f"{folder}/{REPORT_FILE}" for folder in folders.get(head, ())] for head in data.whole.heads}


def _claims(data: RunData) -> list[dict[str, str]]:
    """The claim sheet with a class for its colour; `level` is `run` for sentences about all classifiers."""
    return [
        {
            "text": str(claim["text"]),
            "verdict": str(claim["verdict"]),
            "kind": VERDICT_CLASS.get(str(claim["verdict"]), "open"),
            "level": str(claim.get("level", "run")),
        }
        for claim in data.claims
    ]


def _facts(data: RunData) -> dict[str, str]:
    """The manifest as a flat list of words; nested parts as indented JSON."""
    facts: dict[str, str] = {}
    for key, value in data.manifest.items():
        nested = isinstance(value, Mapping | list)
        facts[key] = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) if nested else str(value)
    return facts
