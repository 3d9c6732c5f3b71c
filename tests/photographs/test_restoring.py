"""Faces whose weak side is raised: they come back, mirrored faces mirrored, symmetric faces stay, the rest is named."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray

from facing_asymmetry.config import PhotographSettings, Scene
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.interventions.contract import Face
from facing_asymmetry.interventions.registry import make_intervention
from facing_asymmetry.photographs import restoring
from facing_asymmetry.photographs.fitting.restoring import restored_weights, weak_side
from facing_asymmetry.photographs.landmarks import sample_image
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.restoring import (
    FACTORS,
    RestoredPhotograph,
    restore,
    restore_person,
    symmetric_factor,
)
from facing_asymmetry.photographs.stimulus import fit_photograph, see
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.photographs.rendered import pixels_of
from tests.photographs.moved import PERSON, head
from tests.photographs.pictures import save

IMPAIRED = 0.3


@lru_cache(maxsize=8)
def weakened(emotion: str, s: float = IMPAIRED, strength: float = 0.9) -> ndarray:
    """Pixels of a rendered person whose left side moves s times as far."""
    model, identity = head(), head().identity(PERSON)
    basis = model.basis(identity)
    shown = basis.displace(strength * np.asarray(authored_weights(emotion, model), float))
    face, palsy = Face(model, identity, basis, shown, model.midline_weight(0.004)), make_intervention("palsy")
    gains = palsy.gains(np.array([s]), np.ones(1), "left").astype(np.float32)
    state = identity.rest + np.tensordot(gains, palsy.basis(face).astype(np.float32), 1)
    renderer = make_renderer("fast", model.surface, replace(Scene(), image_size=320))
    return pixels_of(renderer, state.astype(np.float32), frame_identities(model, [identity]))[0]


def patient(folder: Path, emotion: str, pixels: ndarray, subject: str = "p1") -> Photograph:
    path = save(folder / "patients" / emotion / f"{subject}.png", np.ascontiguousarray(pixels))
    return Photograph(path, "patients", emotion, subject)


def restored(photograph: Photograph, *neutral: Photograph) -> RestoredPhotograph:
    seen = [see(one) for one in neutral]
    stimulus = fit_photograph(see(photograph), seen, head(), PhotographSettings(), tied=False)
    return restore(stimulus, head(), neutral)


@pytest.fixture(scope="module")
def smile(tmp_path_factory: pytest.TempPathFactory) -> RestoredPhotograph:
    return restored(patient(tmp_path_factory.mktemp("smile"), "happiness", weakened("happiness")))


def test_a_weakened_smile_comes_back(smile: RestoredPhotograph) -> None:
    assert smile.weak_side == "left"
    assert smile.s[0] < 0.5
    assert smile.s[1] > 0.9
    assert smile.asymmetry[1] < 0.25 * smile.asymmetry[0]
    assert 1.0 < smile.factor < 4.0
    assert smile.axis == pytest.approx(np.linspace(smile.s[0], 1.0, 5))


def test_the_first_frame_is_the_photograph_and_the_last_is_nearer_to_the_true_face(smile: RestoredPhotograph) -> None:
    assert np.array_equal(smile.frames[0], smile.stimulus.frame(224))
    truth = sample_image(weakened("happiness", 1.0), smile.stimulus.matrix(224), 224).astype(float)
    errors = [float(np.sqrt(((frame - truth) ** 2).mean())) for frame in smile.frames]
    assert (np.diff(errors) < 0.0).all()
    assert errors[-1] < 0.7 * errors[0]


def test_the_persons_own_neutral_photograph_is_the_measure_of_symmetry(tmp_path: Path) -> None:
    neutral = patient(tmp_path, "neutral", weakened("happiness", strength=0.0))
    found = restored(patient(tmp_path, "disgust", weakened("disgust")), neutral)
    assert found.stimulus.fit.own_neutral
    assert found.s[1] > found.s[0] + 0.4


def test_a_mirrored_patient_gives_the_mirrored_result(tmp_path: Path, smile: RestoredPhotograph) -> None:
    other = restored(patient(tmp_path, "happiness", weakened("happiness")[:, ::-1]))
    assert other.weak_side == "right"
    assert other.factor == pytest.approx(smile.factor, abs=0.05)
    assert other.s == pytest.approx(smile.s, abs=0.03)
    assert np.abs(other.frames[-1][:, ::-1].astype(float) - smile.frames[-1]).mean() < 0.6


def test_a_symmetric_face_hardly_changes(tmp_path: Path, smile: RestoredPhotograph) -> None:
    found = restored(patient(tmp_path, "happiness", weakened("happiness", 1.0)))
    moved, change = (np.abs(one.frames[-1].astype(float) - one.frames[0]).mean() for one in (found, smile))
    assert found.s[0] > 0.9
    assert moved < 0.15 * change


def test_only_the_weak_side_is_raised_and_by_no_more_than_its_partner_moves() -> None:
    model = head()
    weights, names = np.zeros(len(model.blendshapes)), list(model.blendshapes)
    right, left = names.index("mouthSmile_R"), names.index("mouthSmile_L")
    weights[right], weights[left], weights[names.index("jawOpen")] = 0.8, 0.5, 0.3
    weights[names.index("mouthRight")] = 0.2
    assert weak_side(model, weights) == "left"
    once, much, none = (restored_weights(model, weights, factor) for factor in (1.0, 9.0, 0.0))
    assert once[left] == pytest.approx(0.8)
    assert much[left] == pytest.approx(0.5 + 0.8)
    assert once[names.index("mouthLeft")] == much[names.index("mouthLeft")] == pytest.approx(0.2)
    changed = [names[at] for at in np.flatnonzero(once != weights)]
    assert sorted(changed) == ["mouthLeft", "mouthSmile_L"]
    assert np.array_equal(none, weights)


@pytest.mark.parametrize(
    ("missing", "factor"),
    [
        ((0.6, 0.2, -0.2, -0.3, -0.3, -0.3), 1.5),
        ((0.6, 0.5, 0.4, 0.3, 0.2, 0.1), 6.0),
        ((0.6, 0.5, 0.4, 0.3, -0.1, -0.2), 3.75),
        ((-0.05, -0.1, -0.2, -0.2, -0.2, -0.2), 0.0),
        ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 0.0),
    ],
)
def test_the_factor_is_where_nothing_is_missing_else_where_least_is(missing: tuple[float, ...], factor: float) -> None:
    assert len(missing) == len(FACTORS)
    assert symmetric_factor(np.array(missing)) == pytest.approx(factor)


def test_fit_and_measure_that_disagree_about_the_side_are_no_restoration(
    smile: RestoredPhotograph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "weak_side", lambda model, weights: "right")
    with pytest.raises(DataError, match=r"person's right, the measured heights say the other side lacks \d+%"):
        restore(smile.stimulus, head())


def test_every_photograph_of_a_person_is_restored_or_has_its_reason(tmp_path: Path) -> None:
    rest = weakened("happiness", strength=0.0)
    there = [
        patient(tmp_path, "happiness", weakened("happiness")),
        patient(tmp_path, "neutral", rest),
        patient(tmp_path, "anger", rest),
        patient(tmp_path, "contempt", weakened("happiness")),
        patient(tmp_path, "fear", np.full((99, 99, 3), 9, np.uint8)),
    ]
    found = list(restore_person(there, head(), PhotographSettings()))
    reasons = {one.photograph.emotion: one.reason for one in found if isinstance(one, Failure)}
    assert [one.stimulus.photograph for one in found if isinstance(one, RestoredPhotograph)] == there[:1]
    assert sorted(reasons) == ["anger", "contempt", "fear"]
    assert "least_displacement" in reasons["anger"]
    assert "no head can show" in reasons["contempt"]
    assert "no face found" in reasons["fear"]
    alone = list(restore_person(there[1:2], head(), PhotographSettings()))
    assert [one.reason for one in alone if isinstance(one, Failure)] == [
        "this neutral photograph has no usable emotion of the same person beside it"
    ]
