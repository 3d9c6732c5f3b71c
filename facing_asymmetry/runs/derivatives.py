"""Exact derivatives by s of a study's cells, kept in the store beside their responses, and the table with both."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import target_index
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.responses.derivative import logit_derivatives
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.runs.cells import Cell, Networks, cells_of, derivative_request, request_of
from facing_asymmetry.runs.frames import FrameMaker
from facing_asymmetry.runs.intervene import Expressions, compute

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study

DERIVATIVES: Final = "derivatives"
"""Kind of the cells of derivatives: float64 of every node, little-endian."""


def differentiate(study: "Study", expressions: Expressions, progress: Progress) -> None:
    """Exact derivatives by s of the cells that lack them, each committed on its own beside its responses."""
    cells = list(cells_of(study, expressions))
    missing = [cell for cell in cells if not study.store.has(DERIVATIVES, derivative_request(request_of(study, cell)))]
    networks, maker = Networks(study, [[cell] for cell in missing]), FrameMaker(study)
    with progress.task("derivatives", len(cells)) as step:
        if len(missing) < len(cells):
            step(len(cells) - len(missing), "in the store")
        for number, cell in enumerate(missing):
            (network,) = networks.of(number, [cell])
            _differentiate(study, cell, network, maker)
            step(1, cell.label)


def _differentiate(study: "Study", cell: Cell, network: Classifier, maker: FrameMaker) -> None:
    face, row = maker.face(cell.identity, cell.expression), study.row(cell.identity, cell.expression.emotion)
    target = target_index(cell.record, cell.expression.emotion)
    found = logit_derivatives(cell.intervention, face, study.grid, cell.side, study.studio, row, network, target)
    study.store.write(DERIVATIVES, derivative_request(request_of(study, cell)), found.astype("<f8").tobytes())


def _with_derivatives(study: "Study", cell: Cell, table: pa.Table) -> pa.Table:
    """The table of a cell with `logit_ds` filled in, in the order of its nodes."""
    request = derivative_request(request_of(study, cell))
    column = np.full(len(table), np.nan)
    target = table["is_target"].to_numpy()

    def parsed(payload: bytes) -> ndarray:
        return np.frombuffer(payload, "<f8").reshape(int(target.sum()))

    stored = study.store.read_as(DERIVATIVES, request, parsed)
    if stored is None:
        _differentiate(study, cell, study.classifier(cell.record), FrameMaker(study))
        stored = study.store.read_as(DERIVATIVES, request, parsed)
        assert stored is not None
    column[target] = stored
    place = table.schema.get_field_index("logit_ds")
    return table.set_column(place, SCHEMA.field("logit_ds"), pa.array(column))


def responses(study: "Study", expressions: Expressions) -> Iterator[pa.Table]:
    """The response table cell by cell; a stored cell that was found damaged is computed again."""
    for cell in cells_of(study, expressions):
        request = request_of(study, cell)
        table = study.store.read_arrow("responses", request, SCHEMA)
        if table is None:
            study.counts.cells_cached -= 1
            for _, computed in compute(study, [cell]):
                table = study.store.write_table("responses", request, computed, SCHEMA)
        yield _with_derivatives(study, cell, table) if study.config.derivative else table
