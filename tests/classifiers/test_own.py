"""The user's own networks: the documented examples run, and what is wrong with one is said."""

import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from facing_asymmetry.app.hydra import launch
from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.loaders.outputs import chosen
from facing_asymmetry.classifiers.networks import FORMAT_LOADERS
from facing_asymmetry.classifiers.preprocessing import preprocess
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import AssetError, ConfigError, ModelError
from facing_asymmetry.face_models.registry import prepare_face_model

PAGE = Path(__file__).parents[2] / "docs" / "own_classifier.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LOADER = re.compile(r"options\.loader=(\w+)")
OWN = registry.record("custom")


def own(**options):
    return replace(OWN, input_size=32, options={**OWN.options, **options})


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A working folder whose modules are forgotten afterwards, as is the number of threads that a run sets."""
    monkeypatch.chdir(tmp_path)
    before, threads = set(sys.modules), torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.slow
def test_every_example_of_the_documentation_runs(folder, monkeypatch, capfd):
    pytest.importorskip("transformers", reason="the extra huggingface")
    prepare_face_model("makehuman", cache_folder())
    monkeypatch.syspath_prepend(str(folder))
    done = []
    for kind, text in BLOCK.findall(PAGE.read_text()):
        head = text.splitlines()[0]
        if head.startswith("# file: "):
            target = folder / head.removeprefix("# file: ")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text.split("\n", 1)[1])
        elif kind == "python":
            exec(compile(text, str(PAGE), "exec"), {})
        elif kind == "sh":
            program, stage, *overrides = shlex.split(text.replace("\\\n", " "))
            assert program == "facing-asymmetry"
            assert (
                launch(stage, [*overrides, "emotions=[happiness]", "threads=1", f"paths.outputs={folder / 'out'}"]) == 0
            ), capfd.readouterr().err
            done.append(overrides)
    shown = " ".join(word for overrides in done for word in overrides)
    assert set(LOADER.findall(shown)) == set(FORMAT_LOADERS)
    assert len(list((folder / "out" / "store").rglob("*.cell"))) >= len(done)


def module(folder, body):
    (folder / "mine.py").write_text(f"import torch\nfrom torch import nn\n{body}\n")


HEAD = "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, {}))"


def test_a_factory_gets_its_arguments_and_its_weights_count_as_frozen(folder):
    module(folder, f"def make(bias): n = {HEAD.format(7)}; nn.init.constant_(n[2].bias, bias); return n")
    network = registry.load(own(loader="factory", factory="mine:make", arguments={"bias": 3.0}))
    assert not any(p.requires_grad for p in network.parameters())
    assert network.differentiable
    assert network(torch.zeros(2, 3, 48, 48)).shape == (2, 7)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("mine", "write package.module:function"),
        ("nowhere:make", "No module named 'nowhere'; modules are looked for in"),
        ("mine:mkae", "has no function 'mkae'; did you mean 'make'"),
        ("mine:broken", "raised ValueError: no weights"),
        ("mine:other", "returned a int; a torch.nn.Module is needed"),
    ],
)
def test_what_is_wrong_with_a_factory_is_said(factory, message, folder):
    module(
        folder,
        f"def make(): return {HEAD.format(7)}\ndef broken(): raise ValueError('no weights')\ndef other(): return 3",
    )
    with pytest.raises(ConfigError, match=message):
        registry.load(own(loader="factory", factory=factory))


def test_a_network_may_say_that_it_stops_gradients(folder):
    module(folder, f"def make(): return {HEAD.format(7)}")
    assert not registry.load(own(loader="factory", factory="mine:make", differentiable=False)).differentiable


def test_a_network_with_another_number_of_outputs_than_labels_is_refused(folder):
    module(folder, f"def make(): return {HEAD.format(5)}")
    with pytest.raises(ModelError, match=r"logits of shape \(1, 5\); 7 labels need \(1, 7\)"):
        registry.load(own(loader="factory", factory="mine:make"))


def test_nothing_to_load_is_answered_with_the_documentation():
    assert not registry.state(OWN).ready
    with pytest.raises(AssetError, match=r"docs/own_classifier\.md"):
        registry.load(OWN)


def test_a_file_that_is_not_there_is_named(folder):
    record = own(loader="onnx", path="mine.onnx")
    with pytest.raises(AssetError, match=r"options.path: there is no file .*mine\.onnx"):
        registry.load(record)


def test_probabilities_become_logarithms(folder):
    module(folder, f"def make(): return nn.Sequential(*{HEAD.format(7)}, nn.Softmax(1))")
    logs = registry.load(replace(own(loader="factory", factory="mine:make"), output="probabilities"))
    image = torch.rand(2, 3, 40, 40)
    assert torch.allclose(logs(image).exp(), logs.network.network(preprocess(image, logs.record)), atol=1e-6)


@pytest.mark.parametrize(
    ("end", "output", "message"),
    [
        ("nn.Softmax(1)", "logits", r"custom returns probabilities .* set classifiers\.custom\.output=probabilities"),
        ("nn.LogSoftmax(1)", "probabilities", r"returns numbers from -.* set classifiers\.custom\.output=logits"),
        ("nn.Identity()", "probabilities", r"not probabilities; set classifiers\.custom\.output=logits"),
        ("nn.Sigmoid()", "probabilities", r"the first row sums to .*, not probabilities"),
    ],
)
def test_probabilities_taken_for_logits_and_the_reverse_are_refused(end, output, message, folder):
    module(folder, f"def make(): return nn.Sequential(*{HEAD.format(7)}, {end})")
    with pytest.raises(ModelError, match=message):
        registry.load(replace(own(loader="factory", factory="mine:make"), output=output))


@pytest.mark.parametrize("end", ["nn.LogSoftmax(1)", "nn.Sigmoid()"])
def test_logarithms_and_single_probabilities_may_stand_for_logits(end, folder):
    module(folder, f"def make(): return nn.Sequential(*{HEAD.format(7)}, {end})")
    assert registry.load(own(loader="factory", factory="mine:make"))(torch.rand(2, 3, 40, 40)).shape == (2, 7)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "nn.Sequential(nn.Conv2d(1, 7, 3), nn.Flatten())",
            r"mine:make does not run on one frame of shape \(3, 32, 32\)",
        ),
        ("nn.Sequential(nn.Flatten(), nn.Linear(3 * 48 * 48, 7))", "mine:make does not run on one frame"),
        ("Mixing()", "the logits of a frame change with the frames beside it"),
        ("First()", r"4 frames give logits of shape \(1, 7\)"),
    ],
)
def test_a_network_that_does_not_run_on_frames_or_mixes_them_is_refused(body, message, folder):
    module(
        folder,
        "def seven(x): return x.mean((2, 3)).repeat(1, 3)[:, :7]\n"
        "class Mixing(nn.Module):\n    def forward(self, x): return seven(x) - seven(x).mean(0)\n"
        "class First(nn.Module):\n    def forward(self, x): return seven(x)[:1]\n"
        f"def make(): return {body}",
    )
    with pytest.raises(ModelError, match=message):
        registry.load(own(loader="factory", factory="mine:make"))


@pytest.mark.parametrize("arguments", [{"num_classes": 3}, {"pretrained": True}, {"checkpoint_path": "x"}, {"wdth": 4}])
def test_arguments_that_timm_does_not_take_are_named(arguments, folder):
    torch.save({}, "m.pth")
    with pytest.raises(ConfigError, match=next(iter(arguments))):
        registry.load(own(loader="timm", model="mobilenetv3_small_050", path="m.pth", arguments=arguments))


def test_a_timm_model_takes_a_checkpoint_below_its_entry(folder):
    import timm

    torch.manual_seed(0)
    made = timm.create_model("mobilenetv3_small_050", num_classes=7).eval()
    torch.save({"weights": made.state_dict()}, "m.pth")
    network = registry.load(own(loader="timm", model="mobilenetv3_small_050", path="m.pth", entry="weights"))
    assert torch.equal(network.network.classifier.weight, made.classifier.weight)
    with pytest.raises(AssetError, match="entry 'weights' is a dictionary of conv_stem"):
        registry.load(own(loader="timm", model="mobilenetv3_small_050", path="m.pth"))
    with pytest.raises(AssetError, match=r"does not fit timm's mobilenetv3_small_075 with 7 classes: .* another shape"):
        registry.load(own(loader="timm", model="mobilenetv3_small_075", path="m.pth", entry="weights"))
    with pytest.raises(ConfigError, match="is no model of timm .*did you mean 'mobilenetv3"):
        registry.load(own(loader="timm", model="mobilenetv3_smal_050", path="m.pth", entry="weights"))


def test_torchscript_that_is_damaged_or_of_another_size_is_named(folder):
    (folder / "m.pt").write_bytes(b"PK nothing")
    with pytest.raises(AssetError, match=r"m\.pt is not a whole TorchScript"):
        registry.load(own(loader="torchscript", path="m.pt", trust=True))
    torch.jit.script(nn.Sequential(nn.Flatten(), nn.Linear(3, 7))).save("m.pt")
    with pytest.raises(ModelError, match=r"m\.pt does not run on one frame"):
        registry.load(own(loader="torchscript", path="m.pt", trust=True))


def onnx_file(path, operator, batch="B"):
    """Mean of each channel through a linear layer, with one operator on the way."""
    weights = numpy_helper.from_array(np.arange(21, dtype=np.float32).reshape(3, 7) / 10, "w")
    extra = {"Hardmax": {"axis": 3}, "Elu": {"alpha": 1.0}}[operator]
    nodes = [
        helper.make_node(operator, ["x"], ["a"], **extra),
        helper.make_node("GlobalAveragePool", ["a"], ["b"]),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("Gemm", ["c", "w"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 32, 32])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 7])
    graph = helper.make_graph(nodes, "toy", [x], [y], [weights])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return str(path)


def test_an_onnx_graph_that_torch_computes_is_differentiable(folder):
    network = registry.load(own(loader="onnx", path=onnx_file(folder / "m.onnx", "Elu")))
    image = torch.rand(2, 3, 40, 40, requires_grad=True)
    network(image)[:, 0].sum().backward()
    assert network.differentiable
    assert image.grad.abs().max() > 0


@pytest.mark.parametrize("batch", ["B", 1])
def test_an_onnx_graph_with_an_operator_that_is_not_known_runs_without_a_gradient_and_says_so(batch, folder, caplog):
    network = registry.load(own(loader="onnx", path=onnx_file(folder / "m.onnx", "Hardmax", batch)))
    assert not network.differentiable
    assert "m.onnx has no gradient" in caplog.text
    assert "CMA-ES" in caplog.text
    expected = torch.full((2, 3), 1 / 32) @ torch.arange(21.0).view(3, 7) / 10  # one of 32 numbers in a row is 1
    assert torch.allclose(network(torch.rand(2, 3, 40, 40)), expected, atol=1e-5)


def test_a_file_that_is_no_onnx_model_is_named(folder):
    (folder / "m.onnx").write_bytes(b"\x00\xff no model")
    with pytest.raises(AssetError, match=r"m\.onnx is not a whole ONNX"):
        registry.load(own(loader="onnx", path="m.onnx"))


@pytest.mark.parametrize(
    ("value", "output", "message"),
    [
        ({"a": torch.ones(1)}, None, "returns a; say which in options.output"),
        ((torch.ones(1),), 2, "returns 1 values; options.output = 2"),
        ("text", None, "returns a str"),
    ],
)
def test_outputs_that_are_not_there_are_refused(value, output, message):
    with pytest.raises(ModelError, match=message):
        chosen(value, output)


def test_the_logits_of_tuples_and_dictionaries_are_taken():
    a, b = torch.ones(1), torch.zeros(1)
    assert chosen((a, b), None) is a
    assert chosen((a, b), "1") is b
    assert chosen({"x": a, "y": [b]}, "y") is b


class Writer(nn.Module):
    """Would make a file when it is run, and another when it is loaded."""

    def __init__(self):
        super().__init__()
        self.kept = torch.zeros(4)

    def forward(self, x):
        return x.mean((2, 3)).repeat(1, 3)[:, :7] + torch.from_file("canary", True, 4).sum() * 0

    @torch.jit.export
    def __getstate__(self):
        return 0, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[int, bool]):
        self.training = state[1]
        self.kept = torch.from_file("loaded", True, 4)


@pytest.mark.parametrize("trust", [None, False, "true", 1])
def test_torchscript_is_not_opened_without_trust(trust, folder):
    torch.jit.script(Writer()).save("m.pt")
    with pytest.raises(ConfigError, match=r"is TorchScript, a program .* classifiers\.custom\.options\.trust=true"):
        registry.load(own(loader="torchscript", path="m.pt", trust=trust))
    assert {path.name for path in folder.iterdir()} == {"m.pt"}


def test_torchscript_is_opened_with_trust(folder):
    torch.jit.script(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7))).save("m.pt")
    assert registry.load(own(loader="torchscript", path="m.pt", trust=True))(torch.rand(2, 3, 9, 9)).shape == (2, 7)


VIDEO = """
class Video(nn.Module):
    def __init__(self, frames):
        super().__init__()
        self.frames, self.layer = frames, nn.Conv3d(3, 7, (4, 3, 3))

    def forward(self, x):
        x = x[:, :, None].expand(-1, -1, self.frames, -1, -1) if self.frames else x
        return self.layer(x).mean((2, 3, 4))

def make(frames):
    torch.manual_seed(0)
    return Video(frames)
"""


def test_a_network_for_video_runs_where_its_factory_repeats_the_frame(folder):
    module(folder, VIDEO)
    network = registry.load(own(loader="factory", factory="mine:make", arguments={"frames": 4}))
    assert network(torch.rand(2, 3, 40, 40)).shape == (2, 7)


def test_a_network_for_video_is_refused_with_what_to_do(folder):
    module(folder, VIDEO)
    with pytest.raises(ModelError, match=r"It has 3-D convolutions. A network for video .*options.loader=factory"):
        registry.load(own(loader="factory", factory="mine:make", arguments={"frames": 0}))
