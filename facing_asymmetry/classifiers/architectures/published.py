"""The published expression-recognition networks by name; each module is imported when its network is built.

Every network takes the preprocessed `(B, C, S, S)` images and returns only `(B, K)` logits. Its state dictionary has
the names and shapes of the authors' checkpoint (`layouts.py` says where in the file), so that `load_state_dict` may
be strict. Layers that a checkpoint carries although they don't reach the logits are kept for that reason and named
in the class's docstring. The code is our own, written from the papers and from the names and sizes of the layers;
the parity with the authors' code is proven by golden logits (tests/classifiers/test_published_parity.py).
"""

from collections.abc import Callable
from typing import Final

from torch import nn


def hsemotion(classes: int = 8, variant: str = "b0", valence_arousal: bool = False) -> nn.Module:
    """HSEmotion's EfficientNets; see `architectures.hsemotion.hsemotion`."""
    from facing_asymmetry.classifiers.architectures.hsemotion import hsemotion as build

    return build(classes, variant, valence_arousal)


def dan(classes: int = 7, heads: int = 4) -> nn.Module:
    """DAN; see `architectures.dan.dan`."""
    from facing_asymmetry.classifiers.architectures.dan import dan as build

    return build(classes, heads)


def ddamfn(classes: int = 7, heads: int = 2) -> nn.Module:
    """DDAMFN++; see `architectures.ddamfn.ddamfn`."""
    from facing_asymmetry.classifiers.architectures.ddamfn import ddamfn as build

    return build(classes, heads)


def poster2(classes: int = 7) -> nn.Module:
    """POSTER++; see `architectures.poster2.poster2`."""
    from facing_asymmetry.classifiers.architectures.poster2 import poster2 as build

    return build(classes)


def efficientface(classes: int = 7) -> nn.Module:
    """EfficientFace; see `architectures.efficientface.efficientface`."""
    from facing_asymmetry.classifiers.architectures.efficientface import efficientface as build

    return build(classes)


def resmasknet(classes: int = 7) -> nn.Module:
    """Residual masking network; see `architectures.resmasknet.resmasknet`."""
    from facing_asymmetry.classifiers.architectures.resmasknet import resmasknet as build

    return build(classes)


def emonext(classes: int = 7, variant: str = "tiny") -> nn.Module:
    """EmoNeXt; see `architectures.emonext.emonext`."""
    from facing_asymmetry.classifiers.architectures.emonext import emonext as build

    return build(classes, variant)


def segmentation_vgg19(classes: int = 7) -> nn.Module:
    """Segmentation-VGG19; see `architectures.segmentation_vgg19.segmentation_vgg19`."""
    from facing_asymmetry.classifiers.architectures.segmentation_vgg19 import segmentation_vgg19 as build

    return build(classes)


PUBLISHED: Final[dict[str, Callable[..., nn.Module]]] = {
    "hsemotion": hsemotion,
    "dan": dan,
    "ddamfn": ddamfn,
    "poster2": poster2,
    "efficientface": efficientface,
    "resmasknet": resmasknet,
    "emonext": emonext,
    "segmentation_vgg19": segmentation_vgg19,
}
"""Factory by architecture: `PUBLISHED[name](classes=7, **options)`, with random weights."""
