"""A run's files as W&B artifacts, with where they come from: weights, then responses, then scores."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.assets.cache import file_sha256

RESPONSES: Final = "responses.parquet"
SCORES: Final = ("scores.csv", "tests.csv", "claims.json")
FILES: Final = (RESPONSES, *SCORES, "manifest.json")


def file_hashes(run: Path) -> dict[str, str]:
    """SHA-256 of each of `FILES` that the run folder has."""
    return {name: file_sha256(run / name) for name in FILES if (run / name).is_file()}


def log_artifacts(session: Any, run: Path, hashes: Mapping[str, str], responses: bool) -> None:
    """Record weights as used, and responses and scores as made, each with the SHA-256 of what it was made from.

    W&B draws lineage between runs and artifacts. Two that one run makes aren't joined by it, so the step from
    responses to scores stands in the metadata: `scores` names the SHA-256 of the responses, those the weights'.

    Args:
        session: the W&B run; `hashes`: of `file_hashes`; `responses`: whether the response table itself goes along.
    """
    manifest = json.loads((run / "manifest.json").read_text())
    made_from = {"manifest": manifest.get("hashes", {}), "commit": manifest.get("commit")}
    records = run / "classifiers.json"
    for record in json.loads(records.read_text()) if records.is_file() else []:
        _use_weights(session, record)
    kept = (RESPONSES, "manifest.json") if responses else ("manifest.json",)
    responses_facts = {**made_from, "sha256": hashes[RESPONSES], "rows_included": responses}
    _log(session, run, "responses", kept, responses_facts)
    _log(session, run, "scores", SCORES, {**made_from, "responses_sha256": hashes[RESPONSES], "sha256": dict(hashes)})


def _log(session: Any, run: Path, kind: str, names: tuple[str, ...], metadata: dict[str, Any]) -> None:
    import wandb

    artifact = wandb.Artifact(f"{kind}-{run.name}", type=kind, metadata=metadata)
    for name in names:
        artifact.add_file(str(run / name))
    session.log_artifact(artifact)


def _use_weights(session: Any, record: Mapping[str, Any]) -> None:
    """Record the weights as this run's input: facts and SHA-256, not the file, whose licence is not ours to spread.

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
    artifact = wandb.Artifact(f"weights-{record['name']}", type="weights", metadata=metadata)
    with artifact.new_file("weights.json") as file:
        json.dump({"classifier": record["name"], "files": facts, **metadata}, file, indent=2, sort_keys=True)
    session._log_artifact(artifact, is_user_created=True, use_after_commit=True)
