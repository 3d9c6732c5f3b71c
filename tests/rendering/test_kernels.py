"""Single steps of the compiled loops against plain numpy or torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facing_asymmetry.config import Scene
from facing_asymmetry.rendering.fused import CURVE_STEPS, FusedRenderer, pack_rig
from facing_asymmetry.rendering.image import decode_srgb, encode_srgb
from facing_asymmetry.rendering.kernels import texture
from facing_asymmetry.rendering.kernels.arrays import LANES, empty_row, padded
from facing_asymmetry.rendering.kernels.film import encode_value
from facing_asymmetry.rendering.kernels.geometry import SNAP, fill_table, project, vertex_normals
from facing_asymmetry.rendering.kernels.lighting import shade
from facing_asymmetry.rendering.kernels.raster import canonical_corners, rasterise
from facing_asymmetry.rendering.torch_renderer import SkinShader
from tests.rendering.synthetic import synthetic_face

calm = settings(deadline=None, max_examples=50)  # the first call compiles
UNIT_INTERVAL = st.floats(0, 1, width=32)


@calm
@given(value=UNIT_INTERVAL)
def test_srgb_decoding_undoes_encoding(value):
    for kind in (np.asarray, torch.tensor):
        assert float(decode_srgb(encode_srgb(kind(np.float64(value))))) == pytest.approx(value, abs=2e-7)


@calm
@given(value=st.floats(-3, 4))
def test_encoding_in_numpy_and_torch_agree_and_stay_in_range(value):
    ours, other = float(encode_srgb(np.asarray(value))), float(encode_srgb(torch.tensor(value, dtype=torch.float64)))
    assert ours == pytest.approx(other, abs=1e-9)
    assert 0 <= ours <= 1


@calm
@given(value=UNIT_INTERVAL)
def test_the_encoding_table_is_exact_to_a_millionth(value):
    curve = FusedRenderer(synthetic_face(3).surface, Scene(image_size=16))._tables.curve
    assert len(curve) == CURVE_STEPS + 1
    assert encode_value(curve, np.float32(value)) == pytest.approx(float(encode_srgb(np.float64(value))), abs=1e-6)


@calm
@given(u=UNIT_INTERVAL, v=UNIT_INTERVAL, seed=st.integers(0, 99))
def test_texture_lookups_are_bilinear_with_border_and_aligned_corners(u, v, seed):
    image = np.random.default_rng(seed).integers(0, 256, (7, 12, 4), dtype=np.uint8)
    decode = np.linspace(0, 1, 256, dtype=np.float32)
    ours = albedo_of(image, decode, u, v)
    grid = torch.tensor([[[[2 * u - 1, 1 - 2 * v]]]], dtype=torch.float64)
    texels = torch.from_numpy(image / 255.0).permute(2, 0, 1)[None]
    theirs = torch.nn.functional.grid_sample(texels, grid, padding_mode="border", align_corners=True)
    np.testing.assert_allclose(ours, theirs.flatten(), atol=3e-4)


def albedo_of(image: np.ndarray, decode: np.ndarray, u: float, v: float) -> np.ndarray:
    """Albedo and gloss of a row of one sample."""
    row = empty_row(1)
    row.places[:, 0] = u - 0.5, 0.5 - v
    texture.albedo_row(image, decode, 1, row)
    return row.albedo[:, 0]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1)])
def test_a_texture_one_texel_high_or_wide_is_looked_up_inside_its_memory(shape):
    image = np.full((*shape, 4), 51, np.uint8)
    decode = np.linspace(0, 1, 256, dtype=np.float32)
    for u, v in ((0, 0), (0.3, 0.6), (1, 1)):
        np.testing.assert_allclose(albedo_of(image, decode, u, v), 0.2, rtol=1e-6)


@calm
@given(u=st.floats(-0.5, 0.5, width=32), size=st.sampled_from([2, 7, 64, 1024]))
def test_texel_positions_mirror_exactly(u, size):
    left, right, f = texture.locate(np.float32(u), size)
    other_left, other_right, g = texture.locate(np.float32(-u), size)
    if f == 0:
        assert (g, other_left) == (0, size - 1 - left)
    else:
        assert (other_left, other_right) == (size - 1 - right, size - 1 - left)
        assert f + g == 1


@calm
@given(u=st.floats(-0.625, 0.625, width=32), size=st.sampled_from([1, 2, 7, 64, 1024]))
def test_a_place_is_pinpointed_where_it_is_located_but_not_on_the_last_texel(u, size):
    left, _, f = texture.locate(np.float32(u), size)
    index, g = texture.pinpoint(np.float32(u), size)
    assert index + g == left + f
    assert 0 <= index <= max(size - 2, 0)


def test_vertex_normals_are_the_area_weighted_sum_and_ignore_the_order_of_faces():
    face = synthetic_face(3)
    state, faces = face.rest, face.surface.faces.astype(np.int32)
    a, b, c = (state[faces[:, k], :3].astype(np.float64) for k in range(3))
    sums = np.zeros((len(state), 3))
    for k in range(3):
        np.add.at(sums, faces[:, k], np.cross(b - a, c - a))
    expected = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-30)
    tables = []
    for order in (slice(None), np.random.default_rng(0).permutation(len(faces))):
        table, lengths = np.zeros((len(state), LANES), np.float32), np.empty(len(state), np.float32)
        vertex_normals(state, faces[order], np.empty((len(state), 6), np.int64), table, lengths)
        tables.append(table)
    np.testing.assert_array_equal(tables[0], tables[1])
    real = np.linalg.norm(sums, axis=1) > 1e-10  # at the poles some faces are points
    np.testing.assert_allclose(tables[0][real, :3], expected[real], atol=1e-6)
    np.testing.assert_allclose(1 / lengths[real], np.linalg.norm(sums[real], axis=1), rtol=1e-5)


def test_the_table_says_whether_a_wrinkle_is_active():
    state, tangents = np.zeros((3, 5), np.float32), np.ones((3, 3), np.float32)
    table = np.empty((3, LANES), np.float32)
    assert not fill_table(state, tangents, table)
    state[2, 4] = 0.25
    assert fill_table(state, tangents, table)
    assert table[2, 7] == 0.25
    assert (table[:, 8:] == 0).all()


def raster(points: list[tuple[float, float, float]], faces: list[list[int]], size: int = 8) -> np.ndarray:
    """Faces nearest at samples; points in samples from the middle of the frame, and depth."""
    screen = np.array([(x * SNAP, y * SNAP, 1 / z) for x, y, z in points])
    corners = np.empty((len(faces), 6), np.int32)
    canonical_corners(screen, np.array(faces, np.int32), corners)
    keys, nearest = np.empty((size, padded(size)), np.int64), np.empty((size, size), np.int32)
    rasterise(screen, corners, 1e-8, -0.5, keys, nearest)
    return nearest


@calm
@given(x=st.integers(-3, 2), y=st.integers(-3, 2), seed=st.integers(0, 50))
def test_adjacent_faces_leave_no_gap_even_where_edges_run_through_sample_centres(x, y, seed):
    # a fan round a point that is exactly a sample centre, in random order and winding
    middle = (x + 0.5, y + 0.5, 1.0)
    rim = [(-9.5, -9.5, 1.0), (9.5, -9.5, 1.0), (9.5, 9.5, 1.0), (-9.5, 9.5, 1.0)]
    random = np.random.default_rng(seed)
    faces = [[0, 1 + k, 1 + (k + 1) % 4] for k in random.permutation(4)]
    faces = [face if random.random() < 0.5 else face[::-1] for face in faces]
    assert (raster([middle, *rim], faces) >= 0).all()


@calm
@given(seed=st.integers(0, 200))
def test_the_nearest_face_wins_whatever_the_order_and_winding(seed):
    random = np.random.default_rng(seed)
    depths = random.permutation(np.linspace(0.5, 2.0, 6))
    points, faces = [], []
    for k, depth in enumerate(depths):
        points += [(-20.0, -20.0, depth), (20.0, -20.0, depth), (0.0, 20.0, depth)]
        faces.append([3 * k, 3 * k + 1, 3 * k + 2] if random.random() < 0.5 else [3 * k + 2, 3 * k + 1, 3 * k])
    assert (raster(points, faces)[2:6, 3:5] == np.argmin(depths)).all()


def test_vertices_behind_the_camera_are_marked():
    camera = np.array([-1, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0, 1.0, 2.0], np.float32)
    screen = np.empty((2, 3))
    assert project(np.float32([[0, 0, 0.5], [0, 0, 1.5]]), camera, 8, screen)
    assert screen[0, 2] == pytest.approx(2.0)
    assert screen[1, 2] == 0


@calm
@given(seed=st.integers(0, 500))
def test_shading_is_that_of_the_reference_shader(seed):
    random = np.random.default_rng(seed)
    normal = random.normal(size=3)
    normal = (normal / np.linalg.norm(normal)).astype(np.float32)
    albedo, gloss = random.uniform(0, 1, 3).astype(np.float32), np.float32(random.uniform())
    ours = shade(pack_rig(Scene()), *normal, tuple(albedo), gloss)
    shader = SkinShader(Scene(), torch.device("cpu"))
    theirs = shader.shade(torch.from_numpy(normal), torch.from_numpy(albedo), torch.tensor([gloss]))
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
