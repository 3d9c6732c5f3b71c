"""Instructions for loops: the bits of plain NumPy, and nothing but contiguous arrays."""

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from facing_asymmetry.rendering.kernels.texture import mix
from facing_asymmetry.rendering.kernels.vectors import lanewise, read_at, texelwise, write_at

RANDOM = np.random.default_rng(0)
TABLE = RANDOM.normal(size=(9, 8)).astype(np.float32)
f, g = np.float32(0.3), np.float32(0.7)


@njit
def doubled(table, places, twice, same):
    for i in range(places.size):
        value = read_at(table, places[i])
        write_at(twice, i, value + value)
        write_at(same, i, value)


def test_values_are_read_and_written_along_the_memory():
    places = RANDOM.permutation(TABLE.size).astype(np.int32)
    twice, same = np.zeros((8, 9), np.float32), np.zeros(TABLE.size, np.float32)
    doubled(TABLE, places, twice, same)
    np.testing.assert_array_equal(same, TABLE.ravel()[places])
    np.testing.assert_array_equal(twice.ravel(), 2 * same)


def test_arrays_with_gaps_are_refused():
    out = np.zeros(4, np.float32)
    with pytest.raises(TypingError, match="contiguous"):
        doubled(TABLE[:, 0], np.arange(4, dtype=np.int32), out, out.copy())


def test_neighbouring_numbers_get_the_bits_of_single_ones():
    mixed = lanewise(mix.py_func, 8)

    @njit
    def run(table, out):
        mixed(table, (0, 9, 21, 64), (f, g), out, 2)

    out = np.full(12, 7, np.float32)
    run(TABLE, out)
    numbers = [TABLE.ravel()[at : at + 8] for at in (0, 9, 21, 64)]
    np.testing.assert_array_equal(out[2:10], mix.py_func(*numbers, f, g))
    assert (out[[0, 1, 10, 11]] == 7).all()


def test_texels_are_decoded_and_mixed_with_the_bits_of_single_numbers():
    texture = RANDOM.integers(0, 256, (3, 3, 4), np.uint8)
    decode = RANDOM.random(256, np.float32)
    mixed = texelwise(mix.py_func)

    @njit
    def run(texture, decode, out):
        mixed(texture, decode, (0, 4, 7, 8), (f, g), out, 1)

    out = np.zeros(6, np.float32)
    run(texture, decode, out)
    texels = texture.reshape(-1, 4)[[0, 4, 7, 8]]
    values = np.concatenate([decode[texels[:, :3]], texels[:, 3:].astype(np.float32)], axis=1)
    np.testing.assert_array_equal(out[1:5], mix.py_func(*values, f, g))
    assert out[0] == out[5] == 0
