"""The stages in order. Each does what the ones before it left undone: the store knows what that is."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.config import PHOTOGRAPHS, RunConfig
from facing_asymmetry.core.code import code_fingerprint
from facing_asymmetry.core.files import sweep_temporaries
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.store import content_key
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.results.contact_sheets import write_contact_sheet
from facing_asymmetry.results.files import write_expressions, write_json, write_records
from facing_asymmetry.results.layout import MANIFEST_FILE, RESPONSES_FILE
from facing_asymmetry.results.manifest import build_manifest
from facing_asymmetry.results.published import grid_error
from facing_asymmetry.results.response_table import write_table_file
from facing_asymmetry.runs.cells import RESPONSE_CODE, renderer_code
from facing_asymmetry.runs.contact_sheets import draw_contact_sheets
from facing_asymmetry.runs.derivatives import differentiate, responses
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.made import (
    REPORT_FILES,
    SCORE_FILES,
    is_made,
    note_made,
    report_request,
    score_request,
)
from facing_asymmetry.runs.objective import objective_value
from facing_asymmetry.runs.optimise import find_expressions
from facing_asymmetry.runs.plan import Speed, plan, write_speed
from facing_asymmetry.runs.scoring import write_scores
from facing_asymmetry.runs.study import Study
from facing_asymmetry.statistics.user_scores import score_code

STAGES: Final = ("optimise", "intervene", "score", "report")

NOT_IN_KEY: Final = ("tracking", "paths", "dry_run", "threads", "objective")
"""Parts of a configuration that do not change what a run shows."""

ENOUGH_FOR_A_SPEED: Final = 300
"""Frames from which on a run's wall time says something about the machine (kernels may be compiled in the first)."""


def asked(composed: Mapping[str, Any]) -> dict[str, Any]:
    """What results rest on of a configuration; what is about photographs only where photographs are shown."""
    kept = {key: value for key, value in composed.items() if key not in NOT_IN_KEY}
    if PHOTOGRAPHS not in kept["face_models"]:
        kept.pop("photographs", None)
        kept["report"] = {key: value for key, value in kept["report"].items() if key != "thumbnails"}
    return kept


@dataclass
class Run:
    """A run under way.

    Attributes:
        study: its parts.
        composed: the configuration as composed.
        command: the command line that was typed.
        progress: shows how far each stage is.
        seconds: wall time of each stage so far.
        processor_seconds: processor time of each.
        searched: frames rendered to find the expressions.
        objective: the number of the setting `objective`, once the scores are there.
        unchanged: what the run folder held already as it would be made now, in words.
    """

    study: Study
    composed: Mapping[str, Any]
    command: str
    progress: Progress = field(default_factory=Progress)
    seconds: dict[str, float] = field(default_factory=dict)
    processor_seconds: dict[str, float] = field(default_factory=dict)
    searched: int = 0
    unchanged: list[str] = field(default_factory=list)
    objective: float | None = None

    @property
    def config(self) -> RunConfig:
        """The checked configuration."""
        return self.study.config

    @property
    def folder(self) -> Path:
        """`RUNS/NAME-KEY`: the same request has the same folder."""
        return Path(self.config.paths.runs) / f"{self.config.name}-{content_key(asked(self.composed), 8)}"

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Record a stage's wall time, and its processor time over all threads."""
        began, own = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] = time.perf_counter() - began
        self.processor_seconds[stage] = time.process_time() - own


def run_stages(run: Run, until: str) -> Path:
    """Run the stages up to `until` and return the run folder.

    Raises:
        StoreError: the store or the run folder cannot be written.
        AssetError: weights or face model are missing.
    """
    run.study.store.open()
    sweep_temporaries(run.folder)
    expressions = _optimise(run)
    if until != "optimise":
        _intervene(run, expressions)
        _keep_speed(run)
        if until != "intervene":
            _score(run)
            if study_objective := run.study.objective:
                run.objective = objective_value(run.folder, study_objective, run.study.contrast.treated)
    _manifest(run)
    if until == "report":
        _report(run)
    return run.folder


def _optimise(run: Run) -> dict[str, list[Expression]]:
    with run.timed("optimise"):
        found = find_expressions(run.study, run.progress)
    run.searched = run.study.counts.frames
    run.study.write_about(run.folder)
    write_records(run.folder, run.study.records)
    write_expressions(run.folder, found, run.study.model)
    return found


def _intervene(run: Run, expressions: dict[str, list[Expression]]) -> None:
    with run.timed("intervene"):
        respond(run.study, expressions, run.progress)
    if run.config.derivative:
        with run.timed("derivatives"):
            differentiate(run.study, expressions, run.progress)
    with run.timed("table"):
        write_table_file(run.folder / RESPONSES_FILE, responses(run.study, expressions))
    with run.timed("pictures"):
        for sheet, png in draw_contact_sheets(run.study, expressions, run.folder, run.progress):
            write_contact_sheet(sheet, png)


def _score(run: Run) -> None:
    with run.timed("score"):
        request = score_request(run.folder, run.config.statistics, run.study.contrast)
        if is_made(run.folder, "score", request):
            run.unchanged.append("scores")
            return
        write_scores(run.folder, run.config.statistics, run.study.contrast)
        note_made(run.folder, "score", request, SCORE_FILES)


def _report(run: Run) -> None:
    with run.timed("report"):
        request = report_request(run.folder, run.config.report)
        if is_made(run.folder, "report", request):
            run.unchanged.append("report")
        else:
            from facing_asymmetry.reporting.build import build_report

            build_report(run.folder, run.config.report)
            note_made(run.folder, "report", request, REPORT_FILES)
    _manifest(run)
    if run.config.tracking.name == "wandb":
        from facing_asymmetry.tracking.wandb_run import log_run

        with run.timed("tracking"):
            log_run(run.folder, run.config.tracking, run.composed)
        _manifest(run)


def _manifest(run: Run) -> None:
    study = run.study
    hashes = {
        "face_models": {study.model.name: study.model.fingerprint},
        "code": code_fingerprint(*RESPONSE_CODE),
        "weights": {r.name: {w.member: w.sha256 or r.fingerprint for w in r.weights} for r in study.records},
        **({"renderer": drawn} if (drawn := renderer_code(run.config.renderer)) else {}),
        **({"own_scores": own} if (own := score_code(run.config.statistics.own_scores)) else {}),
    }
    manifest = build_manifest(
        title=f"Does the classifier rely on facial symmetry? ({run.config.name} run)",
        command=run.command,
        config=run.composed,
        hashes=hashes,
        counts=study.counts,
        seconds=run.seconds,
        face_models={study.model.name: study.model.provenance},
        grid_error=grid_error(study.grid.s, study.grid.t),
        contrast=asdict(study.contrast),
    )
    if run.config.statistics.screening:
        manifest["screening"] = True
    if run.objective is not None:
        manifest["objective"] = {"asked": run.config.objective, "value": run.objective}
    write_json(run.folder, MANIFEST_FILE, manifest)


def _keep_speed(run: Run) -> None:
    counts = run.study.counts
    wall, processor = run.seconds["intervene"], run.processor_seconds["intervene"]
    if run.config.device != "cpu" or counts.cells_cached or counts.forward_passes - run.searched < ENOUGH_FOR_A_SPEED:
        return
    planned = plan(run.study, Speed(scale=1.0))
    if not planned.guessed:
        write_speed(run.study.store.folder, Speed(processor / planned.response_seconds, processor / wall, True))
