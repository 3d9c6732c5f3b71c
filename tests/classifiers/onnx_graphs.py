"""Small ONNX graphs: faces in, seven numbers out."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE = 32


def tensor(name, *shape, seed=0, dtype=np.float32):
    rng = np.random.default_rng([seed, len(name), *shape])
    return numpy_helper.from_array((rng.standard_normal(shape) * (2 / np.prod(shape[1:])) ** 0.5).astype(dtype), name)


def info(name, *shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, tensors, inputs=None, outputs=None, kind=TensorProto.FLOAT):
    graph = helper.make_graph(
        nodes,
        "toy",
        inputs or [info("x", "N", 3, SIZE, SIZE, kind=kind)],
        outputs or [info("y", "N", 7, kind=kind)],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def layers(count=3, seed=0, pool=None, **conv):
    """Convolutions of 8 channels, with pooling between them, then a linear layer."""
    nodes, tensors, last, channels = [], [], "x", 3
    for i in range(count):
        tensors.append(tensor(f"w{i}", 8, channels, 3, 3, seed=seed))
        nodes += [
            helper.make_node("Conv", [last, f"w{i}"], [f"c{i}"], **conv),
            helper.make_node("Relu", [f"c{i}"], [f"r{i}"]),
        ]
        last, channels = f"r{i}", 8
        if pool:
            nodes.append(helper.make_node("MaxPool", [last], [f"p{i}"], kernel_shape=[3, 3], strides=[2, 2], **pool))
            last = f"p{i}"
    return [*nodes, *head(last)], [*tensors, tensor("head", 7, 8, seed=seed)]


def head(last, output="y", weights="head"):
    return [
        helper.make_node("GlobalAveragePool", [last], [f"{output}_mean"]),
        helper.make_node("Flatten", [f"{output}_mean"], [f"{output}_flat"]),
        helper.make_node("Gemm", [f"{output}_flat", weights], [output], transB=1),
    ]


def save(path, made, external=None):
    """Save a model; its tensors in the file `external` beside it, where that is given."""
    options = {} if external is None else {"save_as_external_data": True, "location": external, "size_threshold": 0}
    onnx.save_model(made, path, **options)
    return path
