"""Label orders on labelled faces: synthetic photographs, one per class (see the NOTICE file for their source)."""

from dataclasses import replace

import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.verify import LABELLED_EMOTIONS, judge_labels, labelled_faces
from tests.classifiers.ready import NAMES, classifier

SLOW = {"densenet121_fer2013": pytest.mark.slow}


def test_seven_faces_show_seven_emotions():
    faces = labelled_faces(64)
    assert faces.shape == (len(LABELLED_EMOTIONS), 3, 64, 64)
    assert len(set(LABELLED_EMOTIONS)) == 7
    assert len(torch.unique(faces.mean((2, 3)), dim=0)) == 7


@pytest.mark.weights
@pytest.mark.parametrize("name", [pytest.param(n, marks=SLOW.get(n, ())) for n in NAMES])
def test_labelled_faces_get_their_labels(name):
    assert len(registry.record(name).recognised) >= 2
    passed, detail = judge_labels(classifier(name))
    assert passed, detail


@pytest.mark.weights
@pytest.mark.parametrize("known", [True, False])
def test_a_permuted_order_of_labels_is_noticed(known):
    right = classifier("faceapi_expression")
    labels = right.labels[1:] + right.labels[:1]
    record = replace(right.record, labels=labels, recognised=right.record.recognised if known else ())
    passed, detail = judge_labels(Classifier(record, right.network))
    assert not passed
    assert "happiness ->" in detail


@pytest.mark.weights
def test_the_figures_name_the_faces_that_are_wrong():
    _, detail = judge_labels(classifier("faceapi_expression"))
    assert detail.startswith("5 of 7 faces (")
