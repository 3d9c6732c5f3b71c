"""ONNX networks: what is computed is what onnxruntime computes, and nothing but the model's own files is read."""

import os
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.example_frames import labelled_faces
from facing_asymmetry.classifiers.loaders import onnx_models
from facing_asymmetry.classifiers.loaders.onnx_rebuilt import RebuiltGraph
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.core.errors import AssetError, ConfigError, ModelError
from tests.classifiers.onnx_graphs import SIZE, head, info, layers, model, save, tensor

OWN = registry.record("custom")


def own(path, **options):
    return replace(OWN, input_size=SIZE, options={**OWN.options, "loader": "onnx", "path": str(path), **options})


def by_runtime(path, record, images):
    session = onnxruntime.InferenceSession(str(path))
    frames = preprocess(images, record).numpy()
    return np.concatenate([session.run(None, {"x": frame[None]})[0] for frame in frames])


def with_node(operator, *inputs, **attributes):
    """A convolution, then a node with constant inputs (None: left out)."""
    nodes, tensors = layers(1)
    names = ["" if value is None else f"i{i}" for i, value in enumerate(inputs)]
    nodes.insert(1, helper.make_node(operator, ["c0", *names], ["d0"], **attributes))
    nodes[2].input[0] = "d0"
    return nodes, [
        *tensors,
        *(numpy_helper.from_array(np.asarray(v), f"i{i}") for i, v in enumerate(inputs) if v is not None),
    ]


GRAPHS = {
    "explicit pads": layers(pads=[1] * 4),
    "auto_pad": layers(auto_pad="SAME_UPPER"),
    "auto_pad below": layers(auto_pad="SAME_LOWER", strides=[2, 2]),
    "ceil_mode": layers(pads=[1] * 4, pool={"ceil_mode": 1}),
    "dilations": layers(2, dilations=[2, 2]),
    "dilated pooling": layers(2, pool={"dilations": [2, 2]}),
    "padded pooling": layers(2, pool={"auto_pad": "SAME_LOWER"}),
    "pooling without strides": with_node("MaxPool", kernel_shape=[3, 3]),
    "averages without strides": with_node("AveragePool", kernel_shape=[2, 3]),
    "averages with odd padding": with_node("AveragePool", kernel_shape=[3, 3], pads=[0, 1, 2, 0], strides=[2, 2]),
    "averages that count the padding": with_node(
        "AveragePool", kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2], count_include_pad=1, ceil_mode=1
    ),
    "padding as an input": with_node("Pad", np.array([0, 0, 1, 2, 0, 0, 0, 1])),
    "reflection": with_node("Pad", np.array([0, 0, 1, 2, 0, 0, 3, 1]), mode="reflect"),
    "an empty optional input": with_node("Clip", None, np.float32(0.5)),
    "a size twice as large": with_node(
        "Resize", None, np.array([1, 1, 2, 1.5], np.float32), mode="cubic", coordinate_transformation_mode="half_pixel"
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_logits_are_those_of_onnxruntime(name, tmp_path):
    record = own(save(tmp_path / "m.onnx", model(*GRAPHS[name])))
    faces = labelled_faces(64)
    network = registry.load(record)
    found, expected = network(faces).numpy(), by_runtime(tmp_path / "m.onnx", record, faces)
    assert network.differentiable
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()


def test_a_graph_that_torch_computes_otherwise_is_not_used(tmp_path, monkeypatch, caplog):
    """The reader is made to forget the dilations, as readers have done."""

    def forgetful(given, number):
        for node in given.graph.node:
            kept = [a for a in node.attribute if a.name != "dilations"]
            del node.attribute[:]
            node.attribute.extend(kept)
        return RebuiltGraph(given, number)

    monkeypatch.setattr(onnx_models, "RebuiltGraph", forgetful)
    record = own(save(tmp_path / "m.onnx", model(*GRAPHS["dilations"])))
    network = registry.load(record)
    assert not network.differentiable
    assert "differs from the runtime by" in caplog.text


def fixed(batch):
    """A graph for so many frames, which it flattens into one row of numbers each by a fixed number of rows."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["x"], ["mean"]),
        helper.make_node("Reshape", ["mean", "rows"], ["flat"]),
        helper.make_node("Gemm", ["flat", "head"], ["y"], transB=1),
    ]
    rows = numpy_helper.from_array(np.array([batch, 3]), "rows")
    return model(nodes, [tensor("head", 7, 3), rows], [info("x", batch, 3, SIZE, SIZE)], [info("y", batch, 7)])


@pytest.mark.parametrize("batch", [1, 3, 4])
def test_a_graph_for_a_fixed_number_of_frames_takes_any_number(batch, tmp_path):
    record = own(save(tmp_path / "m.onnx", fixed(batch)))
    network = registry.load(record)
    faces = labelled_faces(64)
    frames = preprocess(faces, record).numpy().mean((2, 3))
    expected = frames @ numpy_helper.to_array(tensor("head", 7, 3)).T
    assert network.differentiable
    assert np.abs(network(faces).numpy() - expected).max() < 1e-5


def two_outputs():
    nodes = [*head("x", "other", "a"), *head("x", "logits", "b")]
    return model(
        nodes,
        [tensor("a", 7, 3, seed=1), tensor("b", 7, 3, seed=2)],
        None,
        [info("other", "N", 7), info("logits", "N", 7)],
    )


@pytest.mark.parametrize(
    ("output", "seed"), [("", 1), (None, 1), (0, 1), (1, 2), ("1", 2), ("other", 1), ("logits", 2)]
)
def test_the_output_that_is_asked_for_is_taken(output, seed, tmp_path):
    record = own(save(tmp_path / "m.onnx", two_outputs()), output=output)
    faces = labelled_faces(64)
    expected = (
        preprocess(faces, record).numpy().mean((2, 3))
        @ numpy_helper.to_array(tensor("ab"[seed - 1], 7, 3, seed=seed)).T
    )
    assert np.abs(registry.load(record)(faces).numpy() - expected).max() < 1e-5


@pytest.mark.parametrize("output", ["nosuch", 2, "-1", "1.0"])
def test_an_output_that_is_not_there_is_answered_with_those_that_are(output, tmp_path):
    with pytest.raises(ConfigError, match=r"options\.output = .* is no output of the graph; it has other, logits"):
        registry.load(own(save(tmp_path / "m.onnx", two_outputs()), output=output))


def test_data_beside_the_model_are_its_own_and_count_in_the_key(tmp_path, monkeypatch):
    for seed, folder in ((1, tmp_path / "mine"), (2, tmp_path / "other")):
        folder.mkdir()
        save(folder / "m.onnx", model(*layers(seed=seed)), external="m.onnx.data")
    monkeypatch.chdir(tmp_path / "other")
    record = own("../mine/m.onnx")
    faces = labelled_faces(64)
    expected = by_runtime(tmp_path / "mine" / "m.onnx", record, faces)
    assert np.abs(registry.load(record)(faces).numpy() - expected).max() < 1e-5
    before = registry.with_fingerprint(record).fingerprint
    (tmp_path / "other" / "m.onnx.data").replace(tmp_path / "mine" / "m.onnx.data")
    assert registry.with_fingerprint(record).fingerprint != before


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("../secret", "only a file beside the model is read"),
        ("/etc/passwd", "only a file beside the model is read"),
        ("sub/secret", "only a file beside the model is read"),
        ("", "only a file beside the model is read"),
        ("..", "only a file beside the model is read"),
        ("link", "is a link; only a plain file"),
        ("pipe", "is not a regular file"),
        ("absent", "No such file"),
        ("short", "is truncated"),
    ],
)
def test_data_anywhere_else_are_not_read(location, message, tmp_path):
    folder = tmp_path / "m"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path / "secret", folder / "sub" / "secret"):
        place.write_bytes(bytes(10_000))
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "short").write_bytes(bytes(10))
    os.mkfifo(folder / "pipe")
    save(folder / "m.onnx", model(*layers()), external="m.data")
    made = onnx.load(folder / "m.onnx", load_external_data=False)
    for one in made.graph.initializer:
        next(entry for entry in one.external_data if entry.key == "location").value = location
    (folder / "m.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(AssetError, match=message):
        registry.load(own(folder / "m.onnx"))


@pytest.mark.parametrize(
    ("made", "error", "message"),
    [
        (model(*layers(1), kind=TensorProto.UINT8), (AssetError, ModelError), "m.onnx"),
        (model(*layers(1), [info("x", "N", SIZE, SIZE, 3)]), (AssetError, ModelError), "m.onnx"),
        (
            model(*layers(1), [info("x", "N", 3, 48, 48)]),
            ModelError,
            r"takes .*48, 48\]; input_size and colour say \[3, 32",
        ),
        (model(*layers(1), [info("x", "N", 3)]), (AssetError, ModelError), "m.onnx"),
        (model(layers(1)[0][:-1], layers(1)[1], None, [info("y_flat", "N", 8)]), ModelError, "need"),
        (model(layers(1)[0][:-2], layers(1)[1], None, [info("y_mean", "N", 8, 1, 1)]), ModelError, "options.output"),
    ],
)
def test_graphs_that_take_or_give_something_else_are_refused(made, error, message, tmp_path):
    with pytest.raises(error, match=message):
        registry.load(own(save(tmp_path / "m.onnx", made)))


def test_an_attribute_that_is_not_known_is_refused(tmp_path):
    nodes, tensors = layers(1, rotation=3)
    with pytest.raises(AssetError, match="[Uu]nrecogni[sz]ed attribute: rotation"):
        registry.load(own(save(tmp_path / "m.onnx", model(nodes, tensors))))


def test_half_precision_runs(tmp_path):
    nodes, tensors = layers(1)
    half = [numpy_helper.from_array(numpy_helper.to_array(t).astype(np.float16), t.name) for t in tensors]
    record = own(save(tmp_path / "m.onnx", model(nodes, half, kind=TensorProto.FLOAT16)))
    logits = registry.load(record)(torch.rand(3, 3, 40, 40))
    assert logits.dtype == torch.float32
    assert logits.shape == (3, 7)


def test_a_graph_that_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_models, "SECONDS", 3)
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["again"]), helper.make_node("Sin", ["v"], ["w"])],
        "body",
        [info("i", kind=TensorProto.INT64), info("go", kind=TensorProto.BOOL), info("v", "N", 7)],
        [info("again", kind=TensorProto.BOOL), info("w", "N", 7)],
    )
    nodes, tensors = layers(1)
    nodes[-1].output[0] = "start"
    nodes.append(helper.make_node("Loop", ["", "yes", "start"], ["y"], body=body))
    yes = numpy_helper.from_array(np.array(True), "yes")
    with pytest.raises(AssetError, match="has not classified 4 frames within (3|15) s"):
        registry.load(own(save(tmp_path / "m.onnx", model(nodes, [*tensors, yes]))))


def test_any_name_is_a_name(tmp_path):
    """Names of methods, with dots, and names that differ in what an attribute can't have."""
    nodes, tensors = layers(2)
    names = {"w0": "forward", "w1": "a.b", "c0": "a_b", "r0": "train", "c1": "a/b", "r1": "", "head": "self"}
    for node, name in zip(nodes, ("forward", "a.b", "a_b", "train", "", "0", "x"), strict=True):
        node.name = name
        for field in (node.input, node.output):
            field[:] = [names.get(one) or one for one in field]
    for one in tensors:
        one.name = names[one.name]
    record, faces = own(save(tmp_path / "m.onnx", model(nodes, tensors))), labelled_faces(64)
    network = registry.load(record)
    assert network.differentiable
    assert np.abs(network(faces).numpy() - by_runtime(tmp_path / "m.onnx", record, faces)).max() < 1e-5


@pytest.mark.parametrize("kind", ["BFLOAT16", "FLOAT16", "DOUBLE"])
def test_weights_of_another_width_are_computed_in_float32(kind, tmp_path):
    nodes, tensors = layers(1)
    kind, casts = getattr(TensorProto, kind), []
    for one in list(tensors):
        casts.append(helper.make_node("Cast", [f"{one.name}_narrow"], [one.name], to=TensorProto.FLOAT))
        values = numpy_helper.to_array(one)
        tensors.append(helper.make_tensor(f"{one.name}_narrow", kind, values.shape, values.ravel()))
        tensors.remove(one)
    record, faces = own(save(tmp_path / "m.onnx", model([*casts, *nodes], tensors))), labelled_faces(64)
    network = registry.load(record)
    assert network.differentiable
    assert all(one.dtype == torch.float32 for one in network.parameters())
    assert np.abs(network(faces).numpy() - by_runtime(tmp_path / "m.onnx", record, faces)).max() < 1e-5


def test_a_graph_for_video_is_refused_with_what_to_do(tmp_path):
    nodes = [helper.make_node("GlobalAveragePool", ["x"], ["a"]), *head("a")[1:]]
    nodes[1].input[0] = "a"
    made = model(nodes, [tensor("head", 7, 3)], [info("x", "N", 3, 16, SIZE, SIZE)])
    with pytest.raises(
        ModelError, match=r"one input of floats \(N, C, S, S\) is needed. A network for video .*factory"
    ):
        registry.load(own(save(tmp_path / "m.onnx", made)))


def test_a_gradient_that_does_not_reach_the_image_is_none(tmp_path, caplog):
    nodes, tensors = with_node("Cast", to=TensorProto.INT32)
    nodes.insert(2, helper.make_node("Cast", ["d0"], ["e0"], to=TensorProto.FLOAT))
    nodes[3].input[0] = "e0"
    network = registry.load(own(save(tmp_path / "m.onnx", model(nodes, tensors))))
    assert not network.differentiable
    assert "no finite gradient reaches the image" in caplog.text
