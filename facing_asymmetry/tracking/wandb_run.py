"""A run in Weights & Biases: recorded in files first, uploaded where that is asked for; local files stay the record."""

import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from facing_asymmetry.config import TrackingConfig
from facing_asymmetry.core.assets.cache import file_sha256
from facing_asymmetry.core.installed import optional
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.core.store import content_key, write_atomically
from facing_asymmetry.results.layout import (
    CLAIMS_FILE,
    MANIFEST_FILE,
    RECORDS_FILE,
    RESPONSES_FILE,
    SCORES_FILE,
    TESTS_FILE,
    UPLOAD_FILE,
    WANDB_FOLDER,
)
from facing_asymmetry.tracking.upload import synced, upload

if TYPE_CHECKING:
    from facing_asymmetry.tracking.content import RunContent

log = logging.getLogger(__name__)

CLIENT: Final = {"WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}
"""Environment of the client while it records; what the user has set stays."""

MOST_CHARACTERS: Final = 110
"""Of a W&B artifact's name (it takes 128), before a hash is added."""

SCORE_FILES: Final = (SCORES_FILE, TESTS_FILE, CLAIMS_FILE)
HASHED_FILES: Final = (RESPONSES_FILE, *SCORE_FILES, MANIFEST_FILE)
"""Files of a run whose SHA-256 identifies what is recorded."""


def log_run(run: Path, tracking: TrackingConfig, composed: Mapping[str, Any]) -> Path | None:
    """Record a finished run folder as one W&B run, and upload it with `tracking.mode=online`.

    Recording needs no network, key or account. A run that is recorded already, with the same content for the same
    project and group, is not recorded again. Uploading takes at most `tracking.timeout` seconds; where it fails, a
    warning says why and how to upload later.

    Args:
        run: the run folder, with manifest, tables and report.
        tracking: where and how to record.
        composed: the run's configuration.

    Returns:
        The folder that W&B wrote, for `wandb sync`; None where W&B failed; a warning says so and the run goes on.

    Raises:
        DataError: the run folder lacks a file, column or key.
    """
    hashes = file_hashes(run)
    key = _key(tracking, composed, hashes)
    folder = _recorded(run, key)
    if folder is None:
        from facing_asymmetry.tracking.content import content_of

        try:
            with tempfile.TemporaryDirectory() as scratch:
                content = content_of(run, composed, Path(scratch))
                folder = _record(run, tracking, content, hashes)
            write_atomically(run / WANDB_FOLDER / UPLOAD_FILE, json.dumps({"key": key, "folder": folder.name}) + "\n")
        except Exception as error:  # whatever the client or the disk raises, the run's files are complete
            log.warning("W&B did not take the run (%s); everything lies in %s all the same", error, run)
            return None
    if tracking.mode == "online" and not synced(folder):
        upload(folder, tracking.timeout)
    return folder


def _key(tracking: TrackingConfig, composed: Mapping[str, Any], hashes: Mapping[str, str]) -> str:
    """Of what is recorded and where to; whether and how it is uploaded does not matter."""
    target = {name: value for name, value in asdict(tracking).items() if name not in ("mode", "timeout")}
    asked = {name: value for name, value in composed.items() if name not in ("tracking", "threads")}
    asked |= {"agent": agent} if (agent := _agents_run()) else {}
    files = {name: value for name, value in hashes.items() if name != MANIFEST_FILE}  # it has the time of day
    return content_key({"target": target, "config": asked, "files": files})


def _recorded(run: Path, key: str) -> Path | None:
    mark = run / WANDB_FOLDER / UPLOAD_FILE
    if not mark.is_file():
        return None
    try:
        said = parse_json(mark.read_bytes(), dict[str, str])
        folder = run.resolve() / WANDB_FOLDER / Path(said["folder"]).name
    except (OSError, ValueError, KeyError):
        return None
    return folder if said.get("key") == key and folder.is_dir() else None


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables that the user has not set, for a while."""
    chosen = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(chosen)
    try:
        yield
    finally:
        for name in chosen:
            os.environ.pop(name, None)


def _agents_run() -> str:
    """The run that an agent of a W&B sweep waits for; empty outside one."""
    return os.environ.get("WANDB_RUN_ID", "") if os.environ.get("WANDB_SWEEP_ID") else ""


def _record(run: Path, tracking: TrackingConfig, content: "RunContent", hashes: Mapping[str, str]) -> Path:
    with optional("wandb", "tracking=wandb"):
        import wandb
        from wandb.sdk.lib.runid import generate_id

    place = run.resolve()
    with (
        _environment(WANDB_DATA_DIR=str(place / WANDB_FOLDER), **CLIENT),
        wandb.init(
            dir=str(place),
            project=tracking.project,
            entity=tracking.entity,
            group=tracking.group or str(content.config.get("name", run.name)),
            name=content.name,
            id=_agents_run() or generate_id(),  # WANDB_RUN_ID alone would give the jobs of a sweep one
            job_type=tracking.job_type,
            tags=list(dict.fromkeys([*tracking.tags, *content.tags])),
            notes=content.notes,
            mode="offline",
            config=content.config,
            settings=wandb.Settings(console="off", init_timeout=60),
        ) as session,
    ):
        _log_content(session, content)
        log_artifacts(session, run, hashes, tracking.responses)
        return Path(session.dir).parent


def _log_content(session: Any, content: "RunContent") -> None:
    """History first, one step per symmetry; then tables and images in one step; the summary last."""
    import wandb

    from facing_asymmetry.tracking.content import CURVES, SYMMETRY_KEY

    session.define_metric(SYMMETRY_KEY)
    for name in CURVES:
        session.define_metric(f"{name}/*", step_metric=SYMMETRY_KEY)
    for row in content.curves:
        session.log(row)
    tables = {f"tables/{name}": wandb.Table(dataframe=_plain(table)) for name, table in content.tables.items()}
    images = {key: wandb.Image(str(p.path), caption=p.caption) for key, p in content.images.items()}
    session.log({**tables, **images})
    session.summary.update(content.summary)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Missing numbers as None, which a W&B table shows as empty."""
    return table.astype(object).where(table.notna(), None)


def file_hashes(run: Path) -> dict[str, str]:
    """SHA-256 of each of `HASHED_FILES` that the run folder has."""
    return {name: file_sha256(run / name) for name in HASHED_FILES if (run / name).is_file()}


def log_artifacts(session: Any, run: Path, hashes: Mapping[str, str], responses: bool) -> None:
    """Record weights as used, and responses and scores as made, each with the SHA-256 of what it was made from.

    W&B draws lineage between runs and artifacts. Two that one run makes aren't joined by it, so the step from
    responses to scores stands in the metadata: `scores` names the SHA-256 of the responses, those the weights'.

    Args:
        session: the W&B run.
        run: the run folder.
        hashes: SHA-256 of the files, from `file_hashes`.
        responses: whether the response table itself is recorded.
    """
    manifest = json.loads((run / MANIFEST_FILE).read_text())
    made_from = {"manifest": manifest.get("hashes", {}), "commit": manifest.get("commit")}
    records = run / RECORDS_FILE
    for record in json.loads(records.read_text()) if records.is_file() else []:
        _use_weights(session, record)
    kept = (RESPONSES_FILE, MANIFEST_FILE) if responses else (MANIFEST_FILE,)
    responses_facts = {**made_from, "sha256": hashes[RESPONSES_FILE], "rows_included": responses}
    _log(session, run, "responses", kept, responses_facts)
    score_facts = {**made_from, "responses_sha256": hashes[RESPONSES_FILE], "sha256": dict(hashes)}
    _log(session, run, "scores", SCORE_FILES, score_facts)


def artifact_name(words: str) -> str:
    """A name that W&B takes: ASCII letters, digits, dots, dashes and underscores; others are replaced, and hashed."""
    kept = re.sub(r"[^A-Za-z0-9._-]+", "-", words)[:MOST_CHARACTERS]
    return words if kept == words else f"{kept}-{hashlib.sha256(words.encode()).hexdigest()[:8]}"


def _log(session: Any, run: Path, kind: str, names: tuple[str, ...], metadata: dict[str, Any]) -> None:
    import wandb

    artifact = wandb.Artifact(artifact_name(f"{kind}-{run.name}"), type=kind, metadata=metadata)
    for name in names:
        artifact.add_file(str(run / name))
    session.log_artifact(artifact)


def _use_weights(session: Any, record: Mapping[str, Any]) -> None:
    """Record the weights as this run's input: facts and SHA-256, not the file, whose licence may forbid passing it on.

    `Run.use_artifact` refuses to work offline. What it does with an artifact that isn't on the server yet is the call
    below, which works offline too: at `wandb sync` the client makes the artifact and marks it as used.
    """
    import wandb

    facts = [
        {key: file.get(key) for key in ("source", "member", "sha256", "size")} for file in record.get("weights", [])
    ]
    metadata = {
        "sha256": {str(f["member"]): f["sha256"] or record.get("fingerprint", "") for f in facts},
        "licence": record.get("licence"),
        "training_set": record.get("training_set"),
    }
    artifact = wandb.Artifact(artifact_name(f"weights-{record['name']}"), type="weights", metadata=metadata)
    with artifact.new_file("weights.json") as file:
        json.dump({"classifier": record["name"], "files": facts, **metadata}, file, indent=2, sort_keys=True)
    session._log_artifact(artifact, is_user_created=True, use_after_commit=True)
