"""Networks in memory: loaded when their turn comes, let go after their last cell."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.study.cells import Cell

if TYPE_CHECKING:
    from facing_asymmetry.study.parts import Study


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
