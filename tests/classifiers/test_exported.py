"""Archives of torch.export: the same logits and gradients as the network that was saved, and nothing else is run."""

import json
import zipfile
from dataclasses import replace

import pytest
import timm
import torch
from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.loaders.batches import InBlocks, OneByOne
from facing_asymmetry.classifiers.loaders.exported_models import load_exported
from facing_asymmetry.classifiers.loaders.exported_operators import ATEN, function_of
from facing_asymmetry.core.errors import AssetError, ModelError

SIZE = 32
FRAMES = torch.rand(4, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
OWN = registry.record("custom")


class Small(nn.Module):
    """Layers of common networks: in-place functions, sizes that are computed, attention, two outputs."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 5, 4, 2), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
        self.attention, self.norm = nn.MultiheadAttention(8, 2, batch_first=True), nn.LayerNorm(8)
        self.head = nn.Linear(8, 7)
        self.register_buffer("order", torch.tensor([2, 0, 1]), persistent=False)

    def forward(self, x):
        x = self.stem(x[:, self.order]).flatten(2).transpose(1, 2)
        x = self.norm(x + self.attention(x, x, x, need_weights=False)[0]).reshape(x.shape[0], -1, 8)
        return x[..., :2].mean((1, 2))[:, None].expand(-1, 3), self.head(x.mean(1))


def network(make=Small):
    torch.manual_seed(0)
    return make().eval().requires_grad_(False)


def saved(path, module, batch=1, size=SIZE):
    dynamic = None if batch else ({0: torch.export.Dim("B")},)
    torch.export.save(
        torch.export.export(module, (torch.zeros(batch or 2, 3, size, size),), dynamic_shapes=dynamic), path
    )
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("exported") / "small.pt2", network(), None)


def with_gradient(module):
    x = FRAMES.clone().requires_grad_()
    logits = module(x)
    (logits * torch.arange(7.0)).sum().backward()
    return logits.detach(), x.grad


@pytest.mark.parametrize(("batch", "kind"), [(1, OneByOne), (3, InBlocks), (None, nn.Module)])
def test_logits_and_gradient_are_those_of_the_network(batch, kind, tmp_path):
    module = network()
    found = load_exported(saved(tmp_path / "m.pt2", module, batch), FRAMES, 1)
    assert isinstance(found, kind)
    for got, expected in zip(with_gradient(found), with_gradient(lambda x: module(x)[1]), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


def test_a_network_of_timm_is_loaded_as_the_users_own(tmp_path):
    module = network(lambda: timm.create_model("test_efficientnet", num_classes=7))
    path = saved(tmp_path / "m.pt2", module)
    record = replace(OWN, input_size=SIZE, options={**OWN.options, "loader": "exported", "path": str(path)})
    found = registry.load(record)
    assert found.differentiable
    torch.testing.assert_close(found.network(FRAMES), module(FRAMES), rtol=1e-4, atol=1e-5)


def test_half_precision_is_computed_in_float32(tmp_path):
    module = network(lambda: nn.Sequential(nn.Conv2d(3, 7, 8, 8), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()))
    half = network(lambda: module).half()
    program = torch.export.export(half, (torch.zeros(1, 3, SIZE, SIZE, dtype=torch.float16),))
    torch.export.save(program, tmp_path / "m.pt2")
    torch.testing.assert_close(load_exported(tmp_path / "m.pt2", FRAMES)(FRAMES), half.float()(FRAMES))


def changed(archive, target, part, change):
    """The archive with one of its descriptions changed."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(part):
                facts = json.loads(content)
                change(facts)
                content = json.dumps(facts).encode()
            new.writestr(name, content)
    return target


def _targets(name):
    def change(facts):
        facts["graph_module"]["graph"]["nodes"][0]["target"] = name

    return change


@pytest.mark.parametrize(
    "target",
    [
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.as_strided.default",
        "torch.ops.aten.relu.__class__",
        "torch.ops.aten.relu.out",
        "torch.ops.aten.abs_and_more.default",
        "torch.ops.aten.__class__.default",
        "torch.ops.profiler._record_function_enter.default",
        "torch.ops.higher_order.wrap_with_set_grad_enabled",
        "_operator.pow",
        "os.system",
        "builtins.exec",
    ],
)
def test_a_function_that_is_not_in_the_list_is_named_and_not_called(target, archive, tmp_path):
    path = changed(archive, tmp_path / "n.pt2", "models/model.json", _targets(target))
    with pytest.raises(
        ModelError, match=r"n\.pt2 \(exported by torch .*\) is not used: node .* is no function that may"
    ):
        load_exported(path, FRAMES)


def test_every_function_in_the_list_is_one_of_torch():
    for name in ATEN:
        overloads = getattr(torch.ops.aten, name).overloads()
        function_of(f"torch.ops.aten.{name}.{next(one for one in overloads if 'out' not in one)}")


class Huge(nn.Module):
    def forward(self, x):
        return torch.ones(1 << 20, 1 << 14).mean() + x.mean((2, 3)).repeat(1, 3)[:, :7]


class Learning(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x):
        return self.norm.train()(x).mean((2, 3)).repeat(1, 3)[:, :7]


class Hidden(nn.Module):
    def forward(self, x):
        y = x * 2
        y.flatten(1).relu_()
        return y.mean((2, 3)).repeat(1, 3)[:, :7]


class Video(nn.Module):
    def forward(self, x):
        return x.mean((2, 3, 4)).repeat(1, 3)[:, :7]


@pytest.mark.parametrize(
    ("module", "shape", "says"),
    [
        (Huge(), (2, 3, SIZE, SIZE), "it is not computed"),
        (Learning(), (2, 3, SIZE, SIZE), "changes its own weights"),
        (Hidden(), (2, 3, SIZE, SIZE), r"relu_.default\) changes another value"),
        (Video(), (1, 3, 4, SIZE, SIZE), "A network for video is not given one frame repeated.*factory"),
        (nn.Flatten(1), (2, 3), "it takes a tensor of 2 axes"),
        (nn.Conv2d(5, 7, 5), (2, 5, SIZE, SIZE), "does not run"),
    ],
)
def test_a_program_that_takes_too_much_or_no_images_is_refused(module, shape, says, tmp_path):
    program = torch.export.export(module, (torch.zeros(shape),))
    torch.export.save(program, tmp_path / "m.pt2")
    with pytest.raises(ModelError, match=says):
        load_exported(tmp_path / "m.pt2", FRAMES)


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        (
            "weights_config.json",
            lambda f: f["config"]["head.weight"].update(use_pickle=True),
            "is pickled, which is not",
        ),
        ("weights_config.json", lambda f: f["config"]["head.weight"].update(path_name="../../x"), "no item named"),
        ("weights_config.json", lambda f: f["config"].pop("head.weight"), "not a whole torch.export archive"),
        (
            "weights_config.json",
            lambda f: f["config"]["head.bias"]["tensor_meta"]["sizes"][0].update(as_int=1 << 40),
            "does not fit the 28 bytes",
        ),
        (
            "weights_config.json",
            lambda f: f["config"]["head.bias"]["tensor_meta"]["storage_offset"].update(as_int=-4),
            "does not fit the 28 bytes",
        ),
        ("models/model.json", lambda f: f.pop("graph_module"), "not a whole torch.export archive"),
        ("models/model.json", lambda f: f["graph_module"]["graph"].pop("outputs"), "not a whole torch.export archive"),
    ],
)
def test_a_damaged_archive_is_named(part, change, says, archive, tmp_path):
    with pytest.raises(AssetError, match=says):
        load_exported(changed(archive, tmp_path / "m.pt2", part, change), FRAMES)


def test_other_files_are_no_archives(tmp_path):
    torch.save({"a": torch.zeros(2)}, tmp_path / "m.pt2")
    with pytest.raises(AssetError, match=r"not an archive that torch\.export\.save of torch 2\.8 or later wrote"):
        load_exported(tmp_path / "m.pt2", FRAMES)
    (tmp_path / "m.pt2").write_bytes(b"\x00" * 50)
    with pytest.raises(AssetError, match=r"Is it whole\?"):
        load_exported(tmp_path / "m.pt2", FRAMES)
