"""Planted classifiers through the whole pipeline: faces, renderer, networks, scores, tests."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from facing_asymmetry.config import read_config
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.store import content_key, write_atomically
from facing_asymmetry.results.layout import SCORES_FILE
from facing_asymmetry.runs.cells import EXPRESSION_CODE
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.study import Study
from facing_asymmetry.validation.planted.checks import Check, check_planted
from facing_asymmetry.validation.planted.records import HALVES, KINDS, oracle_record, study_settings
from facing_asymmetry.validation.planted.training import Readouts, train

SHARP_MM: Final = 0.5
"""Half-width of the blend at the midline in the second study: no pixel of one half knows of the other side's motion."""

SHARP_FACES: Final = 8
"""Most faces in the second study: what is exact needs no more."""


def run_planted(base: Mapping[str, Any], trained_on: Sequence[int]) -> tuple[list[Path], list[Check]]:
    """Train the readouts, run both planted studies, and check them.

    The first study is the one that `base` configures. The second blends the sides over `SHARP_MM` instead, and shows
    at most `SHARP_FACES` to the networks that judge each half on its own: only there their interaction is exactly 0.

    Args:
        base: A composed configuration; its classifiers are replaced.
        trained_on: Numbers of the identities that the readouts are trained on; the study shows 0 to identities - 1.

    Returns:
        The run folders and the checks.
    """
    emotions = list(base["emotions"])
    trained = readouts(base, emotions, trained_on)
    midline = {name: {**facts, "half_width_mm": SHARP_MM} for name, facts in base["face_models"].items()}
    sharp = {**base, "identities": min(base["identities"], SHARP_FACES), "face_models": midline}
    runs = [
        planted_run(study_settings(base, emotions, trained, KINDS)),
        planted_run(study_settings(sharp, emotions, trained, HALVES)),
    ]
    folders = [run_stages(run, "score") for run in runs]
    scores, apart = (pd.read_csv(folder / SCORES_FILE) for folder in folders)
    return folders, check_planted(scores, apart, runs[0].config.statistics, runs[0].study.grid)


def planted_run(composed: Mapping[str, Any]) -> Run:
    """The run of a planted study, from its composed configuration."""
    return Run(Study(read_config(composed)), composed, "facing-asymmetry planted")


def readouts(base: Mapping[str, Any], emotions: Sequence[str], trained_on: Sequence[int]) -> Path:
    """The file of the trained readouts; trained once for what they depend on.

    Args:
        base: A composed configuration, with classifiers that its emotions can be read from.
        emotions: One readout each.
        trained_on: Numbers of the identities that they are trained on.
    """
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
