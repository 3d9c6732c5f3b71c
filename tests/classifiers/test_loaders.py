import json
import pickle

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file

from facing_asymmetry.classifiers.architectures.padding import SamePad
from facing_asymmetry.classifiers.loaders.keras_h5 import load_keras_h5
from facing_asymmetry.classifiers.loaders.onnx_models import OnnxRuntimeNetwork, load_onnx
from facing_asymmetry.classifiers.loaders.tensorflow_weights import load_tfjs_weights
from facing_asymmetry.classifiers.loaders.torch_files import load_safetensors, load_state_dict
from facing_asymmetry.core.errors import AssetError, ModelError
from tests.classifiers import keras_files

FRAMES = torch.tensor([[0.5, -1.0], [2.0, 1.0], [-3.0, 0.25]]).view(3, 2, 1, 1)


class Dangerous:
    """Would run when unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "widths"),
    [(6, 3, 2, (0, 1)), (7, 3, 2, (1, 1)), (6, 3, 1, (1, 1)), (6, 1, 2, (0, 0)), (6, 2, 2, (0, 0)), (5, 2, 2, (0, 1))],
)
def test_same_padding_puts_the_odd_pixel_last(size, kernel, stride, widths):
    out = SamePad((kernel, kernel), (stride, stride), value=7.0)(torch.zeros(1, 1, size, size))
    assert out.shape[-1] == size + sum(widths)
    before, after = (out[0, 0, size // 2] == 7).nonzero().flatten().tolist(), widths
    assert before == [*range(after[0]), *range(size + after[0], size + sum(after))]


def keras_file(folder, kind="Dense", **settings):
    layers = keras_files.layers(kind, **settings)
    return keras_files.write(folder / "m.h5", {"class_name": "Sequential", "config": layers})


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "linear"])
def test_a_keras_model_gives_what_goes_into_its_last_activation(tmp_path, activation):
    network = load_keras_h5(keras_file(tmp_path, activation=activation))
    logits = network(torch.tensor([1.0, 10.0]).view(1, 2, 1, 1))
    np.testing.assert_allclose(logits.detach().numpy(), [[31.5, 42.0]])


def test_a_keras_layer_that_is_not_known_is_named(tmp_path):
    with pytest.raises(ModelError, match="'out' of kind 'LSTM'"):
        load_keras_h5(keras_file(tmp_path, "LSTM"))


def test_an_activation_that_is_not_known_is_named(tmp_path):
    with pytest.raises(ModelError, match="unknown activation 'swish'"):
        load_keras_h5(keras_file(tmp_path, activation="swish"))


@pytest.mark.parametrize("keep", [0, 100, 2000])
def test_a_truncated_keras_file_is_named(tmp_path, keep):
    path = keras_file(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(AssetError, match=r"m\.h5 is not a whole Keras"):
        load_keras_h5(path)


def manifest(tmp_path, data, shape=(3,)):
    weights = [
        {
            "name": "q",
            "shape": list(shape),
            "dtype": "float32",
            "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1.0},
        },
        {"name": "f", "shape": [1], "dtype": "float32"},
    ]
    (tmp_path / "m.json").write_text(json.dumps([{"paths": ["w.bin"], "weights": weights}]))
    (tmp_path / "w.bin").write_bytes(data)
    return tmp_path / "m.json", {"w.bin": tmp_path / "w.bin"}


def test_quantised_tensors_are_scaled_back(tmp_path):
    tensors = load_tfjs_weights(*manifest(tmp_path, bytes([0, 2, 255]) + np.float32(4.25).tobytes()))
    assert tensors["q"].tolist() == [-1.0, 0.0, 126.5]
    assert tensors["f"].tolist() == [4.25]


@pytest.mark.parametrize(("data", "message"), [(bytes(5), "truncated, 5 bytes"), (bytes(9), "9 bytes, 7 expected")])
def test_shards_of_another_length_are_refused(tmp_path, data, message):
    with pytest.raises(AssetError, match=message):
        load_tfjs_weights(*manifest(tmp_path, data))


def test_a_shard_that_is_not_there_is_named(tmp_path):
    path, _ = manifest(tmp_path, bytes(7))
    with pytest.raises(AssetError, match=r"names w\.bin"):
        load_tfjs_weights(path, {})


def test_plain_tensors_are_read_and_pickled_objects_are_not_executed(tmp_path):
    torch.save({"network": {"a": torch.ones(2)}, "accuracy": 1.0}, tmp_path / "good.pt")
    assert load_state_dict(tmp_path / "good.pt", "network")["a"].tolist() == [1, 1]
    torch.save({"network": Dangerous()}, tmp_path / "bad.pt")
    with pytest.raises(AssetError, match="is refused: it wants to call .*_Fail"):
        load_state_dict(tmp_path / "bad.pt", "network")
    with pytest.raises(AssetError, match="no entry 'other'"):
        load_state_dict(tmp_path / "good.pt", "other")
    with pytest.raises(AssetError, match="dictionary of tensors"):
        load_state_dict(tmp_path / "good.pt")


def test_a_truncated_state_dictionary_is_named(tmp_path):
    torch.save({"a": torch.ones(200)}, tmp_path / "whole.pt")
    (tmp_path / "half.pt").write_bytes((tmp_path / "whole.pt").read_bytes()[:300])
    with pytest.raises(AssetError, match=r"half\.pt is a damaged zip archive \(a truncated torch checkpoint\?\)"):
        load_state_dict(tmp_path / "half.pt")


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_a_pickle_where_safetensors_is_expected_is_named_and_not_opened(tmp_path, protocol):
    (tmp_path / "m.safetensors").write_bytes(pickle.dumps(Dangerous(), protocol))
    with pytest.raises(AssetError, match=r"m\.safetensors is a pickle .*save_file"):
        load_safetensors(tmp_path / "m.safetensors")


def test_a_torch_archive_where_safetensors_is_expected_is_named(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "m.safetensors")
    with pytest.raises(AssetError, match="is a pickle"):
        load_safetensors(tmp_path / "m.safetensors")


def test_safetensors_are_read_and_truncated_ones_named(tmp_path):
    path = tmp_path / "m.safetensors"
    save_file({"a": torch.arange(4.0)}, path)
    assert load_safetensors(path)["a"].tolist() == [0, 1, 2, 3]
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(AssetError, match="not a whole safetensors"):
        load_safetensors(path)


def onnx_file(path, operator="Relu"):
    weights = numpy_helper.from_array(np.array([[1.0, -1.0], [2.0, 0.5]], np.float32), "w")
    nodes = [
        helper.make_node(operator, ["x"], ["a"]),
        helper.make_node("Flatten", ["a"], ["b"]),
        helper.make_node("Gemm", ["b", "w"], ["y"], transB=1, alpha=2.0),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 1, 1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])
    graph = helper.make_graph(nodes, "toy", [x], [y], [weights])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def test_an_onnx_graph_runs_with_any_batch_and_carries_gradients(tmp_path):
    network = load_onnx(onnx_file(tmp_path / "m.onnx"), FRAMES)
    x = torch.tensor([[3.0, -1.0], [1.0, 2.0]]).view(2, 2, 1, 1).requires_grad_(True)
    logits = network(x)
    assert logits.tolist() == [[6.0, 12.0], [-2.0, 6.0]]
    logits[:, 1].sum().backward()
    assert x.grad.flatten().tolist() == [4.0, 0.0, 4.0, 1.0]
    assert sum(p.numel() for p in network.parameters()) == 4


def test_an_onnx_operator_that_is_not_known_is_named(tmp_path, caplog):
    network = load_onnx(onnx_file(tmp_path / "m.onnx", "Hardmax"), FRAMES)
    assert isinstance(network, OnnxRuntimeNetwork)
    assert "m.onnx has no gradient: node 'a' (Hardmax) is an operator that is not computed" in caplog.text
    assert "export the network with torch.onnx.export at its defaults" in caplog.text


def test_a_file_that_is_no_onnx_model_is_named(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"\x00\xff not a model")
    with pytest.raises(AssetError, match=r"m\.onnx is not a whole ONNX"):
        load_onnx(tmp_path / "m.onnx", FRAMES)
