"""Render, photograph and measure a design: the work behind `benchmark photographs`."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.photographs.conditions import FRONTAL, TURNED_OR_LIT
from facing_asymmetry.photographs.fitting import RIDGE, fit_reference
from facing_asymmetry.photographs.reference import Reference
from facing_asymmetry.photographs.rendered import Shot, shoot
from facing_asymmetry.photographs.validation import REFERENCE_FACES, Design, measured_rows, validation_record

Tell = Callable[[str], None]


def fit_anew(design: Design, quick: bool, tell: Tell) -> Reference:
    """A reference of the design's emotions and s, from `REFERENCE_FACES` (quick: the first two)."""
    faces = REFERENCE_FACES[:2] if quick else REFERENCE_FACES
    weak = replace(design, identities=faces, conditions=(FRONTAL,))
    still = replace(design, identities=faces, conditions=TURNED_OR_LIT, s=(1.0,))
    made = {
        "face_model": design.face_model,
        "identities": list(faces),
        "conditions": [c.name for c in (FRONTAL, *TURNED_OR_LIT)],
        "ridge": RIDGE,
    }
    return fit_reference([*_shots(weak, tell), *_shots(still, tell)], made)


def measure_design(design: Design, scale: Reference, tell: Tell) -> dict[str, Any]:
    """The tables of `validation_record`, and which faces were measured and which the reference was made of."""
    rows = measured_rows(_shots(design, tell), scale)
    facts = {
        "face_model": design.face_model,
        "identities": list(design.identities),
        "emotions": list(design.emotions),
        "reference": dict(scale.made),
    }
    return facts | _rounded(validation_record(rows))


def _rounded(value: Any) -> Any:
    """Floats to four places, at any depth: what a table shows, without noise in the file."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 4) if isinstance(value, float) else value


def _shots(design: Design, tell: Tell) -> Iterator[Shot]:
    model = load_face_model(design.face_model, cache_folder())
    shots = shoot(model, design.identities, design.conditions, design.emotions, design.s)
    yield from _told(shots, tell)


def _told(shots: Iterable[Shot], tell: Tell) -> Iterator[Shot]:
    identity = -1
    for shot in shots:
        if shot.identity != identity:
            identity = shot.identity
            tell(f"face {identity}")
        yield shot
