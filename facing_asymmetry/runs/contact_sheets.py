"""Pictures of the study's faces for the report: lossless contact sheets, kept in the store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from facing_asymmetry.config import FURTHER_NODES
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.interventions.contract import Intervention, Invariant
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.responses.contact_sheet import draw_sprite
from facing_asymmetry.results.contact_sheets import thin
from facing_asymmetry.runs.cells import Cell, cells_of, picture_request
from facing_asymmetry.runs.frames import FrameMaker
from facing_asymmetry.runs.intervene import Expressions

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


@dataclass(frozen=True)
class Picture:
    """One contact sheet.

    Attributes:
        cell: what it shows; `grid`: its nodes; `png`: the picture; `traits`: of the face.
        mirrored: whether its mirror image is the face with the other side affected.
        first: whether it is the sheet of its classifier and emotion that figures are drawn from.
    """

    cell: Cell
    grid: Grid
    png: bytes
    mirrored: bool
    first: bool
    traits: Mapping[str, object] = field(default_factory=dict)


def gather_pictures(study: "Study", expressions: Expressions, progress: Progress) -> Iterator[Picture]:
    """Sheets of the faces that the explorer shows: the first under the first one-sided intervention, then the others.

    Of an intervention with two sides the left one is drawn; the first sheet has the nodes of `study.picture_grid`, the
    others at most `FURTHER_NODES` per axis. A study without a one-sided intervention has no pictures.
    """
    main = next((i for i in study.interventions if "left" in i.sides), None)
    if main is None:
        return
    faces = study.identities[: study.config.report.explorer_identities]
    wanted = [c for c in cells_of(study, expressions) if c.identity in faces and c.side == drawn_side(c.intervention)]
    wanted.sort(key=lambda c: (c.identity, c.expression.weights))
    maker, coarse = FrameMaker(study), _coarse(study.picture_grid)
    with progress.task("pictures", len(wanted)) as step:
        for cell in wanted:
            first = cell.identity == faces[0] and cell.intervention.name == main.name
            grid = study.picture_grid if first else coarse
            mirrored = Invariant.SIDES_MIRROR in cell.intervention.invariants and "right" in cell.intervention.sides
            traits = dict(study.identity(cell.identity).traits)
            yield Picture(cell, grid, _drawn(study, maker, cell, grid), mirrored, first, traits)
            step(1, cell.words)


def drawn_side(intervention: Intervention) -> str:
    """The affected side of an intervention's pictures: left where it has one."""
    return "left" if "left" in intervention.sides else intervention.sides[0]


def _coarse(grid: Grid) -> Grid:
    """The grid with at most `FURTHER_NODES` values per axis, end points kept."""
    return Grid(grid.name, *(tuple(axis[i] for i in thin(len(axis), FURTHER_NODES)) for axis in (grid.s, grid.t)))


def _drawn(study: "Study", maker: FrameMaker, cell: Cell, grid: Grid) -> bytes:
    """The sheet from the store, or rendered and committed to it."""
    expression: Expression = cell.expression
    request = picture_request(study, expression, cell.intervention, cell.side, cell.identity, grid)
    png = study.store.read("sprites", request)
    if png is None:
        frames = maker.frames(cell.identity, expression, cell.intervention, cell.side, grid)
        png = draw_sprite(frames, grid, study.studio, study.identities.index(cell.identity))
        study.counts.frames += len(frames)
        study.store.write("sprites", request, png)
    return png
