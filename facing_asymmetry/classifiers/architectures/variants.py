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
"""Networks by name; the golden files in tests/classifiers/golden/published have the same names."""
