"""A finished run, read from its folder and checked: the only thing that figures, tables and the page see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy import ndarray

from facing_asymmetry.config import PHOTOGRAPHS, ReportSettings
from facing_asymmetry.core.emotions import in_order
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.units import LOGIT, one_unit
from facing_asymmetry.results.contact_sheets import ContactSheet, read_contact_sheets, read_further_sheets
from facing_asymmetry.results.files import read_json, read_responses, read_table
from facing_asymmetry.results.layout import (
    CLAIMS_FILE,
    DECOMPOSITION_FILE,
    EXPRESSIONS_FILE,
    FAILURES_FILE,
    HEADS_FILE,
    MIXED_FILE,
    PHOTOGRAPHS_FILE,
    RECORDS_FILE,
    RESPONSES_FILE,
    SCORES_FILE,
    SHARES_FILE,
    SHEETS_FOLDER,
    SHOWN_KEY,
    TESTS_FILE,
)
from facing_asymmetry.results.manifest import read_manifest
from facing_asymmetry.results.shapes import Claim, Record

TABLES_BY_HEAD: Final = ("responses", "scores", "tests", "expressions", "shares", "decomposition", "mixed")
"""Tables of a run whose column face_model says which head a row is about."""

DEFAULT_MINIMUM: Final = 20
"""Identities a claim needs, where the run's own configuration does not say (method.md: 20)."""


@dataclass(frozen=True)
class RunData:
    """Everything a report is made from.

    Attributes:
        path: the run folder.
        manifest: what was asked, with which code, and what it cost.
        axes: all values of s and of t.
        responses: the response table (`results.response_table`), one row per frame and class; of a grid with more than
            `files.MOST_NODES` values on an axis only those that are shown, so that no table is too large for a report.
        scores: one row per replicate and score.
        tests: one row per classifier, emotion, intervention and score.
        expressions: one row per classifier and emotion (empty where the run has none).
        shares: of each slope that is symmetry-specific, by emotion and for all of them (empty without the control).
        decomposition: the palsy's cost and its parts, additive and interaction (empty without the two-sided control).
        mixed: one row per classifier, emotion and intervention: the mixed model's slope (empty where it was not asked).
        agreement: how far heads agree (empty for one head).
        claims: sentences with their verdicts (may be empty).
        records: facts about each classifier, by name (may be empty).
        sheets: rendered contact sheets by (classifier, emotion) (may be empty).
        settings: choices of the report.
        further_sheets: sheets of other faces and interventions, by (classifier, emotion) (may be empty).
        photographs: that people are shown on, one row each (empty for heads).
        failures: photographs that are not shown, with the reason (empty for heads).
        whole: the run over all heads that this is the part of one of; None where this is the run itself.
    """

    path: Path
    manifest: Mapping[str, Any]
    axes: tuple[Float[ndarray, " S"], Float[ndarray, " T"]]
    responses: pd.DataFrame
    scores: pd.DataFrame
    tests: pd.DataFrame
    expressions: pd.DataFrame
    shares: pd.DataFrame
    decomposition: pd.DataFrame
    mixed: pd.DataFrame
    agreement: pd.DataFrame
    claims: Sequence[Mapping[str, Any]]
    records: Mapping[str, Mapping[str, Any]]
    sheets: Mapping[tuple[str, str], ContactSheet]
    settings: ReportSettings = field(default_factory=ReportSettings)
    further_sheets: Mapping[tuple[str, str], Sequence[ContactSheet]] = field(default_factory=dict)
    photographs: pd.DataFrame = field(default_factory=pd.DataFrame)
    failures: pd.DataFrame = field(default_factory=pd.DataFrame)
    whole: "RunData | None" = None

    @cached_property
    def heads(self) -> list[str]:
        """Names of the face models, in the order in which they were asked for."""
        shown = [str(name) for name in self.responses["face_model"].unique()]
        asked = list(self.manifest["config"].get("face_models") or {})
        return sorted(shown, key=lambda name: asked.index(name) if name in asked else len(asked))

    @cached_property
    def of_people(self) -> bool:
        """Whether people on photographs are shown, and no synthetic face."""
        return self.heads == [PHOTOGRAPHS]

    @property
    def people(self) -> str:
        """What the sample is made of: identities, or people on photographs."""
        return "people" if self.of_people else "identities"

    @property
    def sample(self) -> str:
        """The size of the sample in words: `12 identities`."""
        one = "person" if self.of_people else "identity"
        return f"{len(self.identities)} {one if len(self.identities) == 1 else self.people}"

    @cached_property
    def incomplete(self) -> int:
        """How many identities lack one of the emotions."""
        shown = self.target[["face_model", "identity", "emotion"]].drop_duplicates()
        counts = shown.groupby(["face_model", "identity"], observed=True)["emotion"].nunique()
        return int((counts < len(self.emotions)).sum())

    def on(self, head: str) -> "RunData":
        """What was shown on one head; this itself where there is no other.

        Rendered faces are kept of the first head only; those of the others are in their own run folders.

        Raises:
            DataError: the run has no such head.
        """
        if head not in self.heads:
            raise DataError(f"{self.path} has no head {head!r}; it has {', '.join(self.heads)}")
        if len(self.heads) == 1:
            return self
        part: dict[str, Any] = {name: _on(getattr(self, name), head) for name in TABLES_BY_HEAD}
        part["claims"] = [claim for claim in self.claims if claim.get("face_model", head) == head]
        if head != PHOTOGRAPHS:
            part |= {"photographs": self.photographs.iloc[:0], "failures": self.failures.iloc[:0]}
        if head != self.heads[0]:
            part |= {"sheets": {}, "further_sheets": {}}
        return replace(self, **part, whole=self)

    @cached_property
    def training_sets(self) -> dict[str, str]:
        """Training set of each classifier, ordered by training set, then by name."""
        pairs = (
            self.responses[["training_set", "classifier"]].drop_duplicates().sort_values(["training_set", "classifier"])
        )
        return dict(zip(pairs["classifier"], pairs["training_set"], strict=True))

    @property
    def classifiers(self) -> list[str]:
        """Names of the classifiers, those of one training set beside each other."""
        return list(self.training_sets)

    @cached_property
    def emotions(self) -> list[str]:
        """Emotions shown, in canonical order, and then other stimuli in the order in which they were asked for."""
        return in_order(self.responses["emotion"].unique(), self.manifest["config"].get("emotions") or ())

    @cached_property
    def outputs(self) -> dict[str, str]:
        """What each classifier's activations are measured in: `logit`, or the unit of its measured values."""
        pairs = self.responses[["classifier", "unit"]].drop_duplicates("classifier")
        return dict(zip(pairs["classifier"].astype(str), pairs["unit"].astype(str), strict=True))

    @cached_property
    def unit(self) -> str:
        """The one unit of all activations, or that each network has its own."""
        return one_unit(self.outputs[name] for name in self.classifiers)

    def of_classes(self, classifier: str) -> bool:
        """Whether a classifier's outputs are classes that exclude each other, so that it recognises or confuses."""
        return self.outputs[classifier] == LOGIT

    @cached_property
    def of_values(self) -> list[str]:
        """Classifiers whose outputs are measured values."""
        return [name for name in self.classifiers if not self.of_classes(name)]

    @cached_property
    def targets(self) -> dict[tuple[str, str], str]:
        """Label of the output that is read, by (classifier, emotion)."""
        pairs = self.target[["classifier", "emotion", "class"]].drop_duplicates(["classifier", "emotion"])
        return {(str(c), str(e)): str(label) for c, e, label in pairs.itertuples(index=False)}

    @cached_property
    def identities(self) -> list[int]:
        """Numbers of the faces."""
        return sorted(int(number) for number in self.responses["identity"].unique())

    @cached_property
    def interventions(self) -> list[str]:
        """Names of the interventions, `palsy` first."""
        return sorted((str(name) for name in self.responses["intervention"].unique()), key=lambda n: (n != "palsy", n))

    @cached_property
    def treated(self) -> str:
        """The one-sided intervention that figures show: as the manifest says, else the first with a side."""
        if asked := self.contrast.get("treated"):
            return asked
        sided = set(self.responses.loc[self.responses["side"] != "both", "intervention"].unique())
        return next((name for name in self.interventions if name in sided), self.interventions[0])

    @property
    def contrast(self) -> Mapping[str, str]:
        """What the manifest says is compared: `treated` and `control`; empty where it says nothing."""
        found: Mapping[str, str] = self.manifest.get("contrast") or {}
        return found

    @property
    def weakens_one_side(self) -> bool:
        """Whether an intervention of the run weakens one side: without one, nothing is claimed."""
        return bool(self.contrast.get("treated", True))

    @property
    def control(self) -> str | None:
        """The two-sided control, where the run has it."""
        if self.contrast:
            return self.contrast["control"] or None
        return "bilateral" if "bilateral" in self.interventions else None

    @cached_property
    def accepted(self) -> dict[tuple[str, str], bool]:
        """Whether the full symmetric face is recognised as the emotion, by (classifier, emotion)."""
        shares = self.responses.groupby(["classifier", "emotion"], observed=True)["accepted"].mean()
        shown = shares.reset_index().to_dict("records")
        return {(str(row["classifier"]), str(row["emotion"])): bool(row["accepted"] >= 0.5) for row in shown}

    @cached_property
    def target(self) -> pd.DataFrame:
        """Rows of the response table whose class is read for the emotion shown: the activation."""
        return self.responses[self.responses["is_target"]]

    @cached_property
    def _cells(self) -> dict[tuple[Any, ...], list[slice]]:
        """Where the rows of each cell lie in `responses`, by the values of `SHOWN_KEY`: runs of equal rows."""
        columns = [pd.factorize(self.responses[name]) for name in SHOWN_KEY]
        codes = np.stack([code for code, _ in columns])
        starts = np.flatnonzero((codes[:, 1:] != codes[:, :-1]).any(axis=0)) + 1
        found: dict[tuple[Any, ...], list[slice]] = {}
        for start, stop in pairwise([0, *starts.tolist(), codes.shape[1]]):
            key = tuple(names[code[start]] for code, names in columns)
            found.setdefault(key, []).append(slice(start, stop))
        return found

    def cell(self, key: tuple[Any, ...]) -> pd.DataFrame | None:
        """Rows of `responses` with these values of `SHOWN_KEY`; None where it has none."""
        parts = [self.responses.iloc[place] for place in self._cells.get(key, ())]
        return None if not parts else parts[0] if len(parts) == 1 else pd.concat(parts)

    @cached_property
    def activations(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        """By (classifier, emotion, intervention): mean over sides of `logit`, `probability`, `wrong` (mispredicted).

        One row per (identity, s, t), in this order. Measured values have no probability (NaN), and none is wrong.
        """
        rows = self.target[["classifier", "emotion", "intervention", "identity", "s", "t", "logit", "probability"]]
        missed = (self.target["predicted"] != self.target["class"]) & (self.target["unit"] == LOGIT)
        rows = rows.assign(wrong=missed.astype(float))
        means = rows.groupby(list(rows.columns[:6]), observed=True).mean().reset_index()
        parts = means.groupby(["classifier", "emotion", "intervention"], observed=True)
        return {(str(c), str(e), str(i)): part.iloc[:, 3:] for (c, e, i), part in parts}

    @property
    def minimum_identities(self) -> int:
        """Identities that a claim needs."""
        statistics = self.manifest["config"].get("statistics") or {}
        return int(statistics.get("minimum_identities", DEFAULT_MINIMUM))

    @property
    def screening(self) -> bool:
        """Whether the run was a first look, which is never a claim."""
        return bool(self.manifest.get("screening"))

    @property
    def no_claim(self) -> str:
        """Why a run without a claim makes none, in words."""
        return "a screening run" if self.screening else f"n = {self.sample}, {self.minimum_identities} needed"

    @property
    def may_claim(self) -> bool:
        """Whether any test of this run may be called significant."""
        return bool(self.tests["claim"].any())

    def tested(self, score: str, intervention: str | None = None) -> pd.DataFrame:
        """Rows of `tests` of one score (and intervention), indexed by (classifier, emotion)."""
        rows = self.tests[self.tests["score"] == score]
        if intervention is not None:
            rows = rows[rows["intervention"] == intervention]
        return rows.set_index(["classifier", "emotion"])

    @staticmethod
    def row(table: pd.DataFrame, pair: tuple[str, str]) -> dict[str, Any]:
        """One row of what `tested` returned, by column name."""
        return {str(key): value for key, value in table.loc[[pair]].iloc[0].items()}

    @cached_property
    def _recognised_on_the_first_face(self) -> dict[str, int]:
        """Emotions that each classifier names on the face that is drawn, symmetric and at full intensity."""
        rows = self.target[
            (self.target["identity"] == self.identities[0]) & (self.target["intervention"] == self.treated)
        ]
        full = rows[(rows["s"] == rows["s"].max()) & (rows["t"] == rows["t"].max())]
        right = full[full["predicted"].astype(str) == full["class"].astype(str)]
        return {
            str(name): int(n) for name, n in right.groupby("classifier", observed=True)["emotion"].nunique().items()
        }

    @cached_property
    def exemplar(self) -> tuple[str, str]:
        """The (classifier, emotion) shown in detail: as configured, else chosen without looking at any effect."""
        count = {name: sum(self.accepted.get((name, e), False) for e in self.emotions) for name in self.classifiers}
        seen = self._recognised_on_the_first_face
        best = self.settings.classifier or max(sorted(count), key=lambda name: (count[name], seen.get(name, 0)))
        if best not in count:
            raise DataError(f"report.classifier = {best!r} is not in {self.path}; it has {', '.join(count)}")
        fits = [e for e in self.emotions if self.accepted.get((best, e), False)] or self.emotions
        smile = next((e for e in fits if self.targets.get((best, e)) == "happiness"), fits[0])
        emotion = self.settings.emotion or smile
        if emotion not in self.emotions:
            raise DataError(f"report.emotion = {emotion!r} is not in {self.path}; it has {', '.join(self.emotions)}")
        return best, emotion


def _on(table: pd.DataFrame, head: str) -> pd.DataFrame:
    """Rows of one head; all of them where the table does not say."""
    return table[table["face_model"] == head].reset_index(drop=True) if "face_model" in table else table


def read_run(path: Path, settings: ReportSettings | None = None) -> RunData:
    """Read and check a run folder; `DataError` names the file and the column or key at fault.

    `claims.json`, `expressions.csv`, `shares.csv`, `decomposition.csv`, `classifiers.json`, `sprites/` may be absent.
    """
    if not path.is_dir():
        raise DataError(f"{path} is not a run folder; `facing-asymmetry run` makes one")
    manifest = read_manifest(path)
    claims = read_json(path / CLAIMS_FILE, list[Claim]) if (path / CLAIMS_FILE).exists() else []
    records = read_json(path / RECORDS_FILE, list[Record]) if (path / RECORDS_FILE).exists() else []
    settings = settings or ReportSettings()
    axes, responses = read_responses(path / RESPONSES_FILE, settings.explorer_nodes)
    return RunData(
        path=path,
        manifest=manifest,
        axes=axes,
        responses=responses,
        scores=read_table(path, SCORES_FILE),
        tests=read_table(path, TESTS_FILE),
        expressions=read_table(path, EXPRESSIONS_FILE, optional=True),
        shares=read_table(path, SHARES_FILE, optional=True),
        decomposition=read_table(path, DECOMPOSITION_FILE, optional=True),
        mixed=read_table(path, MIXED_FILE, optional=True),
        agreement=read_table(path, HEADS_FILE, optional=True),
        claims=claims,
        records={str(record["name"]): record for record in records},
        sheets=read_contact_sheets(path / SHEETS_FOLDER),
        settings=settings,
        further_sheets=read_further_sheets(path / SHEETS_FOLDER),
        photographs=read_table(path, PHOTOGRAPHS_FILE, optional=True),
        failures=read_table(path, FAILURES_FILE, optional=True).fillna(""),
    )


def surface(data: RunData, classifier: str, emotion: str, intervention: str | None = None) -> pd.DataFrame:
    """Activation of the shown emotion by identity and node, sides averaged; by default under `data.treated`.

    Returns:
        One row per (identity, s, t): `logit`, `probability`, `wrong` (means over sides; wrong: mispredicted).
    """
    found = data.activations.get((classifier, emotion, intervention or data.treated))
    return next(iter(data.activations.values())).iloc[:0] if found is None else found


def grid_mean(unit: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean over identities on the grid: s ascending `(S,)`, t ascending `(T,)`, values `(T, S)`."""
    table = unit.pivot_table(index="t", columns="s", values=column, aggfunc="mean")
    return table.columns.to_numpy(float), table.index.to_numpy(float), table.to_numpy(float)
