"""ICT-FaceKit's files: read whole, refused by name where they are not."""

import shutil

import numpy as np
import pytest

from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.face_models import arkit
from facing_asymmetry.face_models.ict.source import (
    BLENDSHAPES,
    SHOWN,
    files,
    read_folder,
    read_triangles,
    read_vertices,
)
from facing_asymmetry.face_models.imported import kept_file, read_arrays
from facing_asymmetry.face_models.registry import load_face_model


@pytest.fixture(scope="module")
def ict(invented_cache):
    return load_face_model("ict", invented_cache)


@pytest.fixture
def mesh(ict_folder, tmp_path):
    path = tmp_path / "generic_neutral_mesh.obj"
    shutil.copy(ict_folder / "FaceXModel" / path.name, path)
    return path


def test_every_arkit_unit_but_the_tongues_is_there_under_its_name(ict):
    assert ict.blendshapes == tuple(name for name in arkit.NAMES if name != "tongueOut") == BLENDSHAPES
    assert len(files()) == 53


def test_native_pairs_are_the_mean_of_left_and_mirrored_right(ict, invented_cache):
    kept, _ = read_arrays(kept_file(invented_cache, "ict"))
    left, right = kept["expression/mouthSmile_L"], kept["expression/mouthSmile_R"]
    flipped = right[ict.mirror] * [-1.0, 1.0, 1.0]
    shape = ict.shape(0)
    soft = ict._arrays["scalp"] > 0
    blendshape = ict.displacements(shape)[ict.blendshapes.index("mouthSmile_L")]
    np.testing.assert_allclose(blendshape[soft], (0.5 * (left + flipped) * shape.scale)[soft], atol=3e-7)


def test_units_published_whole_are_split_so_that_both_halves_add_up(ict, invented_cache):
    kept, _ = read_arrays(kept_file(invented_cache, "ict"))
    whole = kept["expression/mouthFunnel"]
    symmetric = 0.5 * (whole + whole[ict.mirror] * [-1.0, 1.0, 1.0])
    shape = ict.shape(0)
    fields = ict.displacements(shape)
    both = fields[ict.blendshapes.index("mouthFunnel_L")] + fields[ict.blendshapes.index("mouthFunnel_R")]
    soft = ict._arrays["scalp"] > 0
    np.testing.assert_allclose(both[soft], (symmetric * shape.scale)[soft], atol=3e-7)
    far = ict.template[:, 0] < -0.02
    assert np.abs(fields[ict.blendshapes.index("mouthFunnel_L")][far]).max() == 0.0


def test_the_eyes_turn_by_thirty_degrees_at_weight_one(ict):
    fields = ict.displacements(ict.shape(0))
    eye = ict._eye
    turned = fields[ict.blendshapes.index("eyeLookUp_L"), eye]
    assert turned[:, 1].max() == pytest.approx(0.5 * 0.012, rel=0.1)
    other = fields[ict.blendshapes.index("eyeLookUp_R"), ict.mirror[eye]]
    np.testing.assert_array_equal(other, turned * [-1.0, 1.0, 1.0])


def test_missing_files_are_named_with_where_to_get_them(ict_folder, tmp_path):
    place = tmp_path / "FaceXModel"
    place.mkdir()
    for path in (ict_folder / "FaceXModel").iterdir():
        if path.stem not in ("mouthSmile_L", "identity050"):
            (place / path.name).hardlink_to(path)
    with pytest.raises(AssetError, match=r"lacks 2 files .*mouthSmile_L\.obj, identity050\.obj.*github"):
        read_folder(tmp_path)


def test_a_truncated_file_is_named(mesh):
    content = mesh.read_bytes()
    mesh.write_bytes(content[: len(content) // 3])
    with pytest.raises(AssetError, match=r"generic_neutral_mesh\.obj has [\d,]+ vertices; .* has 26,719"):
        read_vertices(mesh)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("\nv ", "\nv abc ", "isn't three numbers"),
        ("\nv ", "\nv nan ", "26,719"),
        ("\nv 0", "\nv 900000", "not finite or beyond 100"),
    ],
)
def test_a_vertex_that_is_none_is_refused(mesh, before, after, message):
    mesh.write_text(mesh.read_text().replace(before, after, 1))
    with pytest.raises(AssetError, match=message):
        read_vertices(mesh)


@pytest.mark.parametrize(
    ("face", "message"),
    [
        ("f 1/1 2/2", "isn't three or four"),
        ("f 1/1 2/2 99999/1", "isn't three or four"),
        ("f a b c", "no vertex numbers"),
    ],
)
def test_a_face_that_is_none_is_refused(mesh, face, message):
    mesh.write_text(mesh.read_text() + face + "\n")
    with pytest.raises(AssetError, match=message):
        read_triangles(mesh)


def test_quads_are_cut_and_hidden_parts_left_out(mesh):
    mesh.write_text(f"f 1 2 3 4\nf 1 2 {SHOWN + 1}\n")
    assert read_triangles(mesh).tolist() == [[0, 1, 2], [0, 2, 3]]
    mesh.write_text("v 1 2 3\n")
    with pytest.raises(AssetError, match="has no faces"):
        read_triangles(mesh)


def test_bytes_that_are_no_text_are_refused(mesh):
    mesh.write_bytes(b"\x80\x04\x95" + bytes(range(256)))
    with pytest.raises(AssetError, match="a Wavefront text file is expected"):
        read_vertices(mesh)
