"""Faces, frames and classifiers from Python."""

import numpy as np
import pytest
import torch

import facing_asymmetry as fa
from tests.api.conftest import NET

S = [1.0, 0.5, 0.0]


@pytest.fixture(scope="module")
def happy(head: fa.LoadedFaceModel) -> fa.ShownFace:
    return head.identity(0).show(fa.expressions.happiness)


@pytest.fixture(scope="module")
def network() -> fa.LoadedClassifier:
    return fa.load_classifier(NET)


@pytest.fixture(scope="module")
def frames(happy: fa.ShownFace) -> fa.Frames:
    return fa.render(happy, fa.Palsy(side="left"), s=S, t=1)


def test_the_same_number_is_the_same_identity_and_another_is_another(head: fa.LoadedFaceModel):
    same = [head.identity(n).posed.identity.rest for n in (1, 1, 2)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])
    assert head.identity(1).traits


@pytest.mark.parametrize("number", [-1, 1.5, True, "3"])
def test_an_identity_is_a_whole_number(head: fa.LoadedFaceModel, number):
    with pytest.raises(fa.ConfigError, match="whole number of at least 0"):
        head.identity(number)


def test_axes_of_the_images_are_those_of_s_and_t(happy: fa.ShownFace, frames: fa.Frames):
    small = fa.Scene(image_size=32)
    assert frames.images.shape == (3, 3, 224, 224)
    assert fa.render(happy, "palsy", S, [0, 1], scene=small).images.shape == (3, 2, 3, 32, 32)
    assert fa.render(happy, scene=small).images.shape == (3, 32, 32)
    assert fa.render(happy, scene=small).array.shape == (32, 32, 3)
    assert len(fa.render(happy, "palsy", S, [0, 1], scene=small)) == 6


@pytest.mark.parametrize("name", ["palsy", "bilateral", "yaw", "displacement"])
def test_a_frame_does_not_depend_on_the_frames_around_it(happy: fa.ShownFace, name: str):
    small = fa.Scene(image_size=64)
    grid = fa.render(happy, name, s=[0.3, 1.0, 0.0], t=[1.0, 0.4], scene=small)
    for i, s in enumerate(grid.s):
        for k, t in enumerate(grid.t):
            alone = fa.render(happy, name, s=float(s), t=float(t), scene=small)
            assert torch.equal(grid.images[i, k], alone.images)


def test_nodes_name_s_and_t_of_each_image(happy: fa.ShownFace):
    grid = fa.render(happy, "palsy", S, [0.0, 1.0], scene=fa.Scene(image_size=32))
    s, t = grid.nodes
    assert s.tolist() == [1, 1, 0.5, 0.5, 0, 0]
    assert t.tolist() == [0, 1, 0, 1, 0, 1]
    assert grid.to_pil()[5].size == (32, 32)
    assert grid.sheet(16).size == (48, 32)
    below = np.asarray(grid.sheet(32))[32:, :32]
    assert np.array_equal(below, grid.array[0, 1])


def test_the_persons_left_side_is_right_in_the_image_and_stops_moving(happy: fa.ShownFace):
    whole, left = (fa.render(happy, fa.Palsy("left"), s=s).array.astype(int) for s in (1.0, 0.0))
    moved = np.abs(whole - left).sum(axis=(0, 2))
    assert moved[112:].sum() > 5 * moved[:112].sum()


def test_a_symmetric_face_needs_no_intervention_and_an_asymmetric_one_does(happy: fa.ShownFace):
    small = fa.Scene(image_size=64)
    assert torch.equal(fa.render(happy, scene=small).images, fa.render(happy, "palsy", scene=small).images)
    with pytest.raises(fa.ConfigError, match="needs an intervention"):
        fa.render(happy, s=0.5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"s": 1.5}, "every value must lie in"),
        ({"t": [[0, 1]]}, "or a list of them"),
        ({"t": []}, "or a list of them"),
        ({"t": "full"}, "give a number in"),
        ({"intervention": 3}, "give fa.Palsy"),
        ({"renderer": "fsat"}, "did you mean 'fast'"),
        ({"device": "tpu"}, "cpu, cuda or cuda:0"),
        ({"face": 3}, "identity"),
    ],
)
def test_what_cannot_be_rendered_is_named(happy: fa.ShownFace, values: dict, words: str):
    with pytest.raises(fa.ConfigError, match=words):
        fa.render(**{"face": happy, "intervention": fa.Palsy(), **values})


def test_an_expression_can_be_given_by_blendshapes_without_side(head: fa.LoadedFaceModel):
    face = head.identity(0).show({"browDown": 0.5, "jawOpen": 0.25, "cheekPuff": 0.0}, "puzzled")
    assert face.blendshape_weights == {"browDown_L": 0.5, "browDown_R": 0.5, "jawOpen": 0.25}
    assert "puzzled" in repr(face)
    with pytest.raises(fa.ConfigError, match="did you mean 'jawOpen'"):
        head.identity(0).show({"jawOpn": 1.0})
    with pytest.raises(fa.ConfigError, match=r"one of fa.expressions \(anger"):
        head.identity(0).show("happiness")


def test_logits_follow_the_axes_of_the_images(network: fa.LoadedClassifier, happy: fa.ShownFace, frames: fa.Frames):
    logits = network(frames)
    assert logits.shape == (3, len(network.labels))
    grid = network(fa.render(happy, "palsy", S, [0.5, 1.0]))
    assert grid.shape == (3, 2, len(network.labels))
    assert torch.allclose(grid[:, 1], logits, atol=1e-4)


def test_images_may_be_tensors_arrays_or_of_pil(network: fa.LoadedClassifier, frames: fa.Frames):
    logits = network(frames)
    assert torch.equal(network(frames.images), logits)
    rounded = network(frames.array)  # to 8 bits
    assert torch.allclose(rounded, logits, atol=0.5)
    assert torch.equal(network(frames.to_pil()), rounded)
    assert network(frames.to_pil()[0]).shape == (len(network.labels),)
    with pytest.raises(fa.DataError, match="cannot classify a ndarray of float64"):
        network(np.zeros((1, 8, 8, 3)))


def test_gradients_reach_a_tensor(network: fa.LoadedClassifier, frames: fa.Frames):
    images = frames.images.clone().requires_grad_(True)
    network(images)[:, 0].sum().backward()
    assert images.grad.abs().sum() > 0


def test_predictions_are_a_table_with_the_nodes(network: fa.LoadedClassifier, frames: fa.Frames):
    table = network.predict(frames)
    assert list(table.columns) == ["s", "t", "predicted", *network.labels]
    assert table["s"].tolist() == S
    assert table[list(network.labels)].sum(axis=1).to_numpy() == pytest.approx(1)
    best = network(frames).argmax(dim=1)
    assert table["predicted"].tolist() == [network.labels[k] for k in best]
    assert "s" not in network.predict(frames.array)


def test_everything_shows_itself(head, happy, network, frames):
    assert repr(head) == "<face model makehuman: 5,893 vertices, 61 blendshapes>"
    assert repr(happy) == "<face: makehuman, identity 0, happiness>"
    assert repr(frames) == "<frames: 3 of 224 x 224 pixels; makehuman, identity 0, happiness; palsy, side left>"
    assert repr(network).startswith(f"<classifier {NET}: 7 emotions")
    assert repr(fa.create_intervention("yaw", degrees=30.0)) == "<intervention yaw: side='left', degrees=30.0>"
    for one in (head, happy, network, frames, fa.Bilateral()):
        page = one._repr_html_()
        assert page.startswith(("<b>", "<img"))
    assert frames._repr_html_().count("data:image/webp") == 3
    assert frames._repr_png_().startswith(b"\x89PNG")
    assert happy._repr_png_().startswith(b"\x89PNG")
