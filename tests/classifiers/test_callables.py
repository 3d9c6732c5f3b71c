"""Functions of the user's that answer images: what is asked once is not asked again, within a pace and a budget."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from facing_asymmetry.app.overrides import compose_config
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.loaders import callable_pace, callables
from facing_asymmetry.classifiers.loaders.callables import load_callable
from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.core.errors import ConfigError, ModelError

LABELS = ["anger", "happiness", "neutral"]
SERVICE = """
import json, pathlib
import numpy as np

def seen(images):
    with open("seen", "a") as file:
        file.write(f"{images.dtype} {images.shape}\\n")

def array(images):
    seen(images)
    share = images.mean((1, 2, 3)) / 510
    return np.stack([share, 0.5 - share, np.full(len(images), 0.5)], 1)

def words(images):
    seen(images)
    return [{"Angry": 20.0, "HAPPY": 60.0, "confused": 20.0} for image in images]

def flaky(images):
    seen(images)
    left = int(pathlib.Path("failures").read_text())
    pathlib.Path("failures").write_text(str(left - 1))
    if left > 0:
        raise ConnectionError("503")
    return np.full((len(images), 3), 1 / 3)

def broken(images):
    seen(images)
    return images.nosuch

def words_of_nobody(images):
    return [{"confused": 1.0} for image in images]

def too_few(images):
    return np.ones((1, 2))

def text(images):
    return "happy"

def one_for_all(images):
    return [{"happy": 1.0}] * (len(images) + 1)

def unsure(images):
    return np.full((len(images), 3), np.nan)

def nothing(images):
    return [{"happy": 0.0} for image in images]
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(callables, "SERVICES", {})
    Path("cloud.py").write_text(SERVICE)
    return tmp_path


def record(name="array", **options):
    facts = compose_config(["classifier=custom"])["classifiers"]["custom"]
    settings = {**facts["options"], "loader": "callable", "callable": f"cloud:{name}", **options}
    return record_from({**facts, "labels": LABELS, "input_size": 16, "options": settings}, "custom")


def network(name="array", **options):
    """The network alone, untried, which does not wait."""
    made = load_callable(record(name, **options))
    made.pace = replace(made.pace, wait=lambda seconds: None)
    return made


def asked():
    return Path("seen").read_text().splitlines() if Path("seen").exists() else []


def images(count, seed=0):
    return torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(seed))


def test_it_gets_8_bit_rgb_and_its_probabilities_become_logits():
    found = registry.load(record(images_per_call=8))
    assert not found.differentiable
    logits = found(torch.full((1, 3, 32, 32), 0.5))
    assert torch.allclose(logits.exp(), torch.tensor([[128 / 510, 0.5 - 128 / 510, 0.5]]), atol=1e-6)
    assert asked() == ["uint8 (1, 16, 16, 3)", "uint8 (3, 16, 16, 3)", "uint8 (1, 16, 16, 3)"]


def test_an_image_is_asked_once_also_by_another_process_and_within_a_batch():
    first = network()(images(3).repeat(2, 1, 1, 1))
    assert len(asked()) == 3
    callables.SERVICES.clear()
    again = network()
    assert torch.equal(again(images(3).repeat(2, 1, 1, 1)), first)
    assert len(asked()) == 3
    assert again.service.summary == "3 of 3 images answered from the cache, 0 calls"


def test_a_damaged_answer_is_asked_again(folder):
    first = network()(images(1))
    (answer,) = (folder / "cache" / "answers").rglob("*.json")
    answer.write_text('{"anger": ')
    assert torch.equal(network()(images(1)), first)
    assert len(asked()) == 2
    assert json.loads(answer.read_text()) == pytest.approx(first[0].tolist())


@pytest.mark.parametrize("change", ["version", "arguments", "source", "name"])
def test_another_version_argument_or_source_is_asked_anew(change):
    network()(images(1))
    options = {}
    if change == "version":
        options = {"version": "2"}
    elif change == "arguments":
        Path("cloud.py").write_text(SERVICE.replace("def array(images)", "def array(images, key=0)"))
        network()(images(1))
        options = {"arguments": {"key": 1}}
    elif change == "source":
        Path("cloud.py").write_text(SERVICE.replace("510", "511"))
    before = len(asked())
    network("words" if change == "name" else "array", labels={"confused": "neutral"}, **options)(images(1))
    assert len(asked()) == before + 1


def test_limits_are_not_part_of_what_is_asked():
    network()(images(1))
    network(budget=9, retries=1, calls_per_minute=5, images_per_call=2)(images(1))
    assert len(asked()) == 1


def test_words_are_mapped_to_emotions_and_made_to_sum_to_one():
    found = network("words", labels={"confused": "neutral"})(images(1))
    assert found[0].tolist() == pytest.approx([0.2, 0.6, 0.2])
    left_out = network("words", labels={"CONFUSED": None})(images(1))
    assert left_out[0].tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert len(asked()) == 1


def test_the_budget_ends_with_what_was_needed_and_the_same_command_continues():
    message = (
        r"budget of 3 calls .* 0 of 7 images .*, 3 calls; calls still needed .*: 1\. .* the same command continues"
    )
    with pytest.raises(ModelError, match=message):
        network(budget=3, images_per_call=2)(images(7))
    assert asked() == ["uint8 (2, 16, 16, 3)"] * 3
    callables.SERVICES.clear()
    assert network(budget=3, images_per_call=2)(images(7)).shape == (7, 3)
    assert asked()[3:] == ["uint8 (1, 16, 16, 3)"]


def test_the_budget_holds_for_all_networks_of_a_process():
    network(budget=2)(images(2))
    with pytest.raises(ModelError, match="budget of 2 calls"):
        network(budget=2)(images(1, seed=1))


def test_a_call_that_fails_is_tried_again_after_growing_waits(caplog):
    Path("failures").write_text("3")
    waits = []
    made = network("flaky")
    made.pace = replace(made.pace, wait=waits.append)
    made(images(1))
    assert waits == [1, 2, 4]
    assert "ConnectionError: 503; next try in 4 seconds" in caplog.text
    assert made.service.calls == 4


def test_a_call_that_keeps_failing_says_so_and_keeps_the_answers():
    Path("failures").write_text("9")
    with pytest.raises(ModelError, match=r"cloud:flaky' raised ConnectionError: 503 \(try 3 of 3\)\. .*continues"):
        network("flaky", retries=2)(images(1))
    Path("failures").write_text("9")
    callables.SERVICES.clear()
    with pytest.raises(ModelError, match="budget of 2 calls"):
        network("flaky", budget=2)(images(1))


def test_an_error_of_the_code_is_not_tried_again():
    with pytest.raises(ModelError, match=r"raised AttributeError: .*nosuch.* \(try 1 of 6\)"):
        network("broken")(images(1))
    assert len(asked()) == 1


def test_calls_are_spaced(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(callables.time, "monotonic", lambda: clock[0])
    waits = []
    made = network(calls_per_minute=30)

    def wait(seconds):
        waits.append(seconds)
        clock[0] += seconds

    made.pace = replace(made.pace, wait=wait)
    made(images(3))
    assert waits == [2, 2]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("words_of_nobody", r"none of anger, happiness, neutral: confused\. .*options\.labels\.confused=happiness"),
        ("too_few", r"returned an array of shape \(1, 2\) for 1 images; it must return an array of shape \(1, 3\)"),
        ("text", r"returned .* for 1 images; it must return"),
        ("one_for_all", "returned 2 answers for 1 images"),
        ("unsure", "numbers that are not finite"),
        ("nothing", "no positive probability"),
    ],
)
def test_an_answer_that_is_none_is_refused_and_not_kept(name, message, folder):
    with pytest.raises(ModelError, match=message):
        network(name)(images(1))
    assert not list((folder / "cache" / "answers").rglob("*.json"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": -1}, r"options\.budget = -1; it must be a number of at least 0"),
        ({"images_per_call": 0}, r"options\.images_per_call = 0; it must be a number of at least 1"),
        ({"retries": "many"}, r"options\.retries = 'many'"),
        ({"calls_per_minute": True}, r"options\.calls_per_minute = True"),
        ({"callable": "cloud:nosuch"}, r"options\.callable = 'cloud:nosuch': cloud has no function 'nosuch'"),
        ({"callable": "cloud"}, "write package.module:function"),
    ],
)
def test_settings_that_are_wrong_are_named(options, message):
    with pytest.raises(ConfigError, match=message):
        network(**options)


def test_pixels_are_not_scaled():
    with pytest.raises(ConfigError, match="gets 8-bit RGB pixels as they are; leave colour, mean and std out"):
        load_callable(replace(record(), mean=(0.5, 0.5, 0.5)))


def test_the_limits_that_a_record_leaves_open_are_those_of_the_file():
    assert callable_pace.pace_of(registry.record("custom").options) == callable_pace.pace_of({})
