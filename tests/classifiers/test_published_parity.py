"""Each published network against golden logits of its authors' code: same names and shapes, same numbers."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from facing_asymmetry.classifiers.architectures.architecture import ARCHITECTURE_MODULES, find_architecture
from facing_asymmetry.classifiers.networks import complexity
from tests.classifiers.seeded_weights import seeded_images, seeded_state, seeded_tensor

GOLDEN = Path(__file__).parent / "golden" / "published"
TOLERANCE = 1e-4
WEIGHTS = [-1.4243249, 1.5208075, -0.593183, 0.1334717, 0.2234057, -0.2347252]
PIXELS = [-0.3190609, 1.5249693]


@dataclass(frozen=True)
class Variant:
    """One network of an architecture.

    Attributes:
        architecture: its name.
        size: height and width of the input in pixels (three channels).
        parameters: as `complexity` counts them.
        flops: as `complexity` counts them.
        options: arguments of the builder.
    """

    architecture: str
    size: int
    parameters: int
    flops: int
    options: dict[str, Any] = field(default_factory=dict)


VARIANTS = {
    "hsemotion_b0_8": Variant("hsemotion", 224, 4_017_796, 769_089_984, {"classes": 8, "variant": "b0"}),
    "hsemotion_b0_8_va_mtl": Variant(
        "hsemotion", 224, 4_020_358, 769_095_104, {"classes": 8, "variant": "b0", "valence_arousal": True}
    ),
    "hsemotion_b2_7": Variant("hsemotion", 260, 7_710_857, 1_984_327_456, {"classes": 7, "variant": "b2"}),
    "hsemotion_b2_8": Variant("hsemotion", 260, 7_712_266, 1_984_330_272, {"classes": 8, "variant": "b2"}),
    "dan_7": Variant("dan", 224, 19_723_733, 4_449_475_584, {"classes": 7}),
    "dan_8": Variant("dan", 224, 19_724_248, 4_449_476_608, {"classes": 8}),
    "ddamfn_7": Variant("ddamfn", 112, 4_187_421, 1_079_177_792, {"classes": 7}),
    "ddamfn_8": Variant("ddamfn", 112, 4_187_936, 1_079_178_816, {"classes": 8}),
    "poster2_7": Variant("poster2", 224, 58_316_594, 17_184_808_448, {"classes": 7}),
    "poster2_8": Variant("poster2", 224, 58_317_363, 17_184_809_984, {"classes": 8}),
    "efficientface_7": Variant("efficientface", 224, 1_275_293, 299_457_760, {"classes": 7}),
    "efficientface_8": Variant("efficientface", 224, 1_276_318, 299_459_808, {"classes": 8}),
    "resmasknet_7": Variant("resmasknet", 224, 137_796_423, 43_806_465_024, {"classes": 7}),
    "emonext_tiny": Variant("emonext", 224, 30_564_331, 9_067_338_208, {"classes": 7, "variant": "tiny"}),
    "emonext_small": Variant("emonext", 224, 52_198_891, 17_523_700_192, {"classes": 7, "variant": "small"}),
    "emonext_base": Variant("emonext", 224, 91_765_259, 30_865_376_736, {"classes": 7, "variant": "base"}),
    "emonext_large": Variant("emonext", 224, 204_582_475, 68_878_198_240, {"classes": 7, "variant": "large"}),
    "emonext_xlarge": Variant("emonext", 224, 362_312_331, 121_996_977_632, {"classes": 7, "variant": "xlarge"}),
    "segmentation_vgg19_7": Variant("segmentation_vgg19", 224, 169_220_807, 152_806_285_312, {"classes": 7}),
}
"""Networks by name; the golden files have the same names."""

EACH = pytest.mark.parametrize("name", VARIANTS)


def golden(name):
    return np.load(GOLDEN / f"{name}.npz")


def built(name):
    return find_architecture(VARIANTS[name].architecture).build(**VARIANTS[name].options).eval()


def on_meta(name):
    with torch.device("meta"):
        return built(name)


def layout(network):
    """Names and shapes as the golden files hold them: `name 64x3x7x7`."""
    return {f"{key} {'x'.join(map(str, value.shape))}".strip() for key, value in network.state_dict().items()}


LOGITS = [name for name in VARIANTS if len(golden(name)["logits"])]
FIRST = list({VARIANTS[name].architecture: name for name in reversed(LOGITS)}.values())
"""One variant of each architecture, for what does not depend on the number of classes."""


@pytest.fixture(scope="module")
def filled(request):
    """Name, network with seeded weights, two images and their logits; one network at a time is in memory."""
    name, data = request.param, golden(request.param)
    network = built(name)
    network.load_state_dict(seeded_state(network.state_dict(), float(data["gain"])))
    network.requires_grad_(False)
    images = seeded_images(3, int(data["size"]))
    with torch.inference_mode():
        return name, network, images, network(images)


def test_every_architecture_is_registered_with_its_layout_and_a_golden_file():
    found = {name: find_architecture(name) for name in ARCHITECTURE_MODULES}
    assert {variant.architecture for variant in VARIANTS.values()} == {n for n, one in found.items() if one.layout}
    assert [n for n, one in found.items() if (one.layout is None) == (one.read is None)] == []
    assert {path.stem for path in GOLDEN.glob("*.npz")} == set(VARIANTS)
    assert all("@" in str(golden(name)["source"]) for name in VARIANTS), "repository and commit of the authors' code"


def test_the_seeded_numbers_are_those_behind_the_golden_files():
    weights, images = seeded_tensor("fc.weight", (2, 3), gain=1.5), seeded_images(1, 32)
    assert weights.flatten().tolist() == pytest.approx(WEIGHTS, rel=1e-6)
    assert images[:, 0, 16, 16].tolist() == pytest.approx(PIXELS, rel=1e-5)


@EACH
def test_names_and_shapes_are_those_of_the_authors_network(name):
    assert layout(on_meta(name)) == set(golden(name)["layout"].tolist())


@EACH
def test_parameters_and_operations_are_those_recorded(name):
    variant = VARIANTS[name]
    counted = complexity(on_meta(name), (3, variant.size, variant.size))
    assert (counted.parameters, counted.flops) == (variant.parameters, variant.flops)


@pytest.mark.parametrize("filled", LOGITS, indirect=True)
def test_logits_agree_with_the_authors_code(filled):
    name, _, _, logits = filled
    expected = golden(name)["logits"]
    assert isinstance(logits, torch.Tensor)
    assert logits.shape == expected.shape
    assert np.abs(logits.numpy() - expected).max() <= TOLERANCE
    assert np.ptp(expected, axis=0).max() > 0.5, "the two images must differ in their logits"


@pytest.mark.parametrize("filled", FIRST, indirect=True)
def test_images_one_by_one_give_the_logits_of_the_batch_and_the_same_again(filled):
    _, network, images, logits = filled
    network.to(memory_format=torch.channels_last)  # as `build_network` does
    with torch.inference_mode():
        single = [network(image[None]) for image in images]
        again = network(images[:1])
    network.to(memory_format=torch.contiguous_format)
    assert (torch.cat(single) - logits).abs().max() <= TOLERANCE
    assert torch.equal(again, single[0])


@pytest.mark.parametrize("filled", FIRST, indirect=True)
def test_a_gradient_reaches_every_channel_of_the_image(filled):
    _, network, images, _ = filled
    image = images[:1].clone().requires_grad_(True)
    network(image).square().sum().backward()
    assert torch.isfinite(image.grad).all()
    assert (image.grad.abs().amax(dim=(0, 2, 3)) > 0).all()
