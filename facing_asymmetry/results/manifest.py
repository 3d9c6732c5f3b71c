"""The manifest of a run: everything needed to know where a number comes from."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from facing_asymmetry import __version__
from facing_asymmetry.core.code import versions_of
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.files import read_json
from facing_asymmetry.results.layout import MANIFEST_FILE, WANDB_FOLDER
from facing_asymmetry.results.shapes import Manifest

PACKAGES = (
    "torch",
    "torchvision",
    "easypytorch3d",
    "hydra-core",
    "omegaconf",
    "numpy",
    "scipy",
    "statsmodels",
    "pandas",
    "pyarrow",
    "numba",
    "onnxruntime",
    "openvino",
    "wandb",
    "seaborn",
    "matplotlib",
)

MANIFEST_KEYS: Final = ("title", "command", "created", "commit", "versions", "config", "seeds", "counts", "seconds")
"""Keys that a report reads."""


def git_state(folder: Path) -> dict[str, Any]:
    """Commit of the code and whether it was changed since; nulls outside a checkout."""

    def ask(*words: str) -> str | None:
        try:
            done = subprocess.run(("git", "-C", str(folder), *words), capture_output=True, text=True, check=False)
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    changed = ask("status", "--porcelain")
    return {"commit": ask("rev-parse", "HEAD"), "dirty": None if changed is None else bool(changed)}


def versions() -> dict[str, str]:
    """Versions of this package, Python and what the results rest on."""
    return {"facing-asymmetry": __version__, "python": platform.python_version(), **versions_of(*PACKAGES)}


def machine() -> dict[str, Any]:
    """What the results were computed on."""
    return {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()}


def build_manifest(
    *,
    title: str,
    command: str,
    config: Mapping[str, Any],
    hashes: Mapping[str, Any],
    counts: Any,
    seconds: Mapping[str, float],
    face_models: Mapping[str, Mapping[str, Any]],
    grid_error: str,
    contrast: Mapping[str, str],
) -> dict[str, Any]:
    """The manifest's content.

    Args:
        title: title of the run.
        command: the command line that was typed.
        config: the composed configuration.
        hashes: SHA-256 of weights, assets and code.
        counts: dataclass of what was computed.
        seconds: wall time of each stage.
        face_models: provenance of each face model, by name.
        grid_error: how far the scores are off on the run's grid, in a sentence.
        contrast: names of the `treated` intervention and its `control`; empty where there is none.
    """
    return {
        "title": title,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **git_state(Path(__file__).parent),
        "versions": versions(),
        "machine": machine(),
        "config": dict(config),
        "hashes": dict(hashes),
        "face_models": dict(face_models),
        "grid_error": grid_error,
        "contrast": dict(contrast),
        "seeds": {"seed": config.get("seed"), "identities": config.get("identities")},
        "counts": asdict(counts),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder.

    Raises:
        DataError: the file is missing, is not JSON, or lacks a key that a report reads, or a file of the folder is a
            link out of it, which would bring another file of the reader's into the report.
    """
    for link in (path for path in folder.rglob("*") if path.is_symlink()):
        if not link.resolve().is_relative_to(folder.resolve()) and link.relative_to(folder).parts[0] != WANDB_FOLDER:
            raise DataError(f"{link} is a link out of the run folder; put the file itself there")
    path = folder / MANIFEST_FILE
    manifest = read_json(path, Manifest)
    missing = [key for key in MANIFEST_KEYS if key not in manifest]
    if missing:
        raise DataError(f"{path}: lacks the key(s) {', '.join(missing)}")
    return _with_heads(manifest)


def _with_heads(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest that names one face model, as 0.1.0 wrote it, in the form of one that names several."""
    now = dict(manifest)
    old: Mapping[str, Any] = now.pop("face_model", {})
    config, hashes = dict(now["config"]), dict(now.get("hashes") or {})
    settings: Mapping[str, Any] = config.pop("face_model", {})
    name = settings.get("name") or old.get("name")
    if name is None:
        return now
    config.setdefault("face_models", {name: settings})
    if "face_model" in hashes:
        hashes["face_models"] = {name: hashes.pop("face_model")}
    provenance = {key: value for key, value in old.items() if key != "name"}
    return {"face_models": {name: provenance}, **now, "config": config, "hashes": hashes}
