"""The self-contained page: template, style and script from package data, pictures and numbers embedded."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import jinja2
import pandas as pd

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting import sentences as words
from facing_asymmetry.reporting import vocabulary
from facing_asymmetry.reporting.classifier_pages import classifier_pages
from facing_asymmetry.reporting.explorer import explore
from facing_asymmetry.reporting.figures.drawn import Picture
from facing_asymmetry.reporting.limits import limits, missing_jobs
from facing_asymmetry.reporting.tables import TABLES, formatted
from facing_asymmetry.results.finished_run import RunData

SECTIONS: Final = {"results": ("F6", "F5", "F8", "F7", "F5b"), "faces": ("F4", "F2", "F3"), "method": ("F1", "F9")}
"""Figures of each section of the page, in reading order."""

RESERVE: Final = 200_000
"""Bytes kept free for everything that is neither figure, sheet nor table."""

VERDICT_CLASS: Final = {"supported": "yes", "not supported": "no"}


def render_page(data: RunData, pictures: Sequence[Picture], surfaces: Mapping[str, Picture]) -> str:
    """The whole page as text; `DataError` where it cannot stay under `settings.max_bytes`.

    Args:
        pictures: the numbered figures; `surfaces`: those of each classifier, by its name.
    """
    by_number = {picture.number: picture for picture in pictures}
    drawn = [*pictures, *surfaces.values()]
    sections = {name: [by_number[n] for n in numbers if n in by_number] for name, numbers in SECTIONS.items()}
    built = [(table, table.build(data)) for table in TABLES]
    tables = [{"table": table, "frame": _for_page(formatted(frame))} for table, frame in built if len(frame)]
    spent = sum(len(p.uri) + len(p.alt) for p in drawn) + sum(len(str(t["frame"])) for t in tables) + RESERVE
    explorer = explore(data, data.settings.max_bytes - spent - _numbers_size(data))
    page = _template("report.html.j2").render(
        data=data, words=words, vocabulary=vocabulary, sections=sections, tables=tables, explorer=explorer,
        title=data.settings.title or str(data.manifest["title"]), claims=_claims(data), facts=_facts(data),
        missing=missing_jobs(data.manifest), jobs=len(data.manifest.get("jobs") or ()), limits=limits(data),
        pages=classifier_pages(data, surfaces), grid=words.grid_size(data),
        style=_text("report.css"), script=_text("explorer.js"),
    )  # fmt: skip
    size = len(page.encode("utf-8"))
    if size > data.settings.max_bytes:
        raise DataError(
            f"report.html would take {size:,} bytes; raise report.max_bytes ({data.settings.max_bytes:,}) or lower "
            "explorer_nodes"
        )
    return page


def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["embed"] = _embed
    environment.filters["readable"] = lambda name: str(name).replace("_", " ")
    return environment.get_template(name)


def _text(name: str) -> str:
    return files("facing_asymmetry.reporting").joinpath("templates", name).read_text(encoding="utf-8")


def _embed(value: object) -> jinja2.utils.markupsafe.Markup:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return jinja2.utils.markupsafe.Markup(text.replace("<", "\\u003c"))


def _for_page(frame: pd.DataFrame) -> dict[str, Any]:
    """Headings and rows, without empty columns; the training set, which T1 gives, is left out of the other tables."""
    frame = frame[[name for name in frame.columns if frame[name].ne("").any()]]
    if "claim" in frame.columns and frame["claim"].ne("yes").all():  # the caption says it once
        frame = frame.drop(columns="claim")
    frame = frame.drop(columns="training set", errors="ignore") if "emotion" in frame.columns else frame
    return {"columns": list(frame.columns), "rows": frame.to_numpy().tolist()}


def _numbers_size(data: RunData) -> int:
    """A generous bound on the JSON of all sheets, without images."""
    most, sides = data.settings.explorer_nodes**2, 2
    sheets = [*data.sprites.values(), *(sprite for more in data.further.values() for sprite in more)]
    return sum(600 + sides * min(len(s.s) * len(s.t), most) * (8 + 9 * 8) for s in sheets)


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
