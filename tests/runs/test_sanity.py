"""The table of what the networks accept at (1, 1)."""

import pytest

from facing_asymmetry.classifiers import registry
from facing_asymmetry.config import Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.expressions.authored import recognition_table
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.runs import acceptance as sanity
from facing_asymmetry.runs.acceptance import Acceptance, print_sanity, sanity_table
from tests.classifiers.ready import classifier

QUICK = "wtf_cnn3"


@pytest.mark.weights
def test_authored_expressions_are_counted_as_the_recognition_table_counts_them():
    network = classifier(QUICK)
    prepare_face_model("makehuman", cache_folder())
    rows = sanity_table([QUICK], faces=2, optimise=False)
    model = load_face_model("makehuman", cache_folder())
    renderer = make_renderer("fast", model.surface, Scene())
    expected = recognition_table(model, renderer, {QUICK: network}, [0, 1])
    assert [row.emotion for row in rows] == list(BASIC)
    assert [row.authored for row in rows] == [int(expected.right[expected.shown.index(e), 0]) for e in BASIC]
    assert all(row.optimised is None for row in rows)
    assert len({row.authored for row in rows}) > 1


@pytest.mark.weights
@pytest.mark.slow
def test_optimised_expressions_are_seen_at_least_as_often(monkeypatch):
    classifier(QUICK)
    prepare_face_model("makehuman", cache_folder())
    monkeypatch.setattr(sanity, "FIT_FACES", (1001,))
    rows = sanity_table([QUICK], faces=2)
    assert sum(row.optimised for row in rows) > sum(row.authored for row in rows)


def test_without_any_weights_the_command_that_brings_them_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    assert not [name for name in registry.names() if registry.state(registry.record(name)).ready]
    with pytest.raises(AssetError, match="classifiers fetch"):
        sanity_table()


def test_the_table_has_one_line_per_network_and_a_dash_where_a_class_is_lacking(capsys):
    print_sanity([Acceptance("one", "anger", 4, 1, 3), Acceptance("two", "fear", 4, 0)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith(("one", "two"))]
    assert lines == [["one", "1", "/", "3", *"-----"], ["two", "-", "-", "0", *"---"]]
