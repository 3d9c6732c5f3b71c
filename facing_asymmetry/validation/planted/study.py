"""Planted classifiers through the whole pipeline: faces, renderer, networks, scores, tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from facing_asymmetry.config import read_config
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.store import content_key, write_atomically
from facing_asymmetry.results.layout import SCORES_FILE
from facing_asymmetry.runs.cells import EXPRESSION_CODE
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.study import Study
from facing_asymmetry.statistics.scores import trapezoid_weights
from facing_asymmetry.validation.planted.checks import Check, check_planted
from facing_asymmetry.validation.planted.networks import oracle_record, study_settings
from facing_asymmetry.validation.planted.training import Readouts, train


def run_planted(base: Mapping[str, Any], trained_on: Sequence[int]) -> tuple[Path, list[Check]]:
    """Train the oracles, run the study that `base` configures with the planted networks, and check it.

    Args:
        base: A composed configuration; its classifiers are replaced.
        trained_on: Numbers of the identities that the oracles are trained on; the study shows 0 to identities - 1.

    Returns:
        The run folder and the checks.
    """
    emotions = list(base["emotions"])
    readouts = _readouts(base, emotions, trained_on)
    composed = study_settings(base, emotions, readouts)
    run = Run(Study(read_config(composed)), composed, "facing-asymmetry planted")
    folder = run_stages(run, "score")
    scores = pd.read_csv(folder / SCORES_FILE)
    t = np.asarray(run.study.grid.t)
    return folder, check_planted(scores, run.config.statistics, float(trapezoid_weights(t) @ t))


def _readouts(base: Mapping[str, Any], emotions: Sequence[str], trained_on: Sequence[int]) -> Path:
    """The file of the trained readouts; trained once for what they depend on."""
    study = Study(read_config(base))
    asked = {
        "face_model": study.model.fingerprint,
        "scene": base["scene"],
        "emotions": list(emotions),
        "faces": list(trained_on),
        "code": code_fingerprint("validation.planted.training", *EXPRESSION_CODE),
        "versions": numeric_versions(),
    }
    path = study.store.folder / "planted" / f"{content_key(asked)}.safetensors"
    if not path.is_file():
        write_atomically(path, _bytes(train(study, oracle_record(emotions), emotions, trained_on)))
    return path.resolve()


def _bytes(readouts: Readouts) -> bytes:
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(value, np.float32) for name, value in vars(readouts).items()})
