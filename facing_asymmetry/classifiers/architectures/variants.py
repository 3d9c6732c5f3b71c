"""The published networks one by one: factory, options, input, size and work. Facts only, readable without torch."""

from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Variant:
    """One network of `published.PUBLISHED`.

    Attributes:
        architecture: its key; `options`: arguments of the factory.
        size: height and width of the input in pixels (three channels).
        parameters, flops: as `complexity` counts them (flops for one image, two per multiply-add).
    """

    architecture: str
    size: int
    parameters: int
    flops: int
    options: dict[str, Any] = field(default_factory=dict)


VARIANTS: Final[dict[str, Variant]] = {
    "dan_7": Variant("dan", 224, 19_723_733, 4_449_475_584, {"classes": 7}),
    "dan_8": Variant("dan", 224, 19_724_248, 4_449_476_608, {"classes": 8}),
    "resmasknet_7": Variant("resmasknet", 224, 137_796_423, 43_806_465_024, {"classes": 7}),
    "segmentation_vgg19_7": Variant("segmentation_vgg19", 224, 169_220_807, 152_806_285_312, {"classes": 7}),
}
"""Networks by name; the names of the golden files in tests/classifiers/golden/published too."""
