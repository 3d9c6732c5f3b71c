"""The round trip: a rendered photograph moved by the path, against renders of the face that really moves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.fitting.embedding import values_at
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.landmarks import frame_of, sample_image
from facing_asymmetry.photographs.restoring import restore
from facing_asymmetry.photographs.stimulus import NEUTRAL, SeenFace, fit_photograph, unusable
from facing_asymmetry.validation.photographs.moving import (
    FRAME,
    MovedPhotograph,
    head_of,
    logits,
    measured_s,
    photographed,
    scores_of,
)
from facing_asymmetry.validation.photographs.people import Moved, Portrait

RESTORED: Final = "restored"
"""Name of the score of a restored photograph: what the activation gains."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to fit a head to a photograph.

    Attributes:
        fitted: face model.
        label: whether the fit knows the emotion.
        own_neutral: whether it has the person's neutral photograph.
    """

    fitted: str
    label: bool
    own_neutral: bool

    @property
    def settings(self) -> PhotographSettings:
        """Of a study that fits so."""
        return PhotographSettings(head=self.fitted, label="known" if self.label else "unknown")  # type: ignore[arg-type]


@dataclass(frozen=True)
class Compared:
    """What one photograph gave.

    Attributes:
        face: facts and errors of the face; `missing` says why there are none.
        scores: one row per classifier and score: the true value and that of the moved photograph.
    """

    face: Row
    scores: tuple[Row, ...] = ()


def round_trips(
    portrait: Portrait, ways: Sequence[Way], classifiers: Mapping[str, Classifier], folder: Path
) -> Iterator[Compared]:
    """Take one rendered photograph through the path in each way.

    Args:
        portrait: the photograph, and what is true of it.
        ways: of fitting.
        classifiers: by name.
        folder: photographs are written there.
    """
    facts = _facts(portrait)
    try:
        seen, neutral = _see(portrait, folder, portrait.pictures[0], "full"), _see(portrait, folder, portrait.neutral)
    except DataError as error:
        yield from (Compared(facts | _way(way) | {"missing": str(error)}) for way in ways)
        return
    truth = _cut(portrait.pictures, seen)
    left = _left(portrait.moves)
    true_s = measured_s(truth[left], portrait.emotion)
    true = {
        name: scores_of(values, portrait.moves) for name, values in logits(classifiers, truth, portrait.emotion).items()
    }
    for way in ways:
        model = head_of(way.fitted)
        stimulus = fit_photograph(seen, [neutral] if way.own_neutral else [], model, way.settings)
        moved = MovedPhotograph.of(stimulus, model, way.settings)
        states = moved.states(portrait.moves)
        frames = moved.frames(states)
        face = facts | _way(way) | {
            "missing": "",
            "refused": unusable(stimulus, way.settings),
            "residual": stimulus.fit.residual,
            "identical": bool((frames[0] == truth[0]).all()),
            "s": [portrait.moves[place].s for place in left],
            "true_s": true_s.tolist(),
            "moved_s": measured_s(frames[left], portrait.emotion).tolist(),
            "folds": moved.folds(states[left[-1]], states[0]),
        }  # fmt: skip
        face |= _displaced(portrait, way, states[left[-1]] - states[0]) | _picture(frames, truth, portrait.moves)
        found = logits(classifiers, frames, portrait.emotion)
        got = {name: scores_of(values, portrait.moves) for name, values in found.items()}
        rows = (
            {"classifier": name, "score": score, "true": value, "moved": got[name][score]}
            for name, values in true.items()
            for score, value in values.items()
        )
        yield Compared(face, tuple(facts | _way(way) | row for row in rows))


def restorations(
    portrait: Portrait, ways: Sequence[Way], classifiers: Mapping[str, Classifier], folder: Path
) -> Iterator[Compared]:
    """Take the photograph of the impaired face through the path that restores it, and compare it with the full face.

    Args:
        portrait: the face, impaired and full.
        ways: of fitting.
        classifiers: by name.
        folder: photographs are written there.
    """
    facts = _facts(portrait)
    try:
        seen, neutral = _see(portrait, folder, portrait.impaired, "impaired"), _see(portrait, folder, portrait.neutral)
    except DataError as error:
        yield from (Compared(facts | _way(way) | {"missing": str(error)}) for way in ways)
        return
    truth = _cut(np.stack([portrait.impaired, portrait.pictures[0]]), seen)
    before, full = measured_s(truth, portrait.emotion)
    true = logits(classifiers, truth, portrait.emotion)
    for way in ways:
        model = head_of(way.fitted)
        own = [neutral] if way.own_neutral else []
        stimulus = fit_photograph(seen, own, model, way.settings, tied=False)
        face = facts | _way(way) | {"refused": unusable(stimulus, way.settings), "residual": stimulus.fit.residual}
        try:
            restored = restore(stimulus, model, [one.photograph for one in own])
        except DataError as error:
            yield Compared(face | {"missing": str(error)})
            continue
        frame = restored.frames[-1:]
        face |= {
            "missing": "",
            "factor": restored.factor,
            "before_s": before,
            "full_s": full,
            "moved_s": float(measured_s(frame, portrait.emotion)[0]),
            "picture_error": _difference(frame, truth[1:]),
            "picture_change": _difference(truth[:1], truth[1:]),
        }
        found = logits(classifiers, frame, portrait.emotion)
        rows = (
            {"classifier": name, "score": RESTORED, "true": was[1] - was[0], "moved": found[name][0] - was[0]}
            for name, was in true.items()
        )
        yield Compared(face, tuple(facts | _way(way) | row for row in rows))


def _facts(portrait: Portrait) -> Row:
    return {key: getattr(portrait, key) for key in ("head", "identity", "skin", "sitting", "emotion")}


def _way(way: Way) -> Row:
    return {"fitted": way.fitted, "label": way.label, "own_neutral": way.own_neutral}


def _see(portrait: Portrait, folder: Path, picture: UInt8[ndarray, "H W 3"], name: str = "") -> SeenFace:
    subject = f"{portrait.identity}_{name or 'rest'}"
    return photographed(picture, folder, portrait.head, portrait.emotion if name else NEUTRAL, subject)


def _cut(pictures: UInt8[ndarray, "N H W 3"], seen: SeenFace) -> UInt8[ndarray, "N S S 3"]:
    """Frames of pictures, all cut as the photograph's own."""
    matrix = frame_of(seen.points, FRAME)
    return np.stack([sample_image(picture, matrix, FRAME) for picture in pictures])


def _left(shown: Sequence[Moved]) -> list[int]:
    """Places of the photograph and of the left side's palsy, by falling s."""
    return [at for at, one in enumerate(shown) if (one.intervention, one.side, one.t) == ("palsy", "left", 1.0)]


def _displaced(portrait: Portrait, way: Way, lost: Float[ndarray, "V D"]) -> Row:
    """Root-mean-square error of what s = 0 takes away, over the points of the face, and its true size; mm."""
    seen = learnt(head_of(way.fitted))[1]
    found = values_at((seen.vertices, seen.shares), lost[None, :, :3].astype(float))[0]
    return {"mm_error": _rms_mm(found - portrait.lost), "mm": _rms_mm(portrait.lost)}


def _rms_mm(field: Float[ndarray, "468 3"]) -> float:
    return 1000.0 * float(np.sqrt((field**2).sum(axis=1).mean()))


def _picture(frames: UInt8[ndarray, "N S S 3"], truth: UInt8[ndarray, "N S S 3"], shown: Sequence[Moved]) -> Row:
    """How far frames below s = 1 are from the true ones, and how far those are from the photograph; levels of 255."""
    weak = [at for at, one in enumerate(shown) if one.s < 1.0]
    return {
        "picture_error": _difference(frames[weak], truth[weak]),
        "picture_change": _difference(np.repeat(truth[:1], len(weak), axis=0), truth[weak]),
    }


def _difference(one: UInt8[ndarray, "N S S 3"], other: UInt8[ndarray, "N S S 3"]) -> float:
    return float(np.sqrt(((one.astype(float) - other) ** 2).mean()))
