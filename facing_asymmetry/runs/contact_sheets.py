"""Lossless contact sheets of the study's faces, for the report, kept in the store."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from facing_asymmetry.config import FURTHER_NODES
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.interventions.contract import Intervention, Invariant
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.responses.contact_sheet import draw_contact_sheet
from facing_asymmetry.results.contact_sheets import ContactSheet, contact_sheet_path
from facing_asymmetry.results.layout import SHEETS_FOLDER
from facing_asymmetry.runs.cells import Cell, cells_of, sheet_request
from facing_asymmetry.runs.frames import FrameMaker
from facing_asymmetry.runs.intervene import Expressions

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


def draw_contact_sheets(
    study: "Study", expressions: Expressions, folder: Path, progress: Progress
) -> Iterator[tuple[ContactSheet, bytes]]:
    """Draw the identities that the explorer shows: the first under the first one-sided intervention, then the others.

    Of an intervention with two sides the left one is drawn; the first sheet has the nodes of `study.sheet_grid`, the
    others at most `FURTHER_NODES` per axis. People show the emotions they have: of each emotion the first of those who
    show it are drawn. A study without a one-sided intervention has no contact sheets, nor has one of people without
    `report.thumbnails`.

    Args:
        study: the study.
        expressions: expressions of each classifier.
        folder: the run folder.
        progress: is told about each sheet.

    Yields:
        Each sheet's description and its PNG.
    """
    main = next((i for i in study.interventions if "left" in i.sides), None)
    if main is None or not study.pictured:
        return
    cells = list(cells_of(study, expressions))
    drawn = _drawn_identities(cells, study.config.report.explorer_identities)
    wanted = [c for c in cells if c.identity in drawn[_pair(c)] and c.side == drawn_side(c.intervention)]
    wanted.sort(key=lambda c: (c.identity, c.expression.weights))
    maker, coarse = FrameMaker(study), study.sheet_grid.thinned(FURTHER_NODES)
    with progress.task("contact sheets", len(wanted)) as step:
        for cell in wanted:
            first = cell.identity == drawn[_pair(cell)][0] and cell.intervention.name == main.name
            grid = study.sheet_grid if first else coarse
            yield _described(study, cell, grid, first, folder), _drawn(study, maker, cell, grid)
            step(1, cell.label)


def _pair(cell: Cell) -> tuple[str, str]:
    return cell.record.name, cell.expression.emotion


def _drawn_identities(cells: Sequence[Cell], most: int) -> dict[tuple[str, str], list[int]]:
    """The first identities that show each emotion, by classifier and emotion."""
    found: dict[tuple[str, str], set[int]] = {}
    for cell in cells:
        found.setdefault(_pair(cell), set()).add(cell.identity)
    return {pair: sorted(identities)[:most] for pair, identities in found.items()}


def drawn_side(intervention: Intervention) -> str:
    """The affected side on an intervention's contact sheets: left where it has one."""
    return "left" if "left" in intervention.sides else intervention.sides[0]


def _described(study: "Study", cell: Cell, grid: Grid, first: bool, folder: Path) -> ContactSheet:
    intervention = cell.intervention
    further = None if first else (intervention.name, cell.identity)
    return ContactSheet(
        path=contact_sheet_path(folder, cell.record.name, cell.expression.emotion, further),
        identity=cell.identity,
        traits=dict(study.shown(cell.identity, cell.expression.emotion).traits),
        side=cell.side,
        intervention=intervention.name,
        s=grid.s,
        t=grid.t,
        size=study.scene.image_size,
        mirrored=study.symmetric
        and Invariant.SIDES_MIRROR in intervention.invariants
        and "right" in intervention.sides,
    )


def _drawn(study: "Study", maker: FrameMaker, cell: Cell, grid: Grid) -> bytes:
    """The sheet from the store, or rendered and committed to it."""
    expression = cell.expression
    request = sheet_request(study, expression, cell.intervention, cell.side, cell.identity, grid)
    side = study.scene.image_size
    png = study.store.read_as(SHEETS_FOLDER, request, lambda p: _picture(p, len(grid.s) * side, len(grid.t) * side))
    if png is None:
        frames = maker.frames(cell.identity, expression, cell.intervention, cell.side, grid)
        png = draw_contact_sheet(frames, grid, study.studio, study.row(cell.identity, expression.emotion))
        study.counts.frames += len(frames)
        study.store.write(SHEETS_FOLDER, request, png)
    return png


def _picture(png: bytes, width: int, height: int) -> bytes:
    """A PNG of this size; `ValueError` where it is something else."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[16:24] != struct.pack(">II", width, height):
        raise ValueError(f"no PNG of {width} x {height} pixels")
    return png
