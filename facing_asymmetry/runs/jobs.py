"""One job of a sweep: a run that is asked for by its overrides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import read_config
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.errors import AssetError, ConfigError, FacingAsymmetryError
from facing_asymmetry.core.store import content_key
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.runs.cells import intervention_code, of_the_package, renderer_code
from facing_asymmetry.runs.job_status import DONE, observe, table_hash
from facing_asymmetry.runs.made import REPORT_CODE
from facing_asymmetry.runs.stages import STAGES, Run, asked
from facing_asymmetry.runs.studies import study_from
from facing_asymmetry.statistics.user_scores import score_code

RESULT_CODE: Final = ("runs.stages", *REPORT_CODE)
"""Modules that make the files of a run folder."""


@dataclass(frozen=True)
class Job:
    """A job, checked.

    Attributes:
        overrides: what tells it from its neighbours, as typed.
        run: its parts, nothing computed.
        stage: the last stage that it runs.
    """

    overrides: tuple[str, ...]
    run: Run
    stage: str

    @property
    def folder(self) -> Path:
        """Its run folder."""
        return self.run.folder

    @property
    def label(self) -> str:
        """Its overrides in one line."""
        return " ".join(self.overrides) or "(as configured)"

    def finished(self) -> bool:
        """Whether the same was computed before, by the same code, and its table is still what it was."""
        status = observe(self.folder)
        if status is None or status.state != DONE or status.key != run_key(self.run):
            return False
        reached = STAGES.index(status.stage) >= STAGES.index(self.stage)
        return reached and table_hash(self.folder) == status.table

    def lacking(self) -> str:
        """What to do for the head and the weights that are not here; empty where all are."""
        states = {record.name: registry.state(record) for record in self.run.study.records}
        words = [f"{name} lacks its weights: {s.remedy}" for name, s in states.items() if not s.ready]
        try:
            self.run.study.fitted_head  # noqa: B018  (asked for its error)
        except AssetError as error:
            words = [str(error), *words]
        return "; ".join(words)


def make_jobs(
    asked: Sequence[tuple[tuple[str, ...], Mapping[str, Any]]], stage: str, command: str, elsewhere: bool = False
) -> Iterator[Job]:
    """Check the composed configuration of each job.

    Args:
        asked: overrides and composed configuration.
        stage: last stage.
        command: what was typed.
        elsewhere: other machines will run the jobs.

    Raises:
        ConfigError: naming the job, the key and what it may be.
    """
    for overrides, composed in asked:
        try:
            yield Job(overrides, Run(study_from(read_config(composed), elsewhere), composed, command), stage)
        except FacingAsymmetryError as error:
            raise ConfigError(f"job {' '.join(overrides)}: {error}; no job was launched") from error


def own_code(interventions: Sequence[Intervention]) -> dict[str, str]:
    """Hash of the code of each intervention of the user's own, by name; that of the others is the package's."""
    return {one.name: intervention_code(one) for one in interventions if not of_the_package(one)}


def run_key(run: Run) -> str:
    """Key of everything that a run's results rest on: what was asked, weights, face model, code and packages."""
    return content_key(
        {
            "asked": asked(run.composed),
            "records": [asdict(record) for record in run.study.records],
            "face_model": run.study.model.fingerprint,
            "code": code_fingerprint(*RESULT_CODE),
            "versions": numeric_versions(),
            **({"interventions": own} if (own := own_code(run.study.interventions)) else {}),
            **({"renderer": drawn} if (drawn := renderer_code(run.config.renderer)) else {}),
            **({"scores": scores} if (scores := score_code(run.config.statistics.own_scores)) else {}),
            **({"photographs": files} if (files := run.study.files()) else {}),
        }
    )
