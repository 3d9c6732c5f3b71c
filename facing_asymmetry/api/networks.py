"""Classifiers, and what they make of images."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from facing_asymmetry.api.display import facts_html
from facing_asymmetry.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    from jaxtyping import Float
    from numpy import ndarray
    from PIL.Image import Image
    from torch import Tensor

    from facing_asymmetry.api.frames import Frames
    from facing_asymmetry.classifiers.contract import Classifier
    from facing_asymmetry.classifiers.record import ClassifierRecord

Images: TypeAlias = "Frames | Tensor | ndarray | Image | Sequence[Image]"
"""Frames; `(..., 3, H, W)` sRGB in [0, 1]; `(..., H, W, 3)` 8-bit sRGB; or PIL images of one size."""

IMAGES_AT_ONCE: Final = 64
"""Images classified at once."""


def list_classifiers(pattern: str = "*", *, ready: bool | None = None) -> list[str]:
    """Names of the classifiers.

    Args:
        pattern: only names that match it, as file names match `*` and `?`.
        ready: True: only those whose weights are on this machine; False: only the others; None: all.
    """
    from facing_asymmetry.classifiers import registry

    names = [name for name in registry.names() if fnmatch(name, pattern)]
    return [n for n in names if ready is None or registry.state(registry.record(n)).ready == ready]


def load_classifier(name: str, *, device: str = "cpu") -> "LoadedClassifier":
    """Load a classifier with its weights and its preprocessing.

    Args:
        name: one of `list_classifiers()`.
        device: `cpu` or `cuda`.

    Raises:
        ConfigError: no classifier has this name.
        AssetError: its weights are missing or damaged; the message says what to do.
    """
    from facing_asymmetry.classifiers import registry

    return LoadedClassifier(registry.load(registry.record(name)).to(device))


@dataclass(frozen=True, repr=False, eq=False)
class LoadedClassifier:
    """A frozen classifier: call it with images, and it returns logits.

    Attributes:
        module: the network with its preprocessing, as a `torch.nn.Module`; differentiable in the images.
    """

    module: "Classifier"

    @property
    def record(self) -> "ClassifierRecord":
        """Facts about it: training set, input, licence, citation, ..."""
        return self.module.record

    @property
    def name(self) -> str:
        """Its name, as in `list_classifiers()`."""
        return self.record.name

    @property
    def labels(self) -> tuple[str, ...]:
        """Label of each output: its emotion, or the name of a measured value."""
        return self.module.labels

    def __call__(self, images: Images) -> "Float[Tensor, '*nodes K']":
        """Logits of images in which a face is framed as the renderer frames it.

        Args:
            images: `Frames`; a tensor `(..., 3, H, W)` of sRGB in [0, 1], through which gradients flow; an array
                `(..., H, W, 3)` of 8-bit sRGB; or PIL images of one size.

        Returns:
            Logits `(..., K)` of the K `labels`.

        Raises:
            DataError: images of another shape or type.
            ModelError: a logit is not finite.
        """
        import torch

        from facing_asymmetry.classifiers.contract import check_logits

        batch = _batch(images)
        flat = batch.reshape(-1, *batch.shape[-3:])
        device = next((p.device for p in self.module.parameters()), flat.device)
        logits = torch.cat([self.module(block.to(device)) for block in flat.split(IMAGES_AT_ONCE)])
        check_logits(logits.detach(), self.record)
        return logits.reshape(*batch.shape[:-3], -1)

    def predict(self, images: Images) -> "pd.DataFrame":
        """Predictions for images: a row each, with the predicted emotion and the probability of every emotion.

        A network of measured values has their values instead, and predicts no emotion.

        Args:
            images: as for a call. The rows of `Frames` begin with their s and t.

        Raises:
            DataError: images of another shape or type.
            ModelError: a logit is not finite.
        """
        import pandas as pd
        import torch

        from facing_asymmetry.api.frames import Frames

        with torch.no_grad():
            logits = self(images).reshape(-1, len(self.labels)).double().cpu()
        nodes = dict(zip("st", images.nodes, strict=True)) if isinstance(images, Frames) else {}
        if not self.record.exclusive:
            return pd.concat([pd.DataFrame(nodes), pd.DataFrame(logits.numpy(), columns=list(self.labels))], axis=1)
        best = [self.labels[k] for k in logits.argmax(dim=1).tolist()]
        shares = pd.DataFrame(torch.softmax(logits, dim=1).numpy(), columns=list(self.labels))
        return pd.concat([pd.DataFrame({**nodes, "predicted": best}), shares], axis=1)

    def __repr__(self) -> str:
        facts = self.record
        return (
            f"<classifier {self.name}: {len(self.labels)} emotions, input {facts.input_size} px {facts.colour}, "
            f"trained on {facts.training_set}>"
        )

    def _repr_html_(self) -> str:
        facts = self.record
        return facts_html(
            f"Classifier {self.name}",
            {
                "network": facts.architecture,
                "parameters": f"{facts.parameters:,}" if facts.parameters else "",
                "trained on": facts.training_set,
                "emotions": ", ".join(self.labels),
                "input": f"{facts.input_size} x {facts.input_size} pixels, {facts.colour}",
                "licence": facts.licence,
                "citation": facts.citation,
            },
        )


def _batch(images: Any) -> "Tensor":
    """Images as a tensor `(..., 3, H, W)`."""
    import numpy as np
    import torch
    from PIL.Image import Image

    from facing_asymmetry.api.frames import Frames

    if isinstance(images, Frames):
        return images.images
    if isinstance(images, Image):
        return _batch(np.asarray(images.convert("RGB")))
    if isinstance(images, list | tuple) and images and all(isinstance(one, Image) for one in images):
        sizes = {one.size for one in images}
        if len(sizes) > 1:
            raise DataError(f"the images differ in size: {sorted(sizes)}; resize them first")
        return _batch(np.stack([np.asarray(one.convert("RGB")) for one in images]))
    if isinstance(images, np.ndarray) and images.dtype == np.uint8 and images.ndim >= 3 and images.shape[-1] == 3:
        return torch.from_numpy(np.moveaxis(images, -1, -3).astype(np.float32) / np.float32(255))
    if isinstance(images, torch.Tensor) and images.ndim >= 3 and images.shape[-3] == 3 and images.is_floating_point():
        return images
    shape = tuple(getattr(images, "shape", ()))
    kind = f"{type(images).__name__} of {getattr(images, 'dtype', 'no type')} and shape {shape}"
    raise DataError(
        f"cannot classify a {kind}; give frames of fa.render, a float tensor (..., 3, H, W) of sRGB in [0, 1], a uint8 "
        "array (..., H, W, 3), or PIL images"
    )
