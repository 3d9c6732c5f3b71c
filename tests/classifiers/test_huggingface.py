"""Hugging Face folders: what they say of the input is read, their weights load, and nothing in them is run."""

import json
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.core.errors import AssetError, ConfigError
from tests.classifiers.huggingface_folders import LABELS, describe, save_resnet, save_vit

pytest.importorskip("transformers", reason="the extra huggingface")

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
WHERE = "classifiers.custom"
SQUARE = {"size": {"height": 32, "width": 32}}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def record(*overrides, path="mine"):
    """As a person asks for it: the folder, and nothing else."""
    words = [f"{WHERE}.options.loader=huggingface", f"{WHERE}.options.path={path}", *overrides]
    return record_from(compose_config(["classifier=custom", *words])["classifiers"]["custom"], WHERE)


@pytest.mark.parametrize(("save", "crop"), [(save_vit, 1.0), (save_resnet, 0.875)])
def test_a_folder_needs_nothing_else_and_gives_the_logits_of_transformers(save, crop):
    made = save("mine")
    found = record()
    assert (found.labels, found.input_size, found.colour, found.crop) == (EMOTIONS, 32, "rgb", crop)
    assert found.mean == found.std == (0.5, 0.5, 0.5)
    image = torch.rand(2, 3, 48, 48, requires_grad=True)
    logits = registry.load(found)(image)
    assert torch.allclose(logits, made(preprocess(image, found)).logits, atol=1e-5)
    logits[:, 3].sum().backward()
    assert image.grad.abs().max() > 0


def test_what_is_given_counts_before_what_the_folder_says():
    describe("mine", SQUARE)
    found = record(f"{WHERE}.input_size=64", f"{WHERE}.mean=[0,0,0]", f"{WHERE}.labels=[fear,anger]")
    assert (found.input_size, found.mean, found.labels) == (64, (0, 0, 0), ("fear", "anger"))
    assert found.std == (1, 1, 1)


@pytest.mark.parametrize(
    ("processor", "config", "expected"),
    [
        ({"size": 48}, {}, {"input_size": 48, "mean": (0, 0, 0), "std": (1, 1, 1), "crop": 1}),
        ({"size": {"shortest_edge": 40}, "crop_size": {"height": 32, "width": 32}, "do_center_crop": True}, {},
         {"input_size": 32, "crop": 0.8}),
        ({"size": 32, "crop_size": 16, "do_center_crop": False}, {}, {"input_size": 32, "crop": 1}),
        ({**SQUARE, "image_mean": [0.1, 0.2, 0.3], "image_std": 0.5}, {}, {"mean": (0.1, 0.2, 0.3), "std": (0.5,) * 3}),
        ({**SQUARE, "image_mean": [0.5] * 3, "do_normalize": False}, {}, {"mean": (0,) * 3, "std": (1,) * 3}),
        ({**SQUARE, "do_rescale": False, "image_mean": [127.5] * 3, "image_std": [127.5] * 3}, {},
         {"mean": (0.5,) * 3, "std": (0.5,) * 3}),
        ({**SQUARE, "rescale_factor": 1 / 127.5, "rescale_offset": True}, {}, {"mean": (0.5,) * 3, "std": (0.5,) * 3}),
        ({**SQUARE, "do_flip_channel_order": True}, {}, {"colour": "bgr"}),
        ({**SQUARE, "image_mean": [0.5]}, {"num_channels": 1}, {"colour": "grey", "mean": (0.5,), "std": (1,)}),
        ({}, {"image_size": 96}, {"input_size": 96}),
    ],
)  # fmt: skip
def test_size_colour_and_scaling_are_the_processors(processor, config, expected):
    describe("mine", processor, **config)
    found = record()
    assert {key: getattr(found, key) for key in expected} == {
        key: pytest.approx(value) if not isinstance(value, str) else value for key, value in expected.items()
    }


def test_the_processor_may_lie_in_the_file_that_holds_several():
    describe("mine")
    Path("mine/processor_config.json").write_text(json.dumps({"image_processor": {**SQUARE, "image_mean": [0.5] * 3}}))
    assert record().mean == (0.5, 0.5, 0.5)


def test_labels_that_are_no_emotions_are_listed_with_what_to_say():
    describe("mine", SQUARE, id2label={"0": "LABEL_0", "1": "happy", "2": "bored"})
    with pytest.raises(ConfigError, match=r"no emotions: LABEL_0, bored\. .*\+classifiers\.custom\.options\.labels\."):
        record()
    found = record(f"+{WHERE}.options.labels.LABEL_0=anger", f"+{WHERE}.options.labels.Bored=neutral")
    assert found.labels == ("anger", "happiness", "neutral")
    with pytest.raises(ConfigError, match="'bored' is not one of"):
        record(f"+{WHERE}.options.labels.LABEL_0=anger", f"+{WHERE}.options.labels.bored=bored")


@pytest.mark.parametrize(
    ("processor", "config", "message"),
    [
        (None, {}, r"has no preprocessor_config\.json, .* or set classifiers\.custom\.input_size"),
        ({"size": {"height": 32, "width": 64}}, {}, r"no square; set classifiers\.custom\.input_size"),
        ({"size": "large"}, {}, "preprocessor's size is not as transformers writes it"),
        ({"size": None}, {}, "preprocessor's size is not as transformers writes it"),
        ({**SQUARE, "image_std": [0, 1, 1]}, {}, "must be positive"),
        ({**SQUARE, "image_mean": [1, 2]}, {}, "image_mean of the preprocessor has 2 values"),
        ({**SQUARE, "image_mean": {"a": 1}}, {}, "image_mean of the preprocessor is not as transformers"),
        (SQUARE, {"num_channels": 4}, "the network takes 4 channels"),
        (SQUARE, {"id2label": {"0": "happy"}}, "at least two; it names 1"),
        (SQUARE, {"id2label": {"0": "happy", "2": "sad"}}, "must name outputs 0, 1"),
        (SQUARE, {"id2label": ["happy", "sad"]}, "id2label of .* is not as transformers"),
        (SQUARE, {"id2label": None}, "id2label of .* is not as transformers"),
    ],
)
def test_what_a_folder_does_not_say_or_says_wrongly_is_named(processor, config, message):
    describe("mine", processor, **config)
    with pytest.raises((AssetError, ConfigError), match=message):
        record()


def test_a_folder_that_is_not_there_and_a_damaged_file_are_named():
    with pytest.raises(AssetError, match=r"cannot read nowhere/config\.json: No such file"):
        record(path="nowhere")
    describe("mine", SQUARE)
    Path("mine/config.json").write_text("{")
    with pytest.raises(AssetError, match=r"mine/config\.json is not as transformers writes it"):
        record()


def sharded(folder, suffix):
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    parts = {f"part-{n}.{suffix}": {name: tensors[name] for name in names[n::2]} for n in range(2)}
    for name, part in parts.items():
        (save_file if suffix == "safetensors" else torch.save)(part, folder / name)
    (folder / "model.safetensors").unlink()
    whole = "model.safetensors" if suffix == "safetensors" else "pytorch_model.bin"
    index = {"weight_map": {key: name for name, part in parts.items() for key in part}}
    (folder / f"{whole}.index.json").write_text(json.dumps(index))


@pytest.mark.parametrize("kind", ["bin", "sharded bin", "sharded safetensors"])
def test_weights_in_other_files_are_read(kind, folder):
    made = save_vit("mine")
    if "sharded" in kind:
        sharded(folder / "mine", kind.split()[1])
    else:
        torch.save(load_file("mine/model.safetensors"), "mine/pytorch_model.bin")
        Path("mine/model.safetensors").unlink()
    image = torch.rand(1, 3, 40, 40)
    found = record()
    assert torch.allclose(registry.load(found)(image), made(preprocess(image, found)).logits, atol=1e-5)


class Canary:
    def __reduce__(self):
        return Path("canary").touch, ()


def test_a_pickle_that_calls_something_is_refused(folder):
    save_vit("mine")
    Path("mine/model.safetensors").unlink()
    torch.save({"x": Canary()}, "mine/pytorch_model.bin")
    with pytest.raises(AssetError, match="Nothing of it was executed"):
        registry.load(record())
    assert not Path("canary").exists()


@pytest.mark.parametrize("model_type", ["mine", "vit"])
def test_code_beside_the_weights_is_never_run(model_type):
    save_vit("mine")
    facts = json.loads(Path("mine/config.json").read_text())
    facts |= {
        "model_type": model_type,
        "auto_map": {"AutoConfig": "code.C", "AutoModelForImageClassification": "code.M"},
    }
    Path("mine/config.json").write_text(json.dumps(facts))
    Path("mine/code.py").write_text("open('canary', 'w')\nclass C: pass\nclass M: pass\n")
    if model_type == "vit":  # transformers' own class counts
        registry.load(record())
    else:
        with pytest.raises(ConfigError, match="cannot build the network of .* use a factory"):
            registry.load(record())
    assert not Path("canary").exists()
    assert "code" not in sys.modules or "mine" not in str(sys.modules["code"].__file__)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.pop("classifier.bias"), r"do not fit its config\.json: missing: classifier\.bias"),
        (lambda tensors: tensors.update(other=torch.ones(2)), r"do not fit its config\.json: unexpected: other"),
        (
            lambda tensors: tensors.update({"classifier.bias": torch.ones(3)}),
            r"do not fit its config\.json: mismatched: .*classifier\.bias",
        ),
        (lambda tensors: tensors.clear(), "describes 14,247 parameters, and the weights are fewer"),
    ],
)
def test_weights_of_another_network_are_refused(change, message):
    save_vit("mine")
    tensors = load_file("mine/model.safetensors")
    change(tensors)
    save_file(tensors, "mine/model.safetensors")
    with pytest.raises((AssetError, ConfigError), match=message):
        registry.load(record())


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"num_hidden_layers": 10**9}, r"num_hidden_layers is 1,000,000,000; at most 1,000 are built"),
        ({"hidden_size": 10**6}, "parameters, and the weights are fewer"),
        ({"model_type": "bert"}, "has no image classifier"),
        ({"hidden_size": "wide"}, "cannot build the network of .*hidden_size"),
    ],
)
def test_a_configuration_that_cannot_be_built_is_answered(config, message):
    save_vit("mine")
    facts = json.loads(Path("mine/config.json").read_text())
    Path("mine/config.json").write_text(json.dumps({**facts, **config}))
    with pytest.raises((AssetError, ConfigError), match=message):
        registry.load(record())


@pytest.mark.parametrize("name", ["../secret.safetensors", "/etc/passwd", "", "..", 3])
def test_an_index_names_files_beside_it_only(name):
    describe("mine", SQUARE)
    Path("mine/model.safetensors.index.json").write_text(json.dumps({"weight_map": {"x": name}}))
    with pytest.raises(AssetError, match="only files beside it are read"):
        registry.load(record())


def test_missing_weights_are_named():
    describe("mine", SQUARE)
    with pytest.raises(AssetError, match=r"holds no weights: no model\.safetensors and no pytorch_model\.bin"):
        registry.load(record())
    Path("mine/model.safetensors.index.json").write_text(json.dumps({"weight_map": {"x": "part.safetensors"}}))
    with pytest.raises(AssetError, match=r"lacks part\.safetensors, which model\.safetensors\.index\.json lists"):
        registry.load(record())
    Path("mine/model.safetensors.index.json").write_text("[]")
    with pytest.raises(AssetError, match="is no index of weights"):
        registry.load(record())


def test_without_transformers_the_extra_is_named(monkeypatch):
    describe("mine", SQUARE)
    save_file({"x": torch.ones(1)}, "mine/model.safetensors")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ConfigError, match=r"pip install 'facing-asymmetry\[huggingface\]'"):
        registry.load(record())


def test_every_alias_is_read():
    describe("mine", SQUARE, id2label={str(n): label.upper() for n, label in enumerate(LABELS)})
    assert record().labels == EMOTIONS
