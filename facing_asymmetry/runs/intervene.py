"""Stage 2: every cell of the study through renderer and classifier; what is in the store is not computed again."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from numpy import ndarray

from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.responses.cell import CellAddress, cell_table
from facing_asymmetry.responses.runner import CellInput, run_cells
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.runs.cells import Cell, Networks, cells_of, check_weights, request_of, shared_frames
from facing_asymmetry.runs.frames import FrameMaker

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study

Expressions = Mapping[str, Sequence[Expression]]


def respond(study: "Study", expressions: Expressions, progress: Progress) -> None:
    """Compute the cells that are not in the store, and commit each of them."""
    cells = list(cells_of(study, expressions))
    missing = [cell for cell in cells if not study.store.has("responses", request_of(study, cell))]
    check_weights({cell.record.name: cell.record for cell in missing}.values())
    study.counts.cells += len(cells)
    study.counts.cells_cached += len(cells) - len(missing)
    with progress.task("intervene", len(cells)) as step:
        if len(missing) < len(cells):
            step(len(cells) - len(missing), "in the store")
        for cell, table in compute(study, missing):
            study.store.write_table("responses", request_of(study, cell), table, SCHEMA)
            step(1, cell.label)


def compute(study: "Study", cells: Sequence[Cell]) -> Iterator[tuple[Cell, pd.DataFrame]]:
    """Render and classify cells; those that show the same frames share them."""
    groups = shared_frames(cells)
    networks, maker = Networks(study, groups), FrameMaker(study)

    def inputs() -> Iterator[CellInput[tuple[Sequence[Cell], ndarray]]]:
        for number, group in enumerate(groups):
            cell = group[0]
            frames = maker.frames(cell.identity, cell.expression, cell.intervention, cell.side, study.grid)
            study.counts.forward_passes += len(frames) * len(group)
            row = study.row(cell.identity, cell.expression.emotion)
            face = cell.identity, cell.expression.emotion, cell.expression.weights
            yield CellInput((group, frames.node), frames, row, partial(networks.of, number, group), face)

    for (group, node), results in run_cells(inputs(), study.studio):
        study.counts.frames += results[0].rendered
        for cell, passed in zip(group, results, strict=True):
            yield cell, cell_table(_address(study, cell), cell.record, study.grid, node, passed)


def _address(study: "Study", cell: Cell) -> CellAddress:
    """The columns that are the same in all rows of the cell."""
    return CellAddress(
        face_model=study.model.name,
        classifier=cell.record.name,
        training_set=cell.record.training_set,
        expression=cell.expression.kind,
        emotion=cell.expression.emotion,
        identity=cell.identity,
        side=cell.side,
        intervention=cell.intervention.name,
    )
