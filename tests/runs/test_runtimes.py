"""`classifier.runtime` in a run: which keys it changes, what it is refused with, and what its table holds."""

import re
import sys

import numpy as np
import pandas as pd
import pytest

from facing_asymmetry.classifiers.runtimes.running import RuntimeNetwork
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.runs.cells import cells_of, expression_request, request_of
from facing_asymmetry.runs.derivatives import responses
from facing_asymmetry.runs.intervene import respond
from facing_asymmetry.runs.optimise import find_expressions

SHOWN = ("expression=facs", "intervention=[palsy]", "identities=1", "emotions=[happiness]")


def table(study):
    expressions = find_expressions(study, Progress())
    respond(study, expressions, Progress())
    return pd.concat([cell.to_pandas() for cell in responses(study, expressions)], ignore_index=True)


@pytest.fixture(scope="module")
def torchs(make_study):
    return table(make_study(*SHOWN))


@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_a_table_has_the_same_bits_twice_and_torchs_logits(make_study, torchs, runtime):
    studies = [make_study(*SHOWN, f"classifier.runtime={runtime}") for _ in range(2)]
    assert isinstance(studies[0].classifier(studies[0].records[0]).network, RuntimeNetwork)
    first, second = map(table, studies)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert np.abs(first["logit"] - torchs["logit"]).max() < 1e-4


def test_a_runtime_changes_the_keys_of_responses_and_of_no_expression(make_study):
    keys = {}
    for runtime in ("torch", "openvino", "onnxruntime"):
        study = make_study("expression=facs", f"classifier.runtime={runtime}")
        cell = next(cells_of(study, find_expressions(study, Progress())))
        path, (record,) = study.store.path, study.records
        keys[path("responses", request_of(study, cell)).name] = path(
            "expressions", expression_request(study, record)
        ).name
    assert len(keys) == 3
    assert len(set(keys.values())) == 1


def test_one_network_may_be_left_to_torch(make_study):
    study = make_study(
        *("classifier=[networkv2,wtf_cnn3]", "classifier.runtime=openvino", "++classifiers.wtf_cnn3.runtime=torch")
    )
    assert {record.name: record.runtime for record in study.records} == {"networkv2": "openvino", "wtf_cnn3": "torch"}


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (
            ["classifier.runtime=tensorrt"],
            "classifier.runtime = 'tensorrt' is unknown (allowed: torch, openvino, onnxruntime)",
        ),
        (["classifier.runtime=openvino", "derivative=true"], "which has no gradient; derivative = true needs"),
        (["classifier.runtime=openvino", "precision=bf16"], "single precision; precision = bf16 needs"),
        (["classifier.runtime=openvino", "device=cuda"], "which runs on a CPU; device = cuda needs"),
        (
            ["++classifiers.simple_cnn_fer2013.runtime=onnxruntime", "derivative=true"],
            "needs classifiers.simple_cnn_fer2013.runtime=torch",
        ),
        (["++classifiers.simple_cnn_fer2013.runtime=fast"], "runtime must be one of , torch, openvino, onnxruntime"),
    ],
)
def test_what_a_runtime_cannot_do_is_refused_before_anything_is_computed(make_study, overrides, words):
    with pytest.raises(ConfigError, match=re.escape(words)):
        make_study(*overrides)


def test_a_runtime_that_is_not_installed_is_refused_at_once(make_study, monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigError, match=r"classifier.runtime = 'openvino' needs openvino.*\[openvino\]"):
        make_study("classifier.runtime=openvino")
