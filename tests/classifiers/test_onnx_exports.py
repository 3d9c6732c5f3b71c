"""Ten exports at their defaults: five kinds of network, both exporters of torch, as narrow as their operators allow."""

import pytest
import timm
import torch

from facing_asymmetry.classifiers.loaders.onnx_models import load_onnx

SIZE = 32
NETWORKS = {
    "resnet18": {"layers": (1, 1, 1, 1)},
    "test_efficientnet": {},
    "convnext_atto": {"depths": (1, 1, 1, 1), "dims": (8, 8, 8, 8)},
    "mobilenetv3_small_050": {},
    "vit_tiny_patch16_224": {"img_size": SIZE, "depth": 1, "embed_dim": 24, "num_heads": 3},
}
"""tools/onnx_exports.py compares the networks of full size (docs/benchmarks/onnx.md)."""


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    torch.manual_seed(0)
    return timm.create_model(request.param, num_classes=7, **NETWORKS[request.param]).eval().requires_grad_(False)


def with_gradient(module, x):
    x = x.clone().requires_grad_()
    logits = module(x)
    (logits * torch.arange(7.0)).sum().backward()
    return logits.detach(), x.grad


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dynamo", [True, False])
def test_an_export_at_its_defaults_keeps_its_gradient(dynamo, network, tmp_path):
    torch.onnx.export(network, (torch.zeros(1, 3, SIZE, SIZE),), tmp_path / "m.onnx", dynamo=dynamo, verbose=False)
    frames = torch.rand(3, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    loaded = load_onnx(tmp_path / "m.onnx", frames)
    for found, expected in zip(with_gradient(loaded, frames), with_gradient(network, frames), strict=True):
        assert (found - expected).abs().max() < 2e-5 * expected.abs().max()
    elsewhere = loaded.to("meta")(frames.to("meta"))  # sizes stay on the processor, wherever the frames are
    assert elsewhere.device.type == "meta"
    assert elsewhere.shape == (3, 7)
