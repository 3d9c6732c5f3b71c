"""Photographs of a folder, moved: what can be checked of them without knowing how the faces really move."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.demonstration import photographs_source
from facing_asymmetry.photographs.listing import Failure, Photograph, list_photographs
from facing_asymmetry.photographs.stimulus import PhotographStimulus, fit_person
from facing_asymmetry.validation.photographs.accuracy import rounded
from facing_asymmetry.validation.photographs.moving import FRAME, MovedPhotograph, head_of, measured_s
from facing_asymmetry.validation.photographs.people import Moved, moves
from facing_asymmetry.validation.photographs.rendered import STEPS


def moved_folder(source: str, heads: Sequence[str]) -> dict[str, Any]:
    """Fit a head to each photograph, move it, and measure the frames.

    Args:
        source: folder or CSV of photographs, or `demonstration`.
        heads: face models that are fitted.

    Returns:
        One entry for each photograph, and how many have none; no entry names a file or a person.

    Raises:
        DataError: no photograph can be used.
    """
    people: dict[tuple[str, str], list[Photograph]] = defaultdict(list)
    for photograph in list_photographs(photographs_source(source)):
        people[photograph.group, photograph.subject].append(photograph)
    entries: list[dict[str, Any]] = []
    reasons: list[str] = []
    for head, own in product(heads, people.values()):
        settings = PhotographSettings(head=head)  # type: ignore[arg-type]
        for found in fit_person(own, head_of(head), settings):
            if isinstance(found, Failure):
                reasons.append(found.reason)
            else:
                entries.append(_measured(found, settings))
    if not entries:
        raise DataError(f"no photograph of {source} can be moved: {'; '.join(reasons)}")
    found_all: dict[str, Any] = rounded({"photographs": entries, "unused": len(reasons)})
    return found_all


def _measured(stimulus: PhotographStimulus, settings: PhotographSettings) -> dict[str, Any]:
    emotion, fit = stimulus.photograph.emotion, stimulus.fit
    shown = [one for one in moves(STEPS) if one.t == 1.0 and one.side != "both"]
    moved = MovedPhotograph.of(stimulus, head_of(settings.head), settings)
    states = moved.states(shown)
    frames = moved.frames(states)
    at = dict(zip(shown, measured_s(frames, emotion).tolist(), strict=True))
    sides = {
        side: _read({s: at.get(Moved("palsy", side, s), at[shown[0]]) for s in STEPS}) for side in ("left", "right")
    }
    still = [place for place, one in enumerate(shown) if one.s == 0.0]
    return {
        "head": settings.head,
        "emotion": emotion,
        "residual": fit.residual,
        "yaw": fit.yaw,
        "displacement": fit.displacement,
        "identical": bool((frames[0] == stimulus.frame(FRAME)).all()),
        "folds": max(moved.folds(states[place], states[0]) for place in still),
        **sides,
    }


def _read(by_s: dict[float, float]) -> dict[str, Any]:
    s, measured = np.array(list(by_s)), np.array(list(by_s.values()))
    slope = float(np.polyfit(s, measured, 1)[0]) if np.isfinite(measured).all() else float("nan")
    read = {f"{at:g}": value for at, value in by_s.items()}
    return {"read": read, "slope": slope, "monotone": bool((np.diff(measured[np.argsort(s)]) >= 0).all())}
