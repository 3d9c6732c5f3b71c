"""Stage 2: every cell of the study through renderer and classifier, the stored ones read."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.face_models.contract import Displacement
from facing_asymmetry.interventions import Grid, Intervention
from facing_asymmetry.interventions.apply import Frames, lay_out
from facing_asymmetry.progress import Progress
from facing_asymmetry.responses.cell import CellAddress, cell_table, classify_frames
from facing_asymmetry.responses.schema import SCHEMA, validate
from facing_asymmetry.responses.sprite import draw_sprite
from facing_asymmetry.study.parts import Study
from facing_asymmetry.study.requests import frames_request, response_request


@dataclass(frozen=True)
class Cell:
    """One cell of the study and the content it is asked for by."""

    record: ClassifierRecord
    expression: Expression
    identity: int
    intervention: Intervention
    side: str

    @property
    def words(self) -> str:
        """For progress lines."""
        return f"{self.record.name} {self.expression.emotion} face {self.identity} {self.intervention.name} {self.side}"


def cells_of(study: Study, expressions: dict[str, list[Expression]]) -> Iterator[Cell]:
    """Every cell, classifier by classifier, expressions shown on the faces they belong to."""
    for record in study.records:
        for expression in expressions[record.name]:
            for identity in study.identities:
                if expression.identity in (None, identity):
                    for intervention in study.interventions:
                        for side in intervention.sides:
                            yield Cell(record, expression, identity, intervention, side)


def request_of(study: Study, cell: Cell) -> dict[str, object]:
    """The content key's material."""
    return response_request(study, cell.record, cell.expression, cell.intervention.name, cell.side, cell.identity)


def gather_responses(study: Study, expressions: dict[str, list[Expression]], progress: Progress) -> pd.DataFrame:
    """The response table of the study; what is not in the store is computed and committed cell by cell."""
    tables: list[pd.DataFrame] = []
    runner = CellRunner(study)
    cells = list(cells_of(study, expressions))
    with progress.task("intervene", len(cells)) as step:
        for cell in cells:
            request = request_of(study, cell)
            table = study.store.read_table("responses", request)
            study.counts.cells += 1
            if table is None:
                table = runner.compute(cell)
                study.store.write_table("responses", request, table, SCHEMA)
            else:
                study.counts.cells_cached += 1
            tables.append(table)
            step(1, cell.words)
    return validate(pd.concat(tables, ignore_index=True))


class CellRunner:
    """Computes cells, keeping the classifier and the displacement of the last one (neighbours share them)."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._classifier: Classifier | None = None
        self._moved: tuple[tuple[object, ...], Displacement] | None = None

    def frames(self, cell: Cell, grid: Grid) -> Frames:
        """The distinct states of a cell over a grid."""
        study, subject = self.study, self.study.subject(cell.identity)
        key = (cell.identity, cell.expression.weights)
        if self._moved is None or self._moved[0] != key:
            self._moved = key, study.model.basis(subject).displace(cell.expression.array)
        return lay_out(cell.intervention, subject, self._moved[1], study.left, grid, cell.side)

    def compute(self, cell: Cell) -> pd.DataFrame:
        """Render and classify one cell."""
        study = self.study
        if self._classifier is None or self._classifier.record != cell.record:
            self._classifier = study.classifier(cell.record)
        frames = self.frames(cell, study.grid)
        who = study.identities.index(cell.identity)
        passed = classify_frames(
            frames, study.model, study.stage, who, study.renderer, self._classifier, study.config.batch
        )
        study.counts.frames += len(frames)
        study.counts.forward_passes += len(frames)
        return cell_table(_address(study, cell), cell.record.labels, study.grid, frames, passed)


def gather_sprites(
    study: Study, expressions: dict[str, list[Expression]], progress: Progress
) -> dict[tuple[str, str], tuple[Cell, bytes]]:
    """Pictures of the first face under the first one-sided intervention, by classifier and emotion."""
    shown = next((i for i in study.interventions if "left" in i.sides), None)
    if shown is None:
        return {}
    runner, first, grid = CellRunner(study), study.identities[0], study.picture_grid
    cells = [
        c
        for c in cells_of(study, expressions)
        if c.identity == first and c.intervention.name == shown.name and c.side == "left"
    ]
    pictures: dict[tuple[str, str], tuple[Cell, bytes]] = {}
    with progress.task("pictures", len(cells)) as step:
        for cell in cells:
            request = frames_request(study, cell.expression, shown.name, cell.side, first, grid)
            png = study.store.read("sprites", request)
            if png is None:
                frames = runner.frames(cell, grid)
                png = draw_sprite(frames, grid, study.stage, 0, study.renderer, study.config.batch)
                study.counts.frames += len(frames)
                study.store.write("sprites", request, png)
            pictures[cell.record.name, cell.expression.emotion] = (cell, png)
            step(1, cell.words)
    return pictures


def _address(study: Study, cell: Cell) -> CellAddress:
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
