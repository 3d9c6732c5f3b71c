"""A finished run as one object: scores as data frames, figures of matplotlib, faces as arrays.

run = open_run("outputs/quick-...")
run.scores
run.figure("F5")
run.face("happiness", s=0, t=1)
"""

import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd
from jaxtyping import UInt8
from matplotlib.figure import Figure
from numpy import ndarray

from facing_asymmetry.config import ReportSettings
from facing_asymmetry.core.errors import DataError, StoreError, suggestion
from facing_asymmetry.reporting import classifier_surfaces, contact_sheet_figure
from facing_asymmetry.reporting.figures import report_figures
from facing_asymmetry.reporting.outputs import worded
from facing_asymmetry.reporting.sentences import head_named
from facing_asymmetry.reporting.tables import TABLES
from facing_asymmetry.results.contact_sheets import ContactSheet
from facing_asymmetry.results.files import weights_file
from facing_asymmetry.results.finished_run import RunData, read_run
from facing_asymmetry.results.layout import REPORT_FILE


@dataclass(frozen=True, repr=False, eq=False)
class FinishedRun:
    """A run folder, read and checked.

    Attributes:
        data: its tables and faces; of several heads, those of the one that figures and faces show.
    """

    data: RunData

    @property
    def heads(self) -> list[str]:
        """Names of the face models, the one that is shown by default first."""
        return self._whole.heads

    def on(self, head: str) -> "FinishedRun":
        """The same with figures, tables and scores of one head; faces are kept of the first only.

        Raises:
            DataError: the run has no such head.
        """
        part = self._whole.on(head)
        return FinishedRun(replace(part, whole=None))

    @property
    def _whole(self) -> RunData:
        return self.data.whole or self.data

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.data.path

    @property
    def classifiers(self) -> list[str]:
        """Names of the classifiers."""
        return self.data.classifiers

    @property
    def emotions(self) -> list[str]:
        """The emotions that were shown."""
        return self.data.emotions

    @property
    def identities(self) -> list[int]:
        """Numbers of the identities."""
        return self.data.identities

    @property
    def interventions(self) -> list[str]:
        """Names of the interventions."""
        return list(self.data.interventions)

    @property
    def scores(self) -> pd.DataFrame:
        """One row per score of a replicate: a classifier, emotion, identity, side and intervention."""
        return self._whole.scores

    @property
    def tests(self) -> pd.DataFrame:
        """One row per classifier, emotion, intervention and score: mean, interval and p values over identities."""
        return self._whole.tests

    @property
    def responses(self) -> pd.DataFrame:
        """The response table: one row per frame and class, with its logit (docs/response_table.md)."""
        return self._whole.responses

    @property
    def claims(self) -> list[str]:
        """What the run allows to claim, in sentences; a run of few identities says that it allows none."""
        return [str(claim["text"]) for claim in self._whole.claims]

    @property
    def objective(self) -> float:
        """The number that the run was asked for by `objective`.

        Raises:
            DataError: it was asked for none.
        """
        found = self.data.manifest.get("objective")
        if not found:
            raise DataError(f"{self.path} was run without objective=SCORE/CLASSIFIER/EMOTION")
        return float(found["value"])

    @cached_property
    def report(self) -> Path:
        """Path of the HTML report in the run folder; it is written first if it is not there yet."""
        page = self.path / REPORT_FILE
        if not page.is_file():
            from facing_asymmetry.reporting.build import build_report

            build_report(self.path, self.data.settings)
        return page

    def save(self, folder: str | Path) -> "FinishedRun":
        """Copy the run folder.

        Args:
            folder: a folder that does not exist yet.

        Returns:
            The run in its new folder.

        Raises:
            StoreError: the folder exists, or can't be written.
        """
        try:
            shutil.copytree(self.path, folder)
        except OSError as error:
            raise StoreError(f"cannot copy {self.path} to {folder} ({error}); choose another folder") from error
        moved = replace(self._whole, path=Path(folder))
        return FinishedRun(moved.on(moved.heads[0]))

    def expression(self, classifier: str, emotion: str, identity: int | None = None) -> dict[str, float]:
        """Blendshape weights of an expression that the run has shown, for `face.show(...)`.

        Args:
            classifier: that the expression was made for.
            emotion: that is shown.
            identity: that it was fitted to, if the expressions were fitted to each identity.

        Raises:
            DataError: the run has no such expression; the message lists those that it has.
        """
        check_known("classifier", classifier, self.classifiers)
        table = pd.read_csv(self.path / weights_file(classifier), index_col=0)
        shown = emotion if identity is None else f"{emotion} {identity}"
        check_known("expression", shown, [str(name) for name in table.columns])
        return {str(name): float(weight) for name, weight in table[shown].items()}

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
        check_known("figure", number, list(self.figures))
        return next(f.draw(self.data) for f in report_figures() if number == f.number)

    def caption(self, number: str) -> str:
        """What a figure shows, with units and marks."""
        check_known("figure", number, list(self.figures))
        figure = next(f for f in report_figures() if number == f.number)
        return worded(figure.caption(self.data), self.data) + ("" if figure.every_head else head_named(self.data))

    def table(self, number: str) -> pd.DataFrame:
        """A numbered table, for example `T2`, unrounded.

        Raises:
            DataError: there is no such table.
        """
        check_known("table", number, [table.number for table in TABLES])
        return next(table.build(self.data) for table in TABLES if table.number == number)

    def surfaces(self, classifier: str) -> Figure:
        """Activation over (s, t) and its derivative by s, all emotions of one classifier."""
        check_known("classifier", classifier, self.data.classifiers)
        return classifier_surfaces.draw(self.data, classifier)

    def impact(self, classifier: str, emotion: str) -> Figure:
        """F3 of any classifier and emotion: corner faces, activation surface, derivative by s."""
        check_known("classifier", classifier, self.data.classifiers)
        check_known("emotion", emotion, self.data.emotions)
        chosen = replace(self.data, settings=replace(self.data.settings, classifier=classifier, emotion=emotion))
        return FinishedRun(chosen).figure("F3")

    def sheet(self, emotion: str = "", classifier: str = "", identity: int = 0, intervention: str = "") -> ContactSheet:
        """The rendered faces of one replicate; by default those of the exemplar under the one-sided intervention.

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
        """Every rendered face of one replicate over its grid, with the predicted classes."""
        pair = (classifier or self.data.exemplar[0], emotion or self.data.exemplar[1])
        return contact_sheet_figure.draw(self.data, pair, self.sheet(pair[1], pair[0], identity, intervention))

    def __repr__(self) -> str:
        s, t = map(len, self.data.axes)
        return (
            f"<run {self.path.name}: {len(self.classifiers)} classifier(s), {len(self.emotions)} emotion(s), "
            f"{len(self.identities)} identities, {', '.join(self.interventions)}, {s} x {t} nodes>"
        )

    def _repr_html_(self) -> str:
        facts = {
            "classifiers": ", ".join(self.classifiers),
            "heads": ", ".join(self.heads),
            "emotions": ", ".join(self.emotions),
            "identities": len(self.identities),
            "interventions": ", ".join(self.interventions),
            "nodes": " x ".join(str(len(axis)) for axis in self.data.axes),
            "figures": ", ".join(self.figures),
            "claims": " ".join(self.claims[:3]),
        }
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th><td style='text-align:left'>{escape(str(value))}</td></tr>"
            for name, value in facts.items()
        )
        return f"<b>Run {escape(self.path.name)}</b><table>{rows}</table>"


def open_run(path: str | Path, *, classifier: str = "", emotion: str = "") -> FinishedRun:
    """Read a run folder; of several heads, figures and faces show the first, and `run.on(head)` any.

    Args:
        path: the run folder.
        classifier: shown in detail; empty: chosen as the report does, without looking at any effect.
        emotion: shown in detail; empty: chosen in the same way.

    Raises:
        DataError: the folder is no finished run, or lacks the classifier or emotion.
    """
    data = read_run(Path(path), ReportSettings(classifier=classifier, emotion=emotion))
    return FinishedRun(data.on(data.heads[0]))


def check_known(kind: str, name: str, present: list[str]) -> None:
    """Raise `DataError` for a name that the run does not have; the message lists those that it has."""
    if name not in present:
        raise DataError(f"{kind} {name!r} is unknown{suggestion(name, present)}; there are {', '.join(present)}")
