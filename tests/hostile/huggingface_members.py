"""Hugging Face folders of strangers: descriptions that lie, weights that would run, code beside them."""

import json
import os

import torch

from tests.classifiers.huggingface_folders import describe
from tests.hostile.frame import Member

SQUARE = {"size": 32}
RESEMBLING = {"num_hidden_layers": 1, "hidden_size": 16}


def loaded(name, make, says):
    def made(folder):
        make(folder / "model")

        def act():
            from facing_asymmetry.app.overrides import compose_config
            from facing_asymmetry.classifiers import registry
            from facing_asymmetry.classifiers.record import record_from

            place = "classifiers.custom.options."
            composed = compose_config(["classifier=custom", f"{place}loader=huggingface", f"{place}path=model"])
            registry.load(record_from(composed["classifiers"]["custom"], "classifiers.custom"))

        return act

    return Member(f"Hugging Face: {name}", "loaders", made, says=says)


def described(name, says, processor=SQUARE, **config):
    return loaded(name, lambda folder: describe(folder, processor, **config), says)


def written(name, says, file, content):
    def make(folder):
        describe(folder, SQUARE, **RESEMBLING)
        (folder / file).write_bytes(content)

    return loaded(name, make, says)


def changed(name, says, change):
    def make(folder):
        describe(folder, SQUARE, **RESEMBLING)
        change(folder)

    return loaded(name, make, says)


class Harm:
    def __reduce__(self):
        return os.system, ("touch ../outside/new",)


def _pickle(folder):
    torch.save({"classifier.bias": Harm()}, folder / "pytorch_model.bin")


def _index(place):
    index = json.dumps({"weight_map": {"classifier.bias": place}})
    return lambda folder: (folder / "model.safetensors.index.json").write_text(index)


def _pipe(folder):
    (folder / "config.json").unlink()
    os.mkfifo(folder / "config.json")


MEMBERS = [
    described("a number of labels", "no emotions", id2label={"0": "[/x]", "1": "\x1b[2J"}),
    described("a hole in the labels", "outputs 0, 1", id2label={"0": "happy", "1000000000": "sad"}),
    described("labels in a list", "id2label", id2label=["happy"] * 3),
    described("one layer too many", "at most 1,000 are built", num_hidden_layers=10**9),
    described("a side that is huge", "input_size", {"size": 10**12}),
    described("a side that is negative", "no square", {"size": -1}),
    described("a deviation of zero", "must be positive", {"size": 32, "image_std": 0}),
    described("a mean that is no number", "std|mean", {"size": 32, "image_mean": [1e999, 0, 0]}),
    described("a processor of words", "not as transformers writes it", {"size": {"height": "[/x]"}}),
    written("a description nested deeply", "not as transformers writes it", "config.json", b"[" * 100_000),
    written("a description of bytes", "not as transformers writes it", "config.json", b"\xff\xfe\x00"),
    written("weights of bytes", "not a whole safetensors", "model.safetensors", b"\x08" + bytes(7) + b"{"),
    written("a web page as weights", "web page", "pytorch_model.bin", b"<!DOCTYPE html>"),
    changed("a pickle that calls something", "Nothing of it was executed", _pickle),
    changed("an index of a file outside", "only files beside it", _index("../../outside/secret")),
    changed("an index of this folder", "only files beside it", _index("..")),
    changed("a pipe", "not a regular file", _pipe),
]
