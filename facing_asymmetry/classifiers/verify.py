"""Self-check of the classifiers: bytes, parameters, evaluation mode, finite logits, batch invariance, gradient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.errors import AssetError, FacingAsymmetryError

BATCH_TOLERANCE = 1e-4
"""Largest difference of a logit between a frame in a batch and the frame alone (convolutions sum in another order)."""

STEP = 1e-5
"""Step of the finite difference, as a share of full contrast."""

GRADIENT_TOLERANCE = 0.05
"""Largest relative difference between the gradient along a direction and the central difference in float64."""


@dataclass(frozen=True)
class Check:
    """One check: its name, whether it passed, and the figure it was judged by."""

    name: str
    passed: bool
    detail: str


def verify(record: ClassifierRecord) -> list[Check]:
    """Load a classifier and check it on a few made-up frames.

    A classifier that can't be loaded gives one failed check with the error's message.
    """
    try:
        classifier = registry.load(record)
    except FacingAsymmetryError as error:
        return [Check("load", False, str(error))]
    frames = pattern_frames()
    steps: tuple[Callable[[Classifier, Tensor], Check], ...] = (_frozen, _finite, _batch, _gradient)
    loaded = Check("load", True, f"SHA-256 of {len(record.weights)} files, {record.parameters:,} parameters")
    return [loaded, *(step(classifier, frames) for step in steps)]


def verify_all(names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Check the named classifiers; without names, all whose weights are here.

    Returns:
        Rows with `name`, `passed` and `checks` (name, passed, detail of each).

    Raises:
        ConfigError: unknown name.
        AssetError: no names are given and no weights are here.
    """
    records = [registry.record(name) for name in names or registry.names()]
    if not names:
        records = [record for record in records if registry.state(record).ready]
    if not records:
        raise AssetError("no classifier has its weights yet. Run: facing-asymmetry classifiers fetch")
    rows = []
    for record in records:
        checks = verify(record)
        rows.append({"name": record.name, "passed": all(c.passed for c in checks), "checks": [vars(c) for c in checks]})
    return rows


def print_verification(rows: list[dict[str, Any]]) -> None:
    """Print the rows of `verify_all`: one line per classifier, the failed checks below it."""
    from rich.console import Console

    console = Console()
    for row in rows:
        word = "[green]passed[/]" if row["passed"] else "[red]FAILED[/]"
        console.print(f"{word} {row['name']}: {len(row['checks'])} checks", highlight=False)
        for check in row["checks"]:
            if not check["passed"]:
                console.print(f"    {check['name']}: {check['detail']}", highlight=False, markup=False, soft_wrap=True)


def pattern_frames(count: int = 3, size: int = 224) -> Float[Tensor, "B 3 S S"]:
    """Smooth coloured patterns, the same on every machine: stand-ins for frames where only numbers are checked."""
    rows = torch.linspace(-1, 1, size).view(1, 1, size, 1)
    columns = rows.transpose(2, 3)
    number = torch.arange(count).view(count, 1, 1, 1) + torch.tensor([0.0, 0.4, 0.8]).view(1, 3, 1, 1)
    waves = torch.sin(6 * rows + number) * torch.cos(5 * columns * (1 + 0.2 * number))
    return 0.5 + 0.25 * waves + 0.2 * torch.exp(-3 * (rows**2 + columns**2))


def _frozen(classifier: Classifier, frames: Tensor) -> Check:
    training = [name for name, module in classifier.network.named_modules() if module.training]
    trainable = [name for name, p in classifier.network.named_parameters() if p.requires_grad]
    detail = f"{len(training)} modules in training mode, {len(trainable)} trainable parameters"
    return Check("frozen", not training and not trainable, detail)


def _finite(classifier: Classifier, frames: Tensor) -> Check:
    with torch.inference_mode():
        logits = classifier(frames)
    try:
        check_logits(logits, classifier.record)
    except ModelError as error:
        return Check("logits", False, str(error))
    return Check("logits", True, f"{logits.shape[1]} finite logits, largest {logits.abs().max():.2f}")


def _batch(classifier: Classifier, frames: Tensor) -> Check:
    with torch.inference_mode():
        together = classifier(frames)
        alone = torch.cat([classifier(frame[None]) for frame in frames])
    difference = float((together - alone).abs().max())
    return Check("batch", difference <= BATCH_TOLERANCE, f"batch against single frames: {difference:.1e}")


def _gradient(classifier: Classifier, frames: Tensor) -> Check:
    """Derivative along a fixed direction against a central difference, in float64 (restored to float32 afterwards)."""
    network: nn.Module = classifier.double()
    image = frames[:1].double()
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
    return Check("gradient", passed, f"along one direction {exact:.4g}, central difference {difference:.4g}")
