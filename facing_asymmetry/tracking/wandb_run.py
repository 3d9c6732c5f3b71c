"""A run in Weights & Biases: offline unless the user says otherwise; local files stay the record."""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    import wandb

    try:
        with _environment(WANDB_SILENT="true", WANDB_DATA_DIR=str(run.resolve() / "wandb")):
            return _log(run, target, config)
    except (wandb.Error, OSError) as error:
        log.warning("W&B did not take the run (%s); everything lies in %s all the same", error, run)
        return None


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set environment variables that the user has not set, for a while: W&B stages artifacts where they say."""
    chosen = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(chosen)
    try:
        yield
    finally:
        for name in chosen:
            os.environ.pop(name, None)


def _log(run: Path, target: WandbTarget, config: Mapping[str, Any]) -> Path:
    import wandb

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
    return folder


def _log_tables(session: Any, run: Path) -> None:
    import wandb

    tests = pd.read_csv(run / "tests.csv")
    session.log({"tests": wandb.Table(dataframe=tests.astype(object).where(tests.notna(), None))})
    manifest = json.loads((run / "manifest.json").read_text())
    session.summary.update({f"counts/{name}": value for name, value in manifest["counts"].items()})
    for row in tests.itertuples():
        session.summary[f"{row.score}/{row.intervention}/{row.classifier}/{row.emotion}"] = row.mean
    sheet = run / "figures" / "f2_expressions.png"
    if sheet.is_file():
        session.log({"expressions": wandb.Image(str(sheet))})
    artifact = wandb.Artifact(f"responses-{run.name}", type="responses", metadata=manifest["hashes"])
    for name in ("responses.parquet", "scores.csv", "tests.csv", "manifest.json"):
        artifact.add_file(str(run / name))
    session.log_artifact(artifact)
