"""The photograph that is moved: itself where nothing moves, no folds, mirrored exactly, refused scenes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy import ndarray
from PIL import Image

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.errors import ConfigError, DataError, ModelError
from facing_asymmetry.photographs.landmarks import sample_image
from facing_asymmetry.photographs.listing import Photograph
from facing_asymmetry.photographs.stimulus import PhotographStimulus
from facing_asymmetry.photographs.symmetry_scale import published_scale
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer, zoomed
from tests.photographs.moved import head, no_framing, photographed, rendered, states, stimulus
from tests.photographs.pictures import free_photographs, save

S = (1.0, 0.75, 0.5, 0.25, 0.0)


@pytest.fixture(scope="module")
def smile(tmp_path_factory: pytest.TempPathFactory) -> PhotographStimulus:
    """A real photograph of a smile."""
    path = save(
        tmp_path_factory.mktemp("people") / "g" / "happiness" / "collins.png",
        np.asarray(Image.open(free_photographs()["astronaut"]).convert("RGB")),
    )
    return stimulus(Photograph(path, "g", "happiness", "collins"))


def draw(shown: PhotographStimulus, state: ndarray, scene: Scene | None = None, **how: bool) -> ndarray:
    """`(B, S, S, 3)` sRGB in [0, 1]."""
    renderer = PhotographRenderer(head(), [shown], scene or Scene(), **how)
    rows = torch.zeros(len(state), dtype=torch.long)
    return renderer.render(torch.from_numpy(state), no_framing(), rows).permute(0, 2, 3, 1).numpy()


def as_bytes(image: ndarray) -> ndarray:
    return (image * 255).round().astype(np.uint8)


@pytest.mark.parametrize("kind", ["palsy", "palsy_two_sided", "bilateral", "region", "palsy_facial_nerve"])
def test_the_full_expression_is_the_photograph_to_the_bit(smile: PhotographStimulus, kind: str) -> None:
    side = "left" if kind in ("palsy", "region", "palsy_facial_nerve") else "both"
    (shown,) = draw(smile, states(smile, kind, (1.0,), side))
    assert np.array_equal(as_bytes(shown), smile.frame(224))
    assert np.array_equal(shown, smile.frame(224).astype(np.float32) / np.float32(255))


def test_frames_do_not_depend_on_their_batch(smile: PhotographStimulus) -> None:
    every = states(smile, "palsy", S, "left")
    together = draw(smile, every)
    assert np.array_equal(together, draw(smile, every))
    assert np.array_equal(together[3:4], draw(smile, every[3:4]))


def test_measured_symmetry_falls_with_s(smile: PhotographStimulus) -> None:
    from facing_asymmetry.photographs.detector import detect
    from facing_asymmetry.photographs.landmarks import framed, mesh_points

    measured = []
    for frame in as_bytes(draw(smile, states(smile, "palsy", S, "left"))):
        found = detect(frame)
        assert found is not None
        _, points = framed(frame, mesh_points(frame, found))
        measured.append(published_scale().place(published_scale().differences(points), "happiness"))
    assert (np.diff(measured) < 0.0).all()
    assert measured[0] - measured[-1] > 0.5


def test_the_map_does_not_fold(smile: PhotographStimulus) -> None:
    prepared = PhotographRenderer(head(), [smile], Scene()).prepared(0)
    _, fields = prepared.frames(states(smile, "palsy", S, "right"))
    for field in fields:
        (xy, xx), (yy, yx) = np.gradient(field[..., 0]), np.gradient(field[..., 1])
        folded = (1 + xx) * (1 + yy) - xy * yx <= 0
        assert folded.mean() < 0.005


def test_only_the_weak_side_moves(smile: PhotographStimulus) -> None:
    """The person's left is on the right of the picture."""
    prepared = PhotographRenderer(head(), [smile], Scene()).prepared(0)
    _, fields = prepared.frames(states(smile, "palsy", (0.0,), "left"))
    moved = np.linalg.norm(fields[0, ..., :2], axis=-1)
    assert moved[:, 140:].max() > 5 * moved[:, :84].max()
    assert moved[:, 140:].max() / prepared.iod > 0.05


def test_background_far_from_the_face_stays(smile: PhotographStimulus) -> None:
    prepared = PhotographRenderer(head(), [smile], Scene()).prepared(0)
    (frame,), _ = prepared.frames(states(smile, "bilateral", (0.0,), "both", t=0.0))
    far = prepared.source.fade == 0.0
    assert far.sum() > 500
    assert np.array_equal(as_bytes(frame.transpose(1, 2, 0))[far], smile.frame(224)[far])


def test_mirrored_photograph_and_other_side_give_the_mirrored_stimulus(tmp_path: Path) -> None:
    there = photographed(tmp_path, "happiness", scene=replace(Scene(), image_size=320))
    pixels = np.asarray(Image.open(there.path))
    back = replace(there, path=save(tmp_path / "mirrored.png", np.ascontiguousarray(pixels[:, ::-1])))
    one, two = stimulus(there), stimulus(back)
    left, right = draw(one, states(one, "palsy", S, "left")), draw(two, states(two, "palsy", S, "right"))
    difference = np.abs(left - right[:, :, ::-1])
    assert difference.mean() < 1e-3
    assert np.percentile(difference, 99.5) < 0.02


def test_without_furrows_only_colours_of_the_photograph_are_used(smile: PhotographStimulus) -> None:
    plain = draw(smile, states(smile, "palsy", (0.0,), "left"), furrows=False)[0]
    lit = draw(smile, states(smile, "palsy", (0.0,), "left"))[0]
    frame = smile.frame(224) / 255
    assert plain.max() <= frame.max() + 0.02
    assert 0.001 < np.abs(plain - lit).mean() < 0.05


def test_blur_and_zoom_work_and_the_rest_of_the_scene_is_the_photographs(smile: PhotographStimulus) -> None:
    full = states(smile, "palsy", (1.0,), "left")
    near = draw(smile, full, replace(Scene(), zoom=1.25))[0]
    expected = sample_image(smile.image(), zoomed(smile.matrix(224), 224, 1.25), 224)
    assert np.array_equal(as_bytes(near), expected)
    assert draw(smile, full, replace(Scene(), blur=3.0)).std() < draw(smile, full).std()
    for scene, named in (
        (replace(Scene(), yaw=5.0), "scene.yaw"),
        (replace(Scene(), lights=replace(Lights(), azimuth=20.0)), "scene.lights"),
    ):
        with pytest.raises(ConfigError, match=named):
            PhotographRenderer(head(), [smile], Scene()).in_scene(scene)


def test_a_changed_photograph_is_not_shown_under_its_old_fit(tmp_path: Path) -> None:
    shown = photographed(tmp_path, "happiness")
    fitted = stimulus(shown)
    save(shown.path, rendered("surprise"))
    with pytest.raises(DataError, match="has changed since"):
        draw(fitted, states(fitted, "palsy", (1.0,), "left"))
    shown.path.unlink()
    with pytest.raises(DataError, match="cannot read"):
        fitted.image()


def test_states_that_are_not_finite_are_refused(smile: PhotographStimulus) -> None:
    state = states(smile, "palsy", (0.0, 0.5), "left")
    state[1, 0, 0] = np.nan
    with pytest.raises(ModelError, match=r"states \[1\]"):
        draw(smile, state)
