"""Operators of ONNX in torch, compared with the cases that ONNX itself ships for every operator."""

import re
import warnings
from collections import Counter

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

from facing_asymmetry.classifiers.loaders.onnx_operators.table import OPERATORS, from_numpy
from facing_asymmetry.classifiers.loaders.onnx_rebuilt import RebuiltGraph
from facing_asymmetry.core.errors import ModelError

REFUSED = {
    "attention.*(past|present|softcap|qk_matmul|padded|nonpad|window)": "Attention",
    "batchnorm.*training": "3 outputs",
    "dequantizelinear_blocked": "scales of blocks",
    "gathernd_.*batch_dim": "batch_dims",
    "maxpool_with_argmax": "2 outputs",
    "reduce_m.._empty_set": "non-zero size",
    "resize_tf_crop|not_larger|not_smaller": "Resize",
    "scatternd_m": "reduction m",
}
"""Cases of operators in the table that are not computed, and what the error says."""

OTHERWISE = (
    "attention.*bf16|celu_bfloat16|castlike_bfloat16",  # rounded to half precision in between
    "training_dropout",  # frames are classified, not learnt from
    "string",  # are no numbers
    "cast|float8|e4m3fn|e5m2|float4|int4|int2|e8m0",  # narrower types are computed in float32
    "resize_downsample_scales_.*_align_corners",  # onnxruntime and torch round the new size too
    "top_k_same_values",  # which of equal numbers comes first
)


def cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = collect_testcases(None)
    for case in found:
        nodes = case.model.graph.node if case.model is not None else []
        known = nodes and all(node.op_type in OPERATORS for node in nodes)
        if known and not re.search("|".join(OTHERWISE), case.name):
            yield case


def rebuilt(case, number):
    """One input is given; the others are constants of the graph."""
    (inputs, outputs), *_ = case.data_sets
    inputs = [np.asarray(value) for value in inputs]
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    given = next((i for i, value in enumerate(inputs) if value.dtype == np.float32), 0)
    for i, (place, value) in enumerate(zip(case.model.graph.input, inputs, strict=True)):
        if i != given:
            model.graph.initializer.append(numpy_helper.from_array(value, place.name))
    found = RebuiltGraph(model, number)(from_numpy(inputs[given]))
    return found, from_numpy(np.asarray(outputs[number]))


def test_operators_compute_what_the_cases_of_onnx_say():
    """One test for all: collecting the cases takes longer than computing them."""
    passed, faults = Counter(), []
    for case in cases():
        refused = next((says for name, says in REFUSED.items() if re.search(name, case.name)), None)
        for number in range(len(case.model.graph.output)):
            try:
                found, expected = rebuilt(case, number)
                if refused is None:
                    torch.testing.assert_close(found.double(), expected.double(), rtol=1e-3, atol=1e-5, equal_nan=True)
                    passed.update(node.op_type for node in case.model.graph.node)
            except (ModelError, AssertionError) as error:
                if refused is None or refused not in str(error):
                    faults.append(f"{case.name}: {error}")
    assert not faults, "\n".join(faults)
    assert not set(OPERATORS) - set(passed) - {"CastLike", "Cast", "GlobalLpPool"}
    assert passed.total() > 800


def test_a_node_that_cannot_run_is_named():
    pool = onnx.helper.make_node("MaxPool", ["x"], ["y"], name="p.1", kernel_shape=[9, 9])
    shape = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3, 4, 4])
    made = onnx.helper.make_model(onnx.helper.make_graph([pool], "g", [shape], [shape]))
    made.graph.output[0].name = "y"
    with pytest.raises(ModelError, match=r"node 'p\.1' \(MaxPool\) does not run: "):
        RebuiltGraph(made, 0)(torch.zeros(1, 3, 4, 4))
