import dataclasses
import shutil
from pathlib import Path

import pytest
import torch
import yaml

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import check_logits
from facing_asymmetry.classifiers.listing import listing, print_listing
from facing_asymmetry.classifiers.networks import LOADERS, build_network
from facing_asymmetry.classifiers.record import record_from, target_index
from facing_asymmetry.classifiers.verify import print_verification, verify, verify_all
from facing_asymmetry.core.errors import AssetError, ConfigError, ModelError
from tests.classifiers.ready import NAMES, classifier

CONF = Path(__file__).parents[2] / "conf" / "classifier"
SMALL = "mini_xception_fer2013"


@pytest.fixture
def copied(monkeypatch, tmp_path):
    """A cache of its own that holds the weights of one small classifier, to be damaged."""
    record = registry.record(SMALL)
    classifier(SMALL)
    (original,) = registry.weight_paths(record).values()
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    (copy,) = registry.weight_paths(record).values()
    copy.parent.mkdir(parents=True)
    shutil.copy(original, copy)
    return record, copy


EVERY = registry.names()


def test_every_file_of_the_folder_is_a_classifier():
    assert set(EVERY) == {path.stem for path in CONF.glob("*.yaml")}
    assert len(NAMES) >= 10


@pytest.mark.parametrize("name", [name for name in EVERY if name != "custom"])
def test_every_record_is_whole_and_says_where_it_belongs(name):
    record = registry.record(name)
    lines = (CONF / f"{name}.yaml").read_text().splitlines()
    assert lines[0] == f"# @package classifiers.{name}"
    assert lines[1].startswith("# ")
    assert record.options["loader"] in LOADERS
    assert record.notes
    assert record.licence
    assert record.code_licence
    assert record.citation
    assert record.alignment
    assert record.published_at or "no weights are published" in record.weights[0].member


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'networkv2'"):
        registry.record("netwrokv2")


def test_a_name_like_no_other_is_answered_with_all():
    with pytest.raises(ConfigError, match="there are: big_xception"):
        registry.record("zzz")


def settings(**changes):
    return {**yaml.safe_load((CONF / f"{SMALL}.yaml").read_text()), **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ["joy", "anger"]}, "labels: 'joy' is not one of"),
        ({"labels": ["anger", "anger"]}, "two different"),
        ({"colour": "gray"}, "colour must be one of rgb, bgr, grey; got 'gray'; did you mean 'grey'"),
        ({"mean": [0, 0, 0]}, "mean needs 1 values for grey"),
        ({"std": [0]}, r"std\[0\] must be above 0"),
        ({"crop": 7}, "crop must be at most 2"),
        ({"input_size": 4}, "input_size must be at least"),
        ({"input_size": "large"}, "input_size: .*valid integer.*; got 'large'"),
        ({"weights": [{"source": "user"}]}, r"weights\[0\]: field 'member' is missing"),
        ({"weights": [{"source": "npm:a@1", "member": "a"}]}, "64 hexadecimal"),
        ({"weights": [{"source": "user", "member": "a", "sha256": "xyz", "size": 1}]}, "64 hexadecimal"),
        ({"weights": [{"source": "user", "member": "a", "sha256": "0" * 64, "size": 0}]}, "positive number of bytes"),
        ({"output": "softmax"}, "output must be one of logits, probabilities"),
        ({"recognised": ["contempt"]}, "recognised must be among the labels"),
        ({"crops": 1.0}, "unknown field 'crops'; did you mean 'crop'"),
    ],
)
def test_a_faulty_record_is_refused_with_its_place_and_field(changes, message):
    with pytest.raises(ConfigError, match=message) as caught:
        record_from(settings(**changes), "classifiers.x")
    assert str(caught.value).startswith("classifiers.x")


def test_a_missing_field_is_named():
    incomplete = settings()
    del incomplete["parameters"]
    with pytest.raises(ConfigError, match="field 'parameters' is missing"):
        record_from(incomplete, "x")


def test_an_emotion_that_a_classifier_lacks_is_refused_with_those_it_has():
    record = registry.record(SMALL)
    assert record.labels[target_index(record, "fear")] == "fear"
    with pytest.raises(ConfigError, match=r"no output for 'contempt'; say which is read: .* It has anger"):
        target_index(record, "contempt")


def test_an_unknown_loader_is_refused():
    record = dataclasses.replace(registry.record(SMALL), options={"loader": "pickle"})
    with pytest.raises(ConfigError, match=r"options.loader 'pickle' is not one of keras_h5"):
        build_network(record, {})


def test_without_weights_the_state_and_the_error_name_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    record = registry.record("faceapi_expression")
    state = registry.state(record)
    assert not state.ready
    assert state.remedy == "Run: facing-asymmetry classifiers fetch faceapi_expression (needs npm)"
    with pytest.raises(AssetError, match="lacks its weights .*Run: facing-asymmetry classifiers fetch"):
        registry.load(record)


def test_files_that_only_the_user_has_are_asked_for_with_the_place_and_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    record = registry.record("hsemotion_b2_8")
    expected = (
        "Run: facing-asymmetry classifiers fetch --official hsemotion_b2_8. Or get enet_b2_8.pt from "
        "https://github.com/HSE-asavchenko/face-emotion-recognition/blob/main/models/affectnet_emotions/enet_b2_8.pt"
        "?raw=true and run: facing-asymmetry classifiers import hsemotion_b2_8 FILE"
    )
    assert registry.state(record).remedy == expected
    with pytest.raises(AssetError, match="no registry holds the weights of hsemotion_b2_8. Run: .* fetch --official"):
        registry.fetch_weights(record)
    with pytest.raises(AssetError, match="'hsemotion_b2_8' lacks its weights. Run: .* fetch --official"):
        registry.load(record)


def test_what_needs_a_licence_says_which_before_it_says_where(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    state = registry.state(registry.record("ddamfn_rafdb"))
    assert state.word == "needs licence"
    assert state.remedy.startswith("The authors' repository states no licence")


@pytest.mark.weights
def test_whole_weights_are_ready_and_load(copied):
    record, _ = copied
    assert registry.state(record).ready
    assert registry.load(record).labels == record.labels


@pytest.mark.weights
def test_truncated_weights_are_refused_with_both_sizes(copied):
    record, path = copied
    path.write_bytes(path.read_bytes()[:1000])
    assert not registry.state(record).ready
    with pytest.raises(AssetError, match=r"1,000 bytes; 872,856 expected .*classifiers fetch"):
        registry.load(record)


@pytest.mark.weights
def test_weights_of_another_hash_are_refused_with_both_hashes(copied):
    record, path = copied
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(AssetError, match=rf"has SHA-256 [0-9a-f]{{64}}; {record.weights[0].sha256} expected"):
        registry.load(record)


@pytest.mark.weights
def test_a_network_with_other_parameters_than_recorded_is_refused(copied):
    record, _ = copied
    with pytest.raises(ModelError, match="56,951 parameters; 1 recorded"):
        registry.load(dataclasses.replace(record, parameters=1))


@pytest.mark.weights
def test_the_self_check_tells_what_failed(copied, capsys):
    record, path = copied
    path.write_bytes(b"")
    (failed,) = verify(record)
    assert not failed.passed
    assert "0 bytes" in failed.detail
    rows = verify_all([record.name])
    assert not rows[0]["passed"]
    print_verification(rows)
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split() == ["name", "load", "frozen", "range", "batch", "gradient", "labels"]
    assert "FAILED mini_xception_fer2013" in printed


def test_the_self_check_without_any_weights_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    with pytest.raises(AssetError, match="classifiers fetch"):
        verify_all()


def test_the_listing_has_a_row_and_a_remedy_for_each(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path))
    rows = listing()
    assert [row["name"] for row in rows] == list(EVERY)
    assert {row["state"] for row in rows} == {"needs weights", "needs licence"}
    assert all(row["remedy"] for row in rows)
    print_listing(rows)
    printed = capsys.readouterr().out
    assert all(f"classifiers fetch {name}" in printed for name in NAMES)


def test_logits_that_are_not_finite_are_refused_with_the_image():
    record = registry.record(SMALL)
    logits = torch.zeros(4, 7)
    check_logits(logits, record)
    logits[2, 3] = torch.nan
    with pytest.raises(ModelError, match=r"mini_xception_fer2013: logits of 1 of 4 images.*first: image 2"):
        check_logits(logits, record)


def test_logits_of_another_number_than_the_labels_are_refused():
    with pytest.raises(ModelError, match="7 labels, and logits of shape"):
        check_logits(torch.zeros(4, 8), registry.record(SMALL))
