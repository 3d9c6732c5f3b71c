"""FLAME's files: both layouts give the same model; hostile, truncated and foreign ones are refused by name."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from facing_asymmetry.core.errors import AssetError, ConfigError
from facing_asymmetry.face_models.flame.plugin import bring
from facing_asymmetry.face_models.flame.source import read_landmarks, read_masks, read_model, read_texture
from facing_asymmetry.face_models.flame.unpickler import read_pickle
from facing_asymmetry.face_models.imported import kept_file
from tests.face_models import invented


class Hostile:
    """Runs a command when a careless reader unpickles it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.fixture(scope="module")
def new_file(flame_entries, tmp_path_factory):
    return invented.write_flame(tmp_path_factory.mktemp("new") / "flame2023.pkl", flame_entries, old=False)


def changed(tmp_path, entries, **changes):
    content = {**entries, **changes}
    return invented.write_flame(tmp_path / "model.pkl", {k: v for k, v in content.items() if v is not None}, old=False)


def test_chumpys_objects_sparse_matrices_and_plain_arrays_give_the_same_model(flame_file, new_file, flame_entries):
    old, new = read_model(flame_file), read_model(new_file)
    for name in vars(old):
        np.testing.assert_array_equal(getattr(old, name), getattr(new, name), err_msg=name)
    np.testing.assert_array_equal(old.template, flame_entries["v_template"])
    np.testing.assert_array_equal(old.expressions[7], flame_entries["shapedirs"][:, :, 307])
    assert old.parents.tolist() == [-1, 0, 1, 1, 1]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_model_that_was_saved_again_is_read_whatever_the_protocol(protocol, flame_entries, tmp_path):
    path = tmp_path / "model.pkl"
    small = {name: flame_entries[name] for name in ("v_template", "kintree_table", "f")}
    small["turned"] = np.asfortranarray(flame_entries["v_template"])
    path.write_bytes(pickle.dumps(small, protocol))
    for name, value in read_pickle(path).items():
        np.testing.assert_array_equal(value, small[name], err_msg=name)


def test_the_published_archive_is_opened(new_file, tmp_path):
    path = tmp_path / "FLAME2023Open.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "terms")
        archive.write(new_file, "flame2023_Open.pkl")
    np.testing.assert_array_equal(read_model(path).template, read_model(new_file).template)


def test_an_archive_without_a_model_is_refused(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "terms")
    with pytest.raises(AssetError, match="holds no .pkl"):
        read_model(path)


def test_a_pickle_that_would_run_code_is_refused_by_name_and_nothing_runs(flame_entries, tmp_path):
    mark = tmp_path / "ran"
    path = changed(tmp_path, flame_entries, v_template=Hostile(mark))
    with pytest.raises(AssetError, match=r"refused: it wants to call .*system.*Nothing of it was executed"):
        read_model(path)
    assert not mark.exists()
    pickle.loads(path.read_bytes())  # the careless way: the file is a real attack
    assert mark.exists()


@pytest.mark.parametrize(
    "code",
    [
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\nexec\n(S'1'\ntR.",
        b"cnumpy\nload\n(S'/etc/passwd'\ntR.",
        b"cnumpy.testing._private.utils\nrunstring\n(S'1'\n(dtR.",
        b"ctorch\nload\n(S'x'\ntR.",
        b"cscipy.sparse.csc\ncsc_matrix\n(I3\ntR.",
    ],
)
def test_calls_of_other_functions_are_refused_too(code, tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(code)
    with pytest.raises(AssetError, match="refused: it wants to call"):
        read_model(path)


def test_arrays_of_objects_do_not_smuggle_calls_in(tmp_path):
    mark = tmp_path / "ran"
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"v_template": np.array([Hostile(mark)], object)}))
    with pytest.raises(AssetError, match="refused"):
        read_model(path)
    assert not mark.exists()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
def test_a_truncated_file_is_named(new_file, tmp_path, share):
    path = tmp_path / "cut.pkl"
    content = new_file.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(AssetError, match=r"cut\.pkl cannot be read as a pickle"):
        read_model(path)


def test_flipped_bytes_never_escape_as_another_error(tmp_path):
    content, random = (
        pickle.dumps({"f": np.arange(6), "weights": [1.0, "x"], "v_template": {}}),
        np.random.default_rng(0),
    )
    path = tmp_path / "broken.pkl"
    for _ in range(400):
        broken = bytearray(content)
        for place in random.integers(0, len(content), 3):
            broken[place] = random.integers(256)
        path.write_bytes(broken)
        with pytest.raises(AssetError, match=r"broken\.pkl"):
            read_model(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"v_template": np.zeros((6890, 3))}, r"'v_template' has shape \(6890, 3\).*SMPL has 6890"),
        ({"shapedirs": np.zeros((5023, 3, 150))}, r"'shapedirs' has shape \(5023, 3, 150\).*another version"),
        ({"weights": None}, "has no entry 'weights'"),
        ({"weights": "words"}, "'weights' is str; an array of numbers"),
        ({"weights": np.full((5023, 5), 0.7)}, "weights do not sum to 1"),
        ({"v_template": np.full((5023, 3), np.nan)}, "'v_template' holds numbers that are not finite"),
        ({"v_template": np.arange(15069.0).reshape(5023, 3)}, "a head in metres is expected"),
        ({"f": np.full((9976, 3), 5023)}, "points outside the 5023 vertices"),
        ({"kintree_table": np.array([[0, 0, 0, 0, 0], [0, 1, 2, 3, 4]])}, r"parents of the joints are \[0, 0, 0, 0\]"),
    ],
)
def test_another_model_or_nonsense_is_refused_by_the_entry(flame_entries, tmp_path, changes, message):
    with pytest.raises(AssetError, match=message):
        read_model(changed(tmp_path, flame_entries, **changes))


def test_a_pickle_of_something_else_and_a_missing_file_say_so(tmp_path):
    path = tmp_path / "list.pkl"
    path.write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(AssetError, match="holds no model but list"):
        read_model(path)
    with pytest.raises(AssetError, match="cannot read"):
        read_model(tmp_path / "absent.pkl")


def test_a_refused_file_leaves_the_import_that_was_there(invented_cache, tmp_path):
    before = kept_file(invented_cache, "flame").read_bytes()
    (tmp_path / "bad.pkl").write_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    with pytest.raises(AssetError, match=r"posix\.system"):
        bring(invented_cache, tmp_path / "bad.pkl")
    assert kept_file(invented_cache, "flame").read_bytes() == before


def test_more_modes_than_there_are_are_refused(flame_file, tmp_path):
    with pytest.raises(ConfigError, match="--expressions 101: FLAME has 1 to 100"):
        bring(tmp_path, flame_file, expressions=101)


def embedding(tmp_path, **entries):
    path = tmp_path / "landmark_embedding.npy"
    np.save(path, np.array(entries, object), allow_pickle=True)
    return path


def test_the_landmark_embedding_is_read_inertly(tmp_path):
    bary = np.full((1, 68, 3), 1.0 / 3.0)
    found = read_landmarks(
        embedding(tmp_path, full_lmk_faces_idx=np.arange(68)[None], full_lmk_bary_coords=bary, static_lmk_faces_idx=[1])
    )
    assert found["face"].tolist() == list(range(68))
    assert found["bary"].shape == (68, 3)
    with pytest.raises(AssetError, match="isn't FLAME's landmark embedding"):
        read_landmarks(embedding(tmp_path, other=np.zeros(3)))
    with pytest.raises(AssetError, match="68 on 9976 faces"):
        read_landmarks(embedding(tmp_path, full_lmk_faces_idx=np.arange(51), full_lmk_bary_coords=bary[0, :51]))
    mark = tmp_path / "ran"
    with pytest.raises(AssetError, match="refused"):
        read_landmarks(embedding(tmp_path, full_lmk_faces_idx=Hostile(mark)))
    assert not mark.exists()
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(AssetError, match=r"isn't an \.npy file"):
        read_landmarks(tmp_path / "text.npy")


def test_masks_are_read_inertly_and_checked(tmp_path):
    path = tmp_path / "FLAME_masks.pkl"
    rows = {"face": np.arange(100), "left_eyeball": np.arange(3931, 4477), "right_eyeball": np.arange(4477, 5023)}
    path.write_bytes(pickle.dumps(rows))
    np.testing.assert_array_equal(read_masks(path)["face"], np.arange(100))
    for wrong in ({"face": rows["face"]}, {**rows, "face": np.array([5023])}):
        path.write_bytes(pickle.dumps(wrong))
        with pytest.raises(AssetError, match="isn't FLAME's vertex masks"):
            read_masks(path)


def texture(tmp_path, **changes):
    random = np.random.default_rng(3)
    content = {
        "mean": random.uniform(0, 255, (32, 32, 3)),
        "tex_dir": random.normal(size=(32, 32, 3, 60)),
        "vt": random.uniform(0, 1, (5118, 2)),
        "ft": random.integers(0, 5118, (9976, 3)),
    }
    path = tmp_path / "FLAME_texture.npz"
    np.savez(path, **{k: v for k, v in {**content, **changes}.items() if v is not None})
    return path, content


def test_the_texture_space_turns_bgr_bytes_into_rgb_shares(tmp_path):
    path, content = texture(tmp_path)
    read = read_texture(path)
    np.testing.assert_allclose(read["mean"], content["mean"][..., ::-1] / 255.0, rtol=1e-5)
    np.testing.assert_allclose(read["modes"][4], content["tex_dir"][..., ::-1, 4] / 255.0, rtol=1e-5)
    assert read["modes"].shape == (50, 32, 32, 3)


def test_the_albedo_space_is_taken_as_it_is(tmp_path):
    path, content = texture(tmp_path, mean=None, tex_dir=None, MU=np.full((8, 8, 3), 0.4), PC=np.zeros((8, 8, 3, 4)))
    assert read_texture(path)["mean"].max() == pytest.approx(0.4)
    assert content


def test_another_npz_a_pickled_one_and_one_cut_short_are_refused(tmp_path):
    with pytest.raises(AssetError, match="isn't FLAME's texture space"):
        read_texture(texture(tmp_path, vt=None)[0])
    with pytest.raises(AssetError, match="do not go together"):
        read_texture(texture(tmp_path, tex_dir=np.zeros((16, 32, 3, 4)))[0])
    with pytest.raises(AssetError, match="isn't FLAME's texture space"):
        read_texture(texture(tmp_path, mean=np.array([{}], object))[0])
    path = texture(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(AssetError, match="isn't FLAME's texture space"):
        read_texture(path)


def test_python_2_pickles_with_bytes_as_text_are_read(flame_entries, tmp_path):
    buffer = io.BytesIO()
    pickle.Pickler(buffer, protocol=0, fix_imports=True).dump(
        {**flame_entries, "shapedirs": flame_entries["shapedirs"]}
    )
    path = tmp_path / "protocol0.pkl"
    path.write_bytes(buffer.getvalue())
    np.testing.assert_array_equal(read_model(path).template, flame_entries["v_template"])
