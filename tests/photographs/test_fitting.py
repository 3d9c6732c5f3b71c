"""The head that is fitted to a photograph's points: camera, map, solution, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy import ndarray
from scipy.spatial.transform import Rotation

from facing_asymmetry.config import Lights, PhotographSettings, Scene
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.photographs.fitting.embedding import values_at
from facing_asymmetry.photographs.fitting.fit import fit_head, own_shape
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.fitting.prior import HIGHEST, weight_prior
from facing_asymmetry.photographs.fitting.projection import POSE, FittedCamera
from facing_asymmetry.photographs.fitting.solve import levelling, solve
from facing_asymmetry.photographs.fitting.training import camera_of
from facing_asymmetry.photographs.landmarks import LEFT_EYE, RIGHT_EYE, mirror_pairs
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.stimulus import fit_person, see, unusable
from facing_asymmetry.rendering.camera import frame_identities
from tests.photographs.moved import PERSON, head, photographed, rendered, stimulus
from tests.photographs.pictures import save

CAMERA = FittedCamera(Rotation.from_rotvec([0.1, -0.2, 0.3]).as_matrix(), np.array([310.0, 205.0]), 2000.0)


def synthetic(strength: float = 0.8, seed: int = 3) -> tuple[ndarray, ndarray, ndarray]:
    """Points of a face of the map, its shape and weights."""
    _, seen = learnt(head())
    shape = 0.5 * np.random.default_rng(seed).normal(size=len(seen.components))
    weights = strength * np.asarray(authored_weights("happiness", head()), float)
    return CAMERA.project(seen.places(shape, weights))[:, :2], shape, weights


def test_camera_derivatives_are_those_of_its_projection() -> None:
    draw = np.random.default_rng(0)
    places, fields = draw.normal(scale=0.05, size=(20, 3)), draw.normal(scale=0.05, size=(4, 20, 3))
    by_pose, by_field = CAMERA.derivatives(places, fields)
    h = 1e-6
    for number in range(POSE):
        step = h * np.eye(POSE)[number]
        moved = (CAMERA.moved(step).project(places) - CAMERA.moved(-step).project(places))[:, :2] / (2 * h)
        assert np.allclose(moved, by_pose[number], rtol=1e-5, atol=1e-3)
    for field, expected in zip(fields, by_field, strict=True):
        moved = (CAMERA.project(places + h * field) - CAMERA.project(places - h * field))[:, :2] / (2 * h)
        assert np.allclose(moved, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("yaw", [0.0, 12.0])
def test_the_renderers_camera_is_found_as_a_fitted_one(yaw: float, tmp_path: Path) -> None:
    model, scene = head(), replace(Scene(), yaw=yaw)
    identity, linear = model.identity(PERSON), learnt(model)[0]
    camera = camera_of(scene, frame_identities(model, [identity]), linear.centre)
    corner = model.landmarks["eye_outer_L"]
    x, y, _ = camera.project(identity.rest[[corner], :3].astype(float) - linear.centre)[0]
    pixels = rendered("neutral", scene=scene)
    assert camera.yaw == pytest.approx(yaw, abs=1e-4)
    found = see(Photograph(save(tmp_path / "turned.png", pixels), "g", "neutral", "s"))
    assert np.linalg.norm(found.points[LEFT_EYE] - [x, y]) < 6.0


def test_map_is_symmetric_and_shows_less_than_the_skin_does() -> None:
    linear, seen = learnt(head())
    pairs, flip = mirror_pairs(), np.array([-1.0, 1.0, 1.0])
    assert np.allclose(seen.mean[pairs] * flip, seen.mean, atol=1e-6)
    swapped = seen.blendshapes[linear.swapped_blendshapes][:, pairs] * flip
    assert np.allclose(swapped, seen.blendshapes, atol=1e-6)
    geometry = values_at((seen.vertices, seen.shares), linear.fields)[..., :2]
    for name in ("mouthSmile_L", "browDown_R", "cheekSquint_L"):
        row = linear.model.blendshapes.index(name)
        share = (seen.blendshapes[row, :, :2] * geometry[row]).sum() / (geometry[row] ** 2).sum()
        assert 0.2 < share < 0.95, name


def test_points_of_a_known_face_give_it_back() -> None:
    points, _, weights = synthetic()
    _, seen = learnt(head())
    prior = weight_prior(head(), "happiness", tied=True)
    found = solve(seen, points, replace(own_shape(seen, ()), trust=1.0), prior)
    assert found.residual < 0.5
    assert found.camera.yaw == pytest.approx(CAMERA.yaw, abs=1.5)
    assert prior.strength @ found.weights == pytest.approx(prior.strength @ weights, abs=0.12)
    assert (found.weights >= 0.0).all()
    assert (found.weights <= HIGHEST).all()


def test_mirrored_points_give_the_mirrored_fit() -> None:
    points, *_ = synthetic()
    linear, seen = learnt(head())
    mirrored = points[mirror_pairs()] * [-1.0, 1.0] + [620.0, 0.0]
    there, back = (fit_head(linear, seen, p, "happiness", tied=False) for p in (points, mirrored))
    assert np.allclose(back.weights, there.weights[linear.swapped_blendshapes], atol=1e-4)
    assert back.yaw == pytest.approx(-there.yaw, abs=1e-3)
    model = head()
    assert np.allclose(back.rest[:, :3], there.rest[model.mirror, :3] * [-1, 1, 1], atol=1e-6)
    assert np.allclose(back.offsets, there.offsets[model.mirror] * [-1, 1], atol=1e-2)


def test_sides_that_are_free_find_the_weak_one() -> None:
    linear, seen = learnt(head())
    _, shape, weights = synthetic()
    weak = weights * np.array([0.2 if name.endswith("_L") else 1.0 for name in head().blendshapes])
    points = CAMERA.project(seen.places(shape, weak))[:, :2]
    ratio = {}
    for tied in (True, False):
        fit = fit_head(linear, seen, points, "happiness", tied=tied)
        left, right = (head().blendshapes.index(f"mouthSmile_{side}") for side in "LR")
        ratio[tied] = fit.weights[left] / fit.weights[right]
    assert ratio[False] < 0.5 < ratio[True]


@pytest.mark.parametrize("emotion", ["happiness", "surprise", "anger"])
def test_a_rendered_expression_is_found(emotion: str, tmp_path: Path) -> None:
    found = stimulus(photographed(tmp_path, emotion), photographed(tmp_path, "neutral"))
    linear, seen = learnt(head())
    where = (seen.vertices, seen.shares)
    true = 0.9 * np.asarray(authored_weights(emotion, head()), float)
    moved, wanted = (values_at(where, np.tensordot(w, linear.fields, 1)[None])[0] for w in (found.fit.weights, true))
    assert np.linalg.norm(moved - wanted) < 0.4 * np.linalg.norm(wanted)
    assert found.fit.own_neutral
    assert found.fit.own_distance < 0.2
    assert found.fit.strength == pytest.approx(0.9, abs=0.3)
    assert 0.0 < found.fit.strength_sd < 0.4
    assert not unusable(found, PhotographSettings())


def test_without_the_label_a_smile_is_still_found(tmp_path: Path) -> None:
    known, unknown = (stimulus(photographed(tmp_path, "happiness"), label=label) for label in ("known", "unknown"))
    smile = head().blendshapes.index("mouthSmile_L")
    assert unknown.fit.weights[smile] > 0.3
    assert known.fit.weights[smile] > 0.6
    assert np.isnan(unknown.fit.strength)
    assert np.isnan(unknown.fit.strength_sd)


def test_a_strangers_neutral_photograph_is_not_used(tmp_path: Path) -> None:
    shown, own = photographed(tmp_path, "happiness"), photographed(tmp_path, "neutral")
    other = replace(photographed(tmp_path, "neutral", number=PERSON + 8), subject=own.subject)
    mine, *_ = fit_person([shown, own], head(), PhotographSettings())
    assert mine.neutral == (see(own).sha256,)
    found = list(fit_person([shown, other], head(), PhotographSettings()))
    assert found[0].neutral == ()
    assert "another person" in found[1].reason


def test_each_photograph_is_used_or_listed_with_its_reason(tmp_path: Path) -> None:
    shown = photographed(tmp_path, "happiness")
    worse = Photograph(
        save(tmp_path / "g" / "happiness" / "s_2.png", rendered("happiness", scene=replace(Scene(), yaw=9.0))),
        *("group", "happiness", shown.subject),
    )
    turned = replace(photographed(tmp_path, "surprise", scene=replace(Scene(), yaw=22.0)))
    weak = photographed(tmp_path, "fear", strength=0.05)
    contempt = replace(shown, emotion="contempt")
    broken = Photograph(tmp_path / "no.png", "group", "anger", shown.subject)
    neutral = photographed(tmp_path, "neutral")
    photographs = [shown, worse, turned, weak, contempt, broken, neutral]
    found = list(fit_person(photographs, head(), PhotographSettings()))
    reasons = {one.photograph.path: one.reason for one in found if hasattr(one, "reason")}
    assert [one.photograph for one in found if not hasattr(one, "reason")] in ([shown], [worse])
    assert "turned by 2" in reasons[turned.path]
    assert "largest_yaw" in reasons[turned.path]
    assert "least_displacement" in reasons[weak.path]
    assert "no head can show 'contempt'" in next(one.reason for one in found if one.photograph == contempt)
    assert "cannot read" in reasons[broken.path]
    assert any("fits better" in reason for reason in reasons.values())


def test_a_neutral_photograph_alone_is_no_stimulus(tmp_path: Path) -> None:
    (only,) = fit_person([photographed(tmp_path, "neutral")], head(), PhotographSettings())
    assert "no photograph of an emotion" in only.reason


def test_a_poor_fit_is_refused(tmp_path: Path) -> None:
    found = stimulus(
        photographed(tmp_path, "happiness", scene=replace(Scene(), lights=replace(Lights(), azimuth=20.0)))
    )
    reason = unusable(found, PhotographSettings(largest_residual=0.1))
    assert "misses the points" in reason
    assert "largest_residual = 0.1" in reason


def test_levelling_gives_distances_between_the_eyes() -> None:
    points, *_ = synthetic()
    eyes = (points[LEFT_EYE] - points[RIGHT_EYE]) @ levelling(points)
    assert np.allclose(eyes, [1.0, 0.0])
