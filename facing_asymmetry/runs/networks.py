"""Are the weights here? Asked before anything is computed, so that everything that is missing is named at once."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.runs.cells import Cell

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


def check_weights(records: Iterable[ClassifierRecord]) -> None:
    """Raise `AssetError` that names every classifier whose weights are not here, and what to do for each."""
    states = {record.name: registry.state(record) for record in records}
    lacking = [f"  {name}: {state.remedy}" for name, state in states.items() if not state.ready]
    if len(lacking) > 1:  # one alone is named by the loader, with its file
        raise AssetError(f"{len(lacking)} of {len(states)} classifiers lack their weights:\n" + "\n".join(lacking))


class Networks:
    """Gives the networks of each group of cells.

    Args:
        groups: of cells that share frames, in the order in which they will be asked for.
    """

    def __init__(self, study: "Study", groups: Sequence[Sequence[Cell]]) -> None:
        self.study = study
        self._last = {cell.record.name: n for n, group in enumerate(groups) for cell in group}
        self._held: dict[str, Classifier] = {}

    def of(self, number: int, group: Sequence[Cell]) -> list[Classifier]:
        """The networks of group `number`, in the order of its cells."""
        self._held = {name: network for name, network in self._held.items() if self._last[name] >= number}
        for cell in group:
            if cell.record.name not in self._held:
                self._held[cell.record.name] = self.study.classifier(cell.record)
        return [self._held[cell.record.name] for cell in group]
