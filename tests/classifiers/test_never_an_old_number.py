"""A network trained anew in place gets another content key and other logits, whichever loader loads it."""

import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from facing_asymmetry.classifiers import fingerprints, registry
from facing_asymmetry.classifiers.architectures.architecture import ARCHITECTURE_MODULES
from facing_asymmetry.classifiers.importing import import_checkpoint
from facing_asymmetry.classifiers.networks import LOADERS
from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.core import named_files
from facing_asymmetry.core.errors import ConfigError, ModelError
from tests.classifiers import onnx_graphs
from tests.classifiers.checkpoints import flat_network
from tests.classifiers.huggingface_folders import save_vit
from tests.classifiers.keras_files import _replaced, layers, write

OWN = registry.record("custom")
HEAD = "nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7))"
FACTORY = {"loader": "factory", "factory": "mine:make"}


def own(**options):
    return replace(OWN, input_size=32, options={**OWN.options, **options})


def head(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7))


def module(source):
    Path("mine.py").write_text(f"import torch\nfrom torch import nn\n{source}\n")


def keras_h5(seed):
    def trained(group):
        _replaced(data=np.random.default_rng(seed).standard_normal((64, 2), np.float32))(group)

    write(Path("m.h5"), {"class_name": "Sequential", "config": layers()}, trained)
    record = replace(own(loader="keras_h5", path="m.h5"), labels=("anger", "fear"), input_size=8)
    return replace(record, colour="grey", mean=(0.0,), std=(1.0,))


def onnx(seed):
    onnx_graphs.save(Path("m.onnx"), onnx_graphs.model(*onnx_graphs.layers(1, seed=seed)))
    return own(loader="onnx", path="m.onnx")


def onnx_external_data(seed):
    Path("m.onnx.data").unlink(missing_ok=True)
    onnx_graphs.save(Path("m.onnx"), onnx_graphs.model(*onnx_graphs.layers(1, seed=seed)), external="m.onnx.data")
    return own(loader="onnx", path="m.onnx")


def exported(seed):
    torch.export.save(torch.export.export(head(seed).eval(), (torch.zeros(1, 3, 64, 64),)), "m.pt2")
    return own(loader="exported", path="m.pt2")


def torchscript(seed):
    torch.jit.script(head(seed)).save("m.pt")
    return own(loader="torchscript", path="m.pt", trust=True)


def timm(seed):
    import timm

    torch.manual_seed(seed)
    torch.save(timm.create_model("mobilenetv3_small_050", num_classes=7).state_dict(), "m.pth")
    return own(loader="timm", model="mobilenetv3_small_050", path="m.pth")


def factory_with_weights_in_its_arguments(seed):
    save_file(head(seed).state_dict(), "m.safetensors")
    module(
        f"from safetensors.torch import load_file\ndef make(files):\n n = {HEAD}\n"
        " n.load_state_dict(load_file(files['weights'])); return n"
    )
    return own(**FACTORY, arguments={"files": {"weights": "m.safetensors"}})


def factory_with_a_folder_in_its_arguments(seed):
    Path("folder/inner").mkdir(parents=True, exist_ok=True)
    save_file(head(seed).state_dict(), "folder/inner/m.safetensors")
    module(
        f"from safetensors.torch import load_file\ndef make(folders):\n n = {HEAD}\n"
        " n.load_state_dict(load_file(folders[0] + '/inner/m.safetensors')); return n"
    )
    return own(**FACTORY, arguments={"folders": ["folder"]})


def factory_whose_helper_changes(seed):
    Path("parts").mkdir(exist_ok=True)
    Path("parts/__init__.py").write_text("from .scale import scale\n")
    Path("parts/scale.py").write_text(f"def scale(x):\n    return x * {seed + 2}\n")
    module(
        "from parts import scale\ndef make():\n torch.manual_seed(0); return Scaled()\n"
        f"class Scaled(nn.Module):\n def __init__(s): super().__init__(); s.n = {HEAD}\n"
        " def forward(s, x): return scale(s.n(x))"
    )
    return own(**FACTORY)


def factory_with_a_path_in_its_source(seed):
    torch.save(head(seed).state_dict(), "hidden.pth")
    module(f"def make(): n = {HEAD}; n.load_state_dict(torch.load('hidden.pth')); return n")
    return own(**FACTORY)


def factory_with_a_tensor_that_is_no_parameter(seed):
    torch.save(torch.full((7,), float(seed + 1)), "hidden.pth")
    module(
        "def make(): return Plain()\nclass Plain(nn.Module):\n"
        " def __init__(s): super().__init__(); s.bias = torch.load('hidden.pth')\n"
        " def forward(s, x): return x.mean((2, 3)).repeat(1, 3)[:, :7] + s.bias"
    )
    return own(**FACTORY)


def published_in_a_file(seed):
    record = registry.record("efficientface_rafdb")
    save_file({k: v.contiguous() for k, v in moved(record, seed).state_dict().items()}, "m.safetensors")
    return replace(record, weights=(), options={**record.options, "path": "m.safetensors"})


def published_and_imported(seed):
    record = registry.record("efficientface_rafdb")
    torch.save({"state_dict": moved(record, seed).state_dict()}, "official.pth")
    import_checkpoint(record, Path("official.pth"))
    return record


def moved(record, seed):
    """The published network with cheap weights, and another bias of its last layer for another seed."""
    built = flat_network(record)
    bias = next(parameter for parameter in built.parameters() if parameter.shape == (7,))
    bias.data = torch.linspace(0, 1 + seed, 7)
    return built


def architecture_in_a_file(seed):
    from facing_asymmetry.classifiers.architectures.small_cnns import NetworkV2

    torch.manual_seed(seed)
    torch.save({"network": NetworkV2(7).state_dict()}, "model.pkl")
    record = registry.record("networkv2")
    return replace(record, weights=(), options={**record.options, "path": "model.pkl"})


def huggingface(seed):
    pytest.importorskip("transformers", reason="the extra huggingface")
    save_vit("folder", seed)
    options = {**OWN.options, "loader": "huggingface", "path": "folder"}
    return record_from({**vars(OWN), "labels": None, "input_size": None, "weights": [], "options": options}, "custom")


def callable_of_a_service(seed):
    Path("mine.py").write_text(
        f"import numpy as np\ndef ask(images):\n share = images.mean((1, 2, 3)) / {600 + 100 * seed}\n"
        " return np.stack([share, *[(1 - share) / 6] * 6], 1)"
    )
    options = {"loader": "callable", "callable": "mine:ask"}
    return replace(own(**options), mean=(0.0,) * 3, std=(1.0,) * 3, output="probabilities")


TRAINED = {
    "keras_h5": [keras_h5],
    "onnx": [onnx, onnx_external_data],
    "exported": [exported],
    "torchscript": [torchscript],
    "timm": [timm],
    "factory": [
        factory_with_weights_in_its_arguments,
        factory_with_a_folder_in_its_arguments,
        factory_whose_helper_changes,
        factory_with_a_path_in_its_source,
        factory_with_a_tensor_that_is_no_parameter,
    ],
    "published": [published_in_a_file, published_and_imported],
    "huggingface": [huggingface],
    "callable": [callable_of_a_service],
    "an architecture": [architecture_in_a_file],
}
"""What trains a network in place, by the loader that loads it."""


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACING_ASYMMETRY_CACHE", str(tmp_path / "cache"))
    return tmp_path


def test_every_loader_has_a_network_that_is_trained_anew():
    assert set(TRAINED) == (set(LOADERS) - set(ARCHITECTURE_MODULES)) | {"an architecture"}


@pytest.mark.parametrize("train", [train for every in TRAINED.values() for train in every], ids=lambda t: t.__name__)
def test_a_network_trained_anew_in_place_has_another_key_and_other_logits(train):
    faces = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    first = registry.with_fingerprint(train(0))
    logits = registry.load(first)(faces)
    assert len(first.fingerprint) == 64
    assert registry.with_fingerprint(first).fingerprint == first.fingerprint
    again = train(1)
    with pytest.raises((ModelError, registry.AssetError), match="since this run began"):
        registry.load(first)
    second = registry.with_fingerprint(again)
    assert second.options == first.options
    assert second.fingerprint != first.fingerprint
    assert (registry.load(second)(faces) - logits).abs().max() > 1e-6


def test_a_factory_with_other_weights_at_every_call_is_refused():
    module(f"def make(): return {HEAD}")
    record = registry.with_fingerprint(own(**FACTORY))
    with pytest.raises(ModelError, match="custom has changed since this run began: .* or set a seed"):
        registry.load(record)


def test_comments_and_files_beside_change_no_key():
    module(f"def make(): torch.manual_seed(0); return {HEAD}")
    before = registry.with_fingerprint(own(**FACTORY)).fingerprint
    Path("mine.py").write_text(f"# a comment\n{Path('mine.py').read_text()}")
    Path("other.py").write_text("x = 1")
    assert registry.with_fingerprint(own(**FACTORY)).fingerprint == before


def test_records_whose_weights_are_fixed_have_no_fingerprint():
    assert registry.with_fingerprint(registry.record("networkv2")).fingerprint == ""


def test_a_module_that_is_not_in_the_working_folder_any_more_is_not_used(folder, monkeypatch):
    module(f"def make(): n = {HEAD}; nn.init.zeros_(n[2].weight); nn.init.zeros_(n[2].bias); return n")
    assert registry.load(own(**FACTORY))(torch.rand(1, 3, 64, 64)).abs().max() == 0
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    module(f"def make(): n = {HEAD}; nn.init.ones_(n[2].weight); nn.init.ones_(n[2].bias); return n")
    assert registry.load(own(**FACTORY))(torch.rand(1, 3, 64, 64)).abs().max() > 0


def test_every_file_of_a_folder_counts_and_links_are_followed_once(folder):
    Path("a/b").mkdir(parents=True)
    Path("a/b/w.bin").write_bytes(b"1")
    Path("a/loop").symlink_to(folder / "a")
    Path("blob").write_bytes(b"2")
    Path("a/link.bin").symlink_to(folder / "blob")
    before = fingerprints.own_fingerprint(own(path="a"))
    Path("a/b/w.bin").write_bytes(b"3")
    middle = fingerprints.own_fingerprint(own(path="a"))
    Path("blob").write_bytes(b"4")
    after = fingerprints.own_fingerprint(own(path="a"))
    Path("a/b/w.bin").rename("a/b/v.bin")
    assert len({before, middle, after, fingerprints.own_fingerprint(own(path="a"))}) == 4


def test_a_folder_of_too_many_files_is_refused(monkeypatch):
    Path("many").mkdir()
    for n in range(4):
        Path(f"many/{n}").touch()
    monkeypatch.setattr(named_files, "MOST_FILES", 3)
    with pytest.raises(ConfigError, match=r"options\.arguments\.data = 'many' is a folder of more than 3 files"):
        fingerprints.own_fingerprint(own(arguments={"data": "many"}))


def test_a_file_that_has_not_changed_is_read_once(monkeypatch):
    read = []
    monkeypatch.setattr(named_files, "file_sha256", lambda path: read.append(path) or "0" * 64)
    path = Path("w.bin")
    path.write_bytes(b"1")
    record = own(loader="torchscript", path="w.bin")
    for _ in range(2):  # it has changed a moment ago: read again
        fingerprints.own_fingerprint(record)
    assert len(read) == 2
    later = time.time() + 10
    monkeypatch.setattr(time, "time", lambda: later)
    for _ in range(3):
        fingerprints.own_fingerprint(record)
    assert len(read) == 3
    os.utime(path, (0, 0))
    fingerprints.own_fingerprint(record)
    assert len(read) == 4
