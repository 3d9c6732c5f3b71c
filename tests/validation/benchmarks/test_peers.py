"""Other renderers: what they are given, how the same picture is checked, and which are left out."""

from importlib.util import find_spec

import numpy as np
import pytest

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.validation.benchmarks.faces import angry_face, default_model
from facing_asymmetry.validation.benchmarks.peers import benchmark
from facing_asymmetry.validation.benchmarks.peers.benchmark import (
    LEAST_LIKENESS,
    LEAST_OVERLAP,
    PEERS,
    benchmark_peers,
    least_agreement,
    load_peer,
)
from facing_asymmetry.validation.benchmarks.peers.contract import PeerScene
from facing_asymmetry.validation.benchmarks.peers.scene import Heads, turned_heads
from facing_asymmetry.validation.benchmarks.tables import print_peers

MODULES = {"riley-raster": "riley", "deodr": "deodr", "moderngl": "moderngl", "mitsuba": "mitsuba"}


@pytest.fixture(scope="module")
def heads() -> Heads:
    return turned_heads(angry_face(default_model()), 2, 224)


@pytest.fixture(scope="module")
def scene(heads: Heads) -> PeerScene:
    return heads.for_peers()


class OurPictures:
    """A peer that shows our pictures, changed."""

    samples, gradients = (1,), ()

    def __init__(self, heads: Heads, scene: PeerScene, change) -> None:
        pictures = [np.where(heads.covered(n), heads.luminance(n), 0)[..., None] for n in range(len(scene.shapes))]
        self.pictures = {shape.tobytes(): change(p) for shape, p in zip(scene.shapes, pictures, strict=True)}

    def draw(self, shape, samples):
        return self.pictures[shape.tobytes()]

    def pull_back(self, shape, samples):
        raise NotImplementedError


def test_projected_vertices_lie_where_ours_are_drawn(heads, scene):
    for number, shape in enumerate(scene.shapes):
        across, up = scene.focal * shape[:, :2].T / shape[:, 2]
        column = np.floor((across + 1) / 2 * scene.size).astype(int)
        row = np.floor((1 - up) / 2 * scene.size).astype(int)
        inside = (column >= 0) & (column < scene.size) & (row >= 0) & (row < scene.size)
        covered = heads.covered(number)
        assert covered[row[inside], column[inside]].mean() > 0.99
        assert column[inside].min() <= covered.any(axis=0).argmax()


def test_vertices_are_doubled_along_seams_only(scene):
    vertices, faces, uvs = scene.seams
    np.testing.assert_array_equal(vertices[faces], scene.faces)
    np.testing.assert_array_equal(uvs[faces], scene.uvs[scene.faces_uvs])
    assert len(scene.shapes[0]) <= len(vertices) < 1.2 * len(scene.shapes[0])


def test_a_peer_that_draws_the_same_agrees(heads, scene):
    assert least_agreement(OurPictures(heads, scene, lambda picture: picture), scene, heads) == pytest.approx((1, 1))


def test_a_mirrored_picture_overlaps_too_little(heads, scene):
    mirrored = OurPictures(heads, scene, lambda picture: picture[:, ::-1])
    assert least_agreement(mirrored, scene, heads)[0] < LEAST_OVERLAP


def test_a_texture_upside_down_is_too_little_alike(heads, scene):
    def turned(picture: np.ndarray) -> np.ndarray:
        return np.where(picture > 0, picture[::-1] + 1e-3, 0)

    overlap, likeness = least_agreement(OurPictures(heads, scene, turned), scene, heads)
    assert overlap > LEAST_OVERLAP
    assert likeness < LEAST_LIKENESS


def test_every_peer_is_timed_or_left_out_by_name(capsys):
    figures = benchmark_peers(shapes=1, size=24, rounds=1)
    timed = {row["renderer"] for row in figures["rows"]}
    assert {"ours", "stock PyTorch3D"} <= timed
    assert timed | set(figures["skipped"]) == {"ours", "stock PyTorch3D", *PEERS}
    assert all(row["cpu_ms"] > 0 and row["wall_ms"] > 0 for row in figures["rows"])
    print_peers(figures)
    said = capsys.readouterr().out
    assert all(name in said for name in ("ours", "stock PyTorch3D", *PEERS))


def test_an_absent_peer_is_left_out_with_the_extra_that_brings_it(monkeypatch):
    monkeypatch.setattr(benchmark, "PEERS", {"none": ("no-such-package", "no_such_module:Peer")})
    monkeypatch.setattr(benchmark, "_own_ways", lambda heads: iter(()))
    skipped = benchmark_peers(shapes=1, size=24, rounds=1)["skipped"]
    assert "extra `peers`, package no-such-package" in skipped["none"]


def test_no_shapes_and_no_rounds_are_refused():
    with pytest.raises(ConfigError, match="shapes = 0"):
        benchmark_peers(shapes=0)
    with pytest.raises(ConfigError, match="rounds = 0"):
        benchmark_peers(rounds=0)


@pytest.mark.parametrize("name", PEERS)
def test_an_installed_peer_draws_our_head_and_gives_finite_gradients(name, heads, scene):
    if find_spec(MODULES[PEERS[name][0]]) is None:
        pytest.skip(f"{PEERS[name][0]} is not installed")
    try:
        peer = load_peer(name, scene)
    except OSError as error:
        pytest.skip(str(error))
    overlap, likeness = least_agreement(peer, scene, heads)
    assert overlap >= LEAST_OVERLAP
    assert likeness >= LEAST_LIKENESS
    for samples in peer.gradients:
        gradient = peer.pull_back(scene.shapes[0], samples)
        assert gradient.shape == scene.shapes[0].shape
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 0
