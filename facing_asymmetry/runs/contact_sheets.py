"""Lossless contact sheets of the study's faces, for the report, kept in the store."""

import struct
from collections.abc import Iterator
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
    others at most `FURTHER_NODES` per axis. A study without a one-sided intervention has no contact sheets.

    Args:
        study: the study.
        expressions: expressions of each classifier.
        folder: the run folder.
        progress: is told about each sheet.

    Yields:
        Each sheet's description and its PNG.
    """
    main = next((i for i in study.interventions if "left" in i.sides), None)
    if main is None:
        return
    identities = study.identities[: study.config.report.explorer_identities]
    cells = cells_of(study, expressions)
    wanted = [c for c in cells if c.identity in identities and c.side == drawn_side(c.intervention)]
    wanted.sort(key=lambda c: (c.identity, c.expression.weights))
    maker, coarse = FrameMaker(study), study.sheet_grid.thinned(FURTHER_NODES)
    with progress.task("contact sheets", len(wanted)) as step:
        for cell in wanted:
            first = cell.identity == identities[0] and cell.intervention.name == main.name
            grid = study.sheet_grid if first else coarse
            yield _described(study, cell, grid, first, folder), _drawn(study, maker, cell, grid)
            step(1, cell.label)


def drawn_side(intervention: Intervention) -> str:
    """The affected side on an intervention's contact sheets: left where it has one."""
    return "left" if "left" in intervention.sides else intervention.sides[0]


def _described(study: "Study", cell: Cell, grid: Grid, first: bool, folder: Path) -> ContactSheet:
    intervention = cell.intervention
    further = None if first else (intervention.name, cell.identity)
    return ContactSheet(
        path=contact_sheet_path(folder, cell.record.name, cell.expression.emotion, further),
        identity=cell.identity,
        traits=dict(study.identity(cell.identity).traits),
        side=cell.side,
        intervention=intervention.name,
        s=grid.s,
        t=grid.t,
        size=study.scene.image_size,
        mirrored=Invariant.SIDES_MIRROR in intervention.invariants and "right" in intervention.sides,
    )


def _drawn(study: "Study", maker: FrameMaker, cell: Cell, grid: Grid) -> bytes:
    """The sheet from the store, or rendered and committed to it."""
    expression = cell.expression
    request = sheet_request(study, expression, cell.intervention, cell.side, cell.identity, grid)
    side = study.scene.image_size
    png = study.store.read_as(SHEETS_FOLDER, request, lambda p: _picture(p, len(grid.s) * side, len(grid.t) * side))
    if png is None:
        frames = maker.frames(cell.identity, expression, cell.intervention, cell.side, grid)
        png = draw_contact_sheet(frames, grid, study.studio, study.identities.index(cell.identity))
        study.counts.frames += len(frames)
        study.store.write(SHEETS_FOLDER, request, png)
    return png


def _picture(png: bytes, width: int, height: int) -> bytes:
    """A PNG of this size; `ValueError` where it is something else."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[16:24] != struct.pack(">II", width, height):
        raise ValueError(f"no PNG of {width} x {height} pixels")
    return png
