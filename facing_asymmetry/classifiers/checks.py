"""What can be checked of a loaded classifier without its training data: one function per check."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.labelled_faces import judge_labels
from facing_asymmetry.errors import ModelError

BATCH_TOLERANCE = 1e-4
"""Largest difference of a logit between a frame in a batch and the frame alone (convolutions sum in another order)."""

STEP = 1e-5
"""Step of the finite difference, as a share of full contrast."""

GRADIENT_TOLERANCE = 0.05
"""Largest relative difference between the gradient along a direction and the central difference in float64."""

LARGEST_LOGIT = 1e3
"""Logits beyond this say that the scaling of the input is wrong."""


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed, and the figure it was judged by."""

    name: str
    passed: bool
    detail: str


def check_frozen(classifier: Classifier) -> Check:
    """In evaluation mode, nothing to train, no weight NaN or infinite."""
    training = [name for name, module in classifier.network.named_modules() if module.training]
    trainable = [name for name, p in classifier.network.named_parameters() if p.requires_grad]
    state = {**dict(classifier.network.named_parameters()), **dict(classifier.network.named_buffers())}
    odd = [name for name, value in state.items() if not torch.isfinite(value).all()]
    detail = f"{len(training)} modules in training mode, {len(trainable)} trainable parameters, {len(odd)} not finite"
    return Check("frozen", not (training or trainable or odd), detail)


def check_range(classifier: Classifier) -> Check:
    """Logits of patterns, of black and of white are finite, of moderate size, and not all the same."""
    frames = torch.cat([pattern_frames(), torch.zeros(1, 3, 224, 224), torch.ones(1, 3, 224, 224)])
    with torch.inference_mode():
        logits = classifier(frames)
    try:
        check_logits(logits, classifier.record)
    except ModelError as error:
        return Check("range", False, str(error))
    largest, spread = float(logits.abs().max()), float((logits[0] - logits[1]).abs().max())
    passed = largest <= LARGEST_LOGIT and spread > 0
    return Check("range", passed, f"{logits.shape[1]} finite logits, largest {largest:.2f}")


def check_batch(classifier: Classifier) -> Check:
    """A batch equals its items one by one."""
    frames = pattern_frames()
    with torch.inference_mode():
        together = classifier(frames)
        alone = torch.cat([classifier(frame[None]) for frame in frames])
    difference = float((together - alone).abs().max())
    return Check("batch", difference <= BATCH_TOLERANCE, f"{difference:.1e}")


def check_gradient(classifier: Classifier) -> Check:
    """Derivative along a fixed direction against a central difference, in float64 (restored to float32 afterwards)."""
    if not classifier.differentiable:
        return Check("gradient", True, "none: expressions are searched with CMA-ES")
    network: nn.Module = classifier.double()
    image = pattern_frames()[:1].double()
    direction = pattern_frames(2)[1:].double() - 0.5
    image.requires_grad_(True)
    total = network(image)[:, 0].sum()
    (gradient,) = torch.autograd.grad(total, image)
    with torch.no_grad():
        up, down = (network(image + sign * STEP * direction)[:, 0].sum() for sign in (1, -1))
    classifier.float()
    exact, difference = float((gradient * direction).sum()), float((up - down) / (2 * STEP))
    error = abs(exact - difference) / max(abs(exact), abs(difference), 1e-6)
    passed = bool(torch.isfinite(gradient).all()) and float(gradient.abs().max()) > 0 and error < GRADIENT_TOLERANCE
    return Check("gradient", passed, f"{exact:.4g} against {difference:.4g}")


def check_labels(classifier: Classifier) -> Check:
    """The order of the labels on labelled faces."""
    passed, detail = judge_labels(classifier)
    return Check("labels", passed, detail)


CHECKS: tuple[Callable[[Classifier], Check], ...] = (
    check_frozen,
    check_range,
    check_batch,
    check_gradient,
    check_labels,
)
"""All checks of a loaded classifier; loading itself checks hash and parameters."""


def pattern_frames(count: int = 3, size: int = 224) -> Float[Tensor, "B 3 S S"]:
    """Smooth coloured patterns, the same on every machine: stand-ins for frames where only numbers are checked."""
    rows = torch.linspace(-1, 1, size).view(1, 1, size, 1)
    columns = rows.transpose(2, 3)
    number = torch.arange(count).view(count, 1, 1, 1) + torch.tensor([0.0, 0.4, 0.8]).view(1, 3, 1, 1)
    waves = torch.sin(6 * rows + number) * torch.cos(5 * columns * (1 + 0.2 * number))
    return 0.5 + 0.25 * waves + 0.2 * torch.exp(-3 * (rows**2 + columns**2))
