"""The cells of a study: one classifier, face, expression, intervention and side each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.responses.cell import CellAddress
from facing_asymmetry.runs.requests import response_request

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


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

    @property
    def shown(self) -> tuple[int, tuple[float, ...], str, str]:
        """What its frames depend on: cells of one `shown` differ in the network only."""
        return self.identity, self.expression.weights, self.intervention.name, self.side


def cells_of(study: "Study", expressions: Mapping[str, Sequence[Expression]]) -> Iterator[Cell]:
    """Every cell, classifier by classifier, expressions shown on the faces they belong to."""
    for record in study.records:
        for expression in expressions[record.name]:
            for identity in study.identities:
                if expression.identity in (None, identity):
                    for intervention in study.interventions:
                        for side in intervention.sides:
                            yield Cell(record, expression, identity, intervention, side)


def request_of(study: "Study", cell: Cell) -> dict[str, object]:
    """The content key's material."""
    return response_request(study, cell.record, cell.expression, cell.intervention, cell.side, cell.identity)


def address_of(study: "Study", cell: Cell) -> CellAddress:
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


def shared_frames(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells grouped by what they show, faces of one classifier beside each other, so that little is made twice."""
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.shown, []).append(cell)
    place = {name: n for n, name in enumerate(dict.fromkeys(g[0].record.name for g in groups.values()))}
    return sorted(groups.values(), key=lambda group: (place[group[0].record.name], group[0].identity))
