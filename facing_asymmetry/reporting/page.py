"""The self-contained page: template, style and script come from package data; figures and numbers are embedded."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.claim_lines import claim_lines
from facing_asymmetry.reporting.classifier_pages import classifier_pages
from facing_asymmetry.reporting.cost_parts import lacking
from facing_asymmetry.reporting.explorer import Explorer, explore
from facing_asymmetry.reporting.first_screen import first_screen
from facing_asymmetry.reporting.limits import limits, missing_jobs
from facing_asymmetry.reporting.outputs import of_stimuli, worded
from facing_asymmetry.reporting.page_table import PageTable, page_table
from facing_asymmetry.reporting.page_template import BASE_PACKAGE, render_template, template_text
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
from facing_asymmetry.reporting.table_units import ELSEWHERE, units
from facing_asymmetry.reporting.tables import TABLES, Table
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import REPORT_FILE

RESERVE: Final = 200_000
"""Bytes kept free for everything that is neither figure, contact sheet nor table."""


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
    tables = [{"table": table, "shown": shown} for table in TABLES if (shown := _shown(table, data))]
    spent = sum(len(one.uri) + len(one.alt) for one in drawn) + sum(len(str(t["shown"])) for t in tables) + RESERVE
    explorer = explore(data, data.settings.max_bytes - spent - _numbers_size(data))
    claims = claim_lines((data.whole or data).claims)
    page = render_template(
        BASE_PACKAGE, "report.html.j2",
        data=data, say=partial(worded, data=data), stimuli=partial(of_stimuli, data=data),
        navigation=_navigation(explorer, bool(claims)), title=data.settings.title or str(data.manifest["title"]),
        first=first_screen(data), split=not lacking(data), lacking=lacking(data),
        lead=lead(data), verdict=verdict(data.whole or data), findings=findings(data), design=design(data),
        missing=missing_jobs(data.manifest), jobs=len(data.manifest.get("jobs") or ()), counts=_counts(data),
        explorer=explorer, glossary=glossary(data), meanings=meanings(data.interventions), claims=claims,
        sections=_in_sections(figures), heads=_heads(data), head_named=head_named(data),
        pages=classifier_pages(data, surfaces), tables=tables, limits=limits(data), facts=_facts(data),
        style=template_text("report.css"), script=template_text("explorer.js") if explorer.sheets else "",
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


def _navigation(explorer: Explorer, claims: bool) -> list[tuple[str, str]]:
    """Sections of the page as (id, words)."""
    found = [("explorer", "Explorer")] if explorer.sheets else []
    found += [("results", "Results"), *([("claims", "Claims")] if claims else []), ("classifiers", "Classifiers")]
    return [*found, ("faces", "Faces"), ("tables", "Tables"), ("method", "Method"), ("provenance", "Provenance")]


def _counts(data: RunData) -> list[tuple[str, str]]:
    """The size of the study in numbers."""
    counts = {"classifiers": len(data.classifiers), of_stimuli("emotions", data): len(data.emotions)}
    counts |= {data.people: len(data.identities)}
    across = " × ".join(map(str, grid_size(data)))
    return [*((words, str(n)) for words, n in counts.items()), ("grid s × t", across),
            ("images judged", f"{image_count(data):,}")]  # fmt: skip


def _shown(table: Table, data: RunData) -> PageTable | None:
    """A table without empty columns and what stands elsewhere on the page; None where it has no rows."""
    built = table.build(data)
    if built.empty:
        return None
    frame = formatted(built.drop(columns=ELSEWHERE.get(table.number, [])))
    frame = frame[[name for name in frame.columns if frame[name].ne("").any()]]
    if "claim" in frame.columns and frame["claim"].ne("yes").all():  # the caption says it once
        frame = frame.drop(columns="claim")
    frame = frame.drop(columns="training set", errors="ignore") if "emotion" in frame.columns else frame
    rows = [[readable(first), *rest] for first, *rest in frame.to_numpy().tolist()]
    said = {name: worded(unit, data) for name, unit in units(table.number, list(frame.columns)).items()}
    return page_table(table.title, list(frame.columns), rows, said)


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


def _facts(data: RunData) -> dict[str, str]:
    """The manifest as a flat list of words; nested parts as indented JSON."""
    facts: dict[str, str] = {}
    for key, value in data.manifest.items():
        nested = isinstance(value, Mapping | list)
        facts[key] = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) if nested else str(value)
    return facts
