"""Keras files that point outside, promise more than they hold, or describe no network."""

import numpy as np
import pytest

from facing_asymmetry.classifiers.loaders.keras_h5 import load_keras_h5
from facing_asymmetry.core.errors import AssetError, ModelError
from tests.classifiers import keras_files


@pytest.mark.parametrize("name", keras_files.SPOILT)
def test_arrays_that_are_not_plain_numbers_inside_the_file_are_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keras_files.write(tmp_path / "other.h5")
    (tmp_path / "raw").write_bytes(np.ones(4, "<f4").tobytes())
    spoil, message = keras_files.SPOILT[name]
    with pytest.raises(AssetError, match=message) as caught:
        load_keras_h5(keras_files.write(tmp_path / "m.h5", spoil=spoil))
    assert str(caught.value).startswith(str(tmp_path / "m.h5"))


@pytest.mark.parametrize("name", keras_files.DESCRIPTIONS)
def test_descriptions_of_no_network_are_refused(name, tmp_path):
    with pytest.raises((AssetError, ModelError), match=r"m\.h5 is not a whole Keras|is not read"):
        load_keras_h5(keras_files.write(tmp_path / "m.h5", **keras_files.DESCRIPTIONS[name]))


def test_flipped_bytes_never_escape_as_another_error(tmp_path):
    content = keras_files.write(tmp_path / "m.h5").read_bytes()
    random = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(content)
        for place in random.integers(0, len(content), 3):
            damaged[place] = int(random.integers(0, 256))
        (tmp_path / "m.h5").write_bytes(damaged)
        try:
            load_keras_h5(tmp_path / "m.h5")
        except (AssetError, ModelError):
            continue
