"""A run in Weights & Biases: offline unless the user says otherwise; local files stay the record."""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WandbTarget:
    """Where a run is logged: `mode` is `offline` or `online`."""

    mode: str
    project: str
    group: str


def log_run(run: Path, target: WandbTarget, config: Mapping[str, Any]) -> Path | None:
    """Log a finished run folder: config, scores, one contact sheet and the tables.

    Args:
        run: folder with `manifest.json`, `tests.csv`, `responses.parquet` and, optionally, `figures/`.

    Returns:
        The folder that W&B wrote, for `wandb sync`; None where W&B failed (which is said, and fails nothing).
    """
    os.environ.setdefault("WANDB_SILENT", "true")
    os.environ.setdefault("WANDB_DATA_DIR", str(run.resolve()))
    import wandb

    try:
        session = wandb.init(
            dir=str(run.resolve()),
            project=target.project,
            group=target.group,
            name=run.name,
            job_type="run",
            mode="online" if target.mode == "online" else "offline",
            config=dict(config),
            settings=wandb.Settings(console="off", init_timeout=30),
        )
        _log_tables(session, run)
        folder = Path(session.dir).parent
        session.finish()
    except (wandb.Error, OSError) as error:
        log.warning("W&B did not take the run (%s); everything lies in %s all the same", error, run)
        return None
    return folder


def _log_tables(session: Any, run: Path) -> None:
    import wandb

    tests = pd.read_csv(run / "tests.csv")
    session.log({"tests": wandb.Table(dataframe=tests.astype(object).where(tests.notna(), None))})
    manifest = json.loads((run / "manifest.json").read_text())
    session.summary.update({f"counts/{name}": value for name, value in manifest["counts"].items()})
    for row in tests.itertuples():
        session.summary[f"{row.score}/{row.intervention}/{row.classifier}/{row.emotion}"] = row.mean
    sheets = sorted((run / "figures").glob("*f2*.png")) + sorted((run / "figures").glob("*F2*.png"))
    if sheets:
        session.log({"expressions": wandb.Image(str(sheets[0]))})
    artifact = wandb.Artifact(f"responses-{run.name}", type="responses", metadata=manifest["hashes"])
    for name in ("responses.parquet", "scores.csv", "tests.csv", "manifest.json"):
        artifact.add_file(str(run / name))
    session.log_artifact(artifact)
