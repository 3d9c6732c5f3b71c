"""Reading TensorFlow checkpoints: a small one written here, by the format's description."""

import numpy as np
import pytest

from facing_asymmetry.classifiers.architectures.mobilenetv2_fer import mobilenetv2_fer_state
from facing_asymmetry.classifiers.loaders.tensorflow_weights import MAGIC, load_tf_bundle
from facing_asymmetry.core.errors import AssetError

KERNEL = np.arange(6, dtype=np.float32).reshape(2, 3)
STEPS = np.array([7, -1], np.int64)


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def fields(*pairs):
    """A message of numbers and nested messages."""
    return b"".join(
        varint(number << 3) + varint(value)
        if isinstance(value, int)
        else varint(number << 3 | 2) + varint(len(value)) + value
        for number, value in pairs
    )


def entry(dtype, shape, shard, offset, size):
    dimensions = b"".join(fields((2, fields((1, n)))) for n in shape)
    checksum = varint(6 << 3 | 5) + b"\0\0\0\0"
    return fields((1, dtype), (2, dimensions), (3, shard), (4, offset), (5, size)) + checksum


def block(*pairs, kind=0):
    """Entries whose keys share their beginning with the key before, one restart, kind of compression, checksum."""
    out, before = b"", b""
    for key, value in pairs:
        shared = next(n for n in range(len(key), -1, -1) if key[:n] == before[:n])
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return out + (0).to_bytes(4, "little") + (1).to_bytes(4, "little"), bytes([kind]) + b"\0\0\0\0"


def table(pairs, kind=0):
    data, tail = block(*pairs, kind=kind)
    first = data + tail
    handle = varint(0) + varint(len(data))
    index, tail = block((b"~", handle))
    footer = varint(0) + varint(0) + varint(len(first)) + varint(len(index))
    return first + index + tail + footer.ljust(40, b"\0") + MAGIC.to_bytes(8, "little")


@pytest.fixture
def checkpoint(tmp_path):
    pairs = [
        (b"", fields((1, 2))),
        (b"layer/kernel", entry(1, (2, 3), 1, 4, 24)),
        (b"layer/names", entry(7, (1,), 0, 0, 3)),
        (b"layer/steps", entry(9, (2,), 0, 3, 16)),
    ]
    (tmp_path / "c.index").write_bytes(table(pairs))
    (tmp_path / "c.data-0").write_bytes(b"abc" + STEPS.tobytes())
    (tmp_path / "c.data-1").write_bytes(b"\0\0\0\0" + KERNEL.tobytes())
    return tmp_path / "c.index", {n: tmp_path / f"c.data-{n}" for n in (0, 1)}, pairs


def test_tensors_of_both_shards_are_read_and_texts_left_out(checkpoint):
    index, shards, _ = checkpoint
    tensors = load_tf_bundle(index, shards)
    assert set(tensors) == {"layer/kernel", "layer/steps"}
    assert tensors["layer/kernel"].tolist() == KERNEL.tolist()
    assert tensors["layer/steps"].tolist() == STEPS.tolist()


def test_a_shard_that_is_missing_or_too_short_is_named(checkpoint):
    index, shards, _ = checkpoint
    with pytest.raises(AssetError, match=r"c\.index needs shard 1"):
        load_tf_bundle(index, {0: shards[0]})
    shards[1].write_bytes(shards[1].read_bytes()[:-1])
    with pytest.raises(AssetError, match=r"c\.data-1 is truncated: 24 bytes expected at 4"):
        load_tf_bundle(index, shards)


@pytest.mark.parametrize("cut", [slice(0, 0), slice(0, -1), slice(20, None)])
def test_an_index_that_is_not_whole_is_named(checkpoint, cut):
    index, shards, _ = checkpoint
    index.write_bytes(index.read_bytes()[cut])
    with pytest.raises(AssetError, match=r"c\.index is not a whole index"):
        load_tf_bundle(index, shards)


def test_compressed_blocks_are_refused(checkpoint):
    index, shards, pairs = checkpoint
    index.write_bytes(table(pairs, kind=1))
    with pytest.raises(AssetError, match="its blocks are compressed"):
        load_tf_bundle(index, shards)


def test_a_tensor_that_the_network_needs_and_the_checkpoint_lacks_is_named():
    with pytest.raises(AssetError, match="no tensor 'layer_with_weights-0/layer_with_weights-0/kernel"):
        mobilenetv2_fer_state({})
