"""A finished run in a notebook: figures as matplotlib figures, tables as data frames, faces as arrays.

run = open_run("outputs/quick-...")
run.figure("F5")
run.table("T2")
run.face("happiness", s=0, t=1)
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from jaxtyping import UInt8
from matplotlib.figure import Figure
from numpy import ndarray

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import DataError, suggestion
from facing_asymmetry.reporting import classifier_surfaces, contact_sheet_figure
from facing_asymmetry.reporting.figures import report_figures
from facing_asymmetry.reporting.tables import TABLES
from facing_asymmetry.results.contact_sheets import ContactSheet
from facing_asymmetry.results.finished_run import RunData, read_run


@dataclass(frozen=True)
class FinishedRun:
    """A run folder, read and checked; `data` holds its tables and faces."""

    data: RunData

    @property
    def figures(self) -> dict[str, str]:
        """Numbers of the figures that this run can draw, with their titles."""
        has_faces = self.data.exemplar in self.data.sheets
        return {f.number: f.title for f in report_figures() if has_faces or not f.needs_faces}

    def figure(self, number: str) -> Figure:
        """A numbered figure, for example `F5`.

        Raises:
            DataError: there is no such figure, or the run kept no faces to draw it from.
        """
        _known("figure", number, list(self.figures))
        return next(f.draw(self.data) for f in report_figures() if number == f.number)

    def caption(self, number: str) -> str:
        """What a figure shows, with units and marks."""
        _known("figure", number, list(self.figures))
        return next(f.caption(self.data) for f in report_figures() if number == f.number)

    def table(self, number: str) -> pd.DataFrame:
        """A numbered table, for example `T2`, unrounded.

        Raises:
            DataError: there is no such table.
        """
        _known("table", number, [table.number for table in TABLES])
        return next(table.build(self.data) for table in TABLES if table.number == number)

    def surfaces(self, classifier: str) -> Figure:
        """Activation over (s, t) and its derivative by s, all emotions of one classifier."""
        _known("classifier", classifier, self.data.classifiers)
        return classifier_surfaces.draw(self.data, classifier)

    def impact(self, classifier: str, emotion: str) -> Figure:
        """F3 of any classifier and emotion: corner faces, activation surface, derivative by s."""
        _known("classifier", classifier, self.data.classifiers)
        _known("emotion", emotion, self.data.emotions)
        chosen = replace(self.data, settings=replace(self.data.settings, classifier=classifier, emotion=emotion))
        return FinishedRun(chosen).figure("F3")

    def sheet(self, emotion: str = "", classifier: str = "", identity: int = 0, intervention: str = "") -> ContactSheet:
        """The rendered faces of one unit; by default those of the exemplar under the one-sided intervention.

        Raises:
            DataError: the run kept no such faces; the message lists those that it has.
        """
        pair = (classifier or self.data.exemplar[0], emotion or self.data.exemplar[1])
        sheets = [
            *([self.data.sheets[pair]] if pair in self.data.sheets else []),
            *self.data.further_sheets.get(pair, ()),
        ]
        found = [s for s in sheets if s.identity == identity and intervention in ("", s.intervention)]
        if not found:
            have = ", ".join(f"{s.identity} under {s.intervention}" for s in sheets) or "none"
            raise DataError(
                f"{self.data.path} kept no faces of {pair[0]}, {pair[1]}, identity {identity}"
                f"{f' under {intervention}' if intervention else ''}; of this pair it has: {have}"
            )
        return found[0]

    def face(self, emotion: str = "", *, s: float = 1.0, t: float = 1.0, classifier: str = "", identity: int = 0,
             intervention: str = "") -> UInt8[ndarray, "size size 3"]:  # fmt: skip
        """The rendered face at the node nearest to (s, t), sRGB."""
        return self.sheet(emotion, classifier, identity, intervention).frame(s, t)

    def contact_sheet(
        self, emotion: str = "", classifier: str = "", identity: int = 0, intervention: str = ""
    ) -> Figure:
        """Every rendered face of one unit over its grid, with the predicted classes."""
        pair = (classifier or self.data.exemplar[0], emotion or self.data.exemplar[1])
        return contact_sheet_figure.draw(self.data, pair, self.sheet(pair[1], pair[0], identity, intervention))


def open_run(path: str | Path, *, classifier: str = "", emotion: str = "") -> FinishedRun:
    """Read a run folder.

    Args:
        path: the run folder.
        classifier: shown in detail; empty: chosen as the report does, without looking at any effect.
        emotion: shown in detail; empty: chosen in the same way.

    Raises:
        DataError: the folder is no finished run, or lacks the classifier or emotion.
    """
    return FinishedRun(read_run(Path(path), ReportSettings(classifier=classifier, emotion=emotion)))


def _known(kind: str, name: str, known: list[str]) -> None:
    if name not in known:
        raise DataError(f"{kind} {name!r} is unknown{suggestion(name, known)}; there are {', '.join(known)}")
