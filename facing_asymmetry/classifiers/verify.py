"""Self-check of a classifier, without its training data.

It covers the weights' hash, parameters, evaluation mode, range of the logits, batch invariance, gradient, and the order
of the labels on seven labelled faces (synthetic photographs, see NOTICE).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier, check_logits
from facing_asymmetry.classifiers.example_frames import LABELLED_EMOTIONS, labelled_faces, pattern_frames
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.runtimes.running import agreement, run_by, stored_frames
from facing_asymmetry.config import Runtime
from facing_asymmetry.core.errors import FacingAsymmetryError, ModelError

if TYPE_CHECKING:
    from rich.text import Text


BATCH_TOLERANCE = 1e-4
"""Largest difference of a logit between a frame in a batch and the frame alone (convolutions sum in another order)."""

DIFFERENCE_STEP = 1e-5
"""Step of the finite difference, as a share of full contrast."""

GRADIENT_TOLERANCE = 0.05
"""Largest relative difference between the gradient along a direction and the central difference in float64."""

LARGEST_LOGIT = 1e3
"""Logits beyond this say that the scaling of the input is wrong."""

LEAST_RIGHT = 3
"""Faces of the seven that a network must get right where its record does not say which it recognises."""

CHECK_COLUMNS = ("load", "frozen", "range", "batch", "gradient", "labels")
"""Checks in the order in which they are printed."""


@dataclass(frozen=True)
class SelfCheck:
    """The result of one check.

    Attributes:
        name: of the check.
        passed: whether the classifier passed it.
        detail: the number that it was judged by, in words.
    """

    name: str
    passed: bool
    detail: str


def check_frozen(classifier: Classifier) -> SelfCheck:
    """In evaluation mode, nothing to train, no weight NaN or infinite."""
    training = [name for name, module in classifier.network.named_modules() if module.training]
    trainable = [name for name, p in classifier.network.named_parameters() if p.requires_grad]
    state = {**dict(classifier.network.named_parameters()), **dict(classifier.network.named_buffers())}
    odd = [name for name, value in state.items() if not torch.isfinite(value).all()]
    detail = f"{len(training)} modules in training mode, {len(trainable)} trainable parameters, {len(odd)} not finite"
    return SelfCheck("frozen", not (training or trainable or odd), detail)


def check_range(classifier: Classifier) -> SelfCheck:
    """Logits of patterns, of black and of white are finite, of moderate size, and not all the same."""
    frames = torch.cat([pattern_frames(), torch.zeros(1, 3, 224, 224), torch.ones(1, 3, 224, 224)])
    with torch.inference_mode():
        logits = classifier(frames)
    try:
        check_logits(logits, classifier.record)
    except ModelError as error:
        return SelfCheck("range", False, str(error))
    largest, spread = float(logits.abs().max()), float((logits[0] - logits[1]).abs().max())
    passed = largest <= LARGEST_LOGIT and spread > 0
    return SelfCheck("range", passed, f"{logits.shape[1]} finite logits, largest {largest:.2f}")


def check_batch(classifier: Classifier) -> SelfCheck:
    """A batch equals its items one by one."""
    frames = pattern_frames()
    with torch.inference_mode():
        together = classifier(frames)
        alone = torch.cat([classifier(frame[None]) for frame in frames])
    difference = float((together - alone).abs().max())
    return SelfCheck("batch", difference <= BATCH_TOLERANCE, f"{difference:.1e}")


def check_gradient(classifier: Classifier) -> SelfCheck:
    """Derivative along a fixed direction against a central difference, in float64 (restored to float32 afterwards)."""
    if not classifier.differentiable:
        return SelfCheck("gradient", True, "none: expressions are searched with CMA-ES")
    network: nn.Module = classifier.double()
    image = pattern_frames()[:1].double()
    direction = pattern_frames(2)[1:].double() - 0.5
    image.requires_grad_(True)
    total = network(image)[:, 0].sum()
    (gradient,) = torch.autograd.grad(total, image)
    with torch.no_grad():
        up, down = (network(image + sign * DIFFERENCE_STEP * direction)[:, 0].sum() for sign in (1, -1))
    classifier.float()
    exact, difference = float((gradient * direction).sum()), float((up - down) / (2 * DIFFERENCE_STEP))
    error = abs(exact - difference) / max(abs(exact), abs(difference), 1e-6)
    passed = bool(torch.isfinite(gradient).all()) and float(gradient.abs().max()) > 0 and error < GRADIENT_TOLERANCE
    return SelfCheck("gradient", passed, f"{exact:.4g} against {difference:.4g}")


def check_labels(classifier: Classifier) -> SelfCheck:
    """The order of the labels on labelled faces; measured values have no class to win there."""
    if not classifier.record.exclusive:
        return SelfCheck("labels", True, "measured values: labelled faces of emotions can't confirm their order")
    passed, detail = judge_labels(classifier)
    return SelfCheck("labels", passed, detail)


def judge_labels(classifier: Classifier) -> tuple[bool, str]:
    """Whether the labels' order stands the test of the faces, and the figures in words.

    Every emotion in the record's `recognised` must get its own label, and of all faces the happy and the surprised one
    must be the most so; where the record knows none, three of the seven must be right, and the happy one among them.
    A permuted order fails: another label would win.
    """
    with torch.inference_mode():
        scores = torch.log_softmax(classifier(labelled_faces()), dim=1)
    said = dict(zip(LABELLED_EMOTIONS, (classifier.labels[i] for i in scores.argmax(1).tolist()), strict=True))
    right = {shown for shown, answer in said.items() if shown == answer}
    wrong = ", ".join(f"{shown} -> {answer}" for shown, answer in said.items() if shown != answer)
    detail = f"{len(right)} of {len(LABELLED_EMOTIONS)} faces{f' ({wrong})' if wrong else ''}"
    wanted = set(classifier.record.recognised)
    if not wanted:
        return len(right) >= LEAST_RIGHT and "happiness" in right, detail
    most = [e for e in ("happiness", "surprise") if e in wanted]
    peaks = [LABELLED_EMOTIONS[int(scores[:, classifier.labels.index(e)].argmax())] for e in most]
    return right >= wanted and peaks == most, detail


CHECKS: tuple[Callable[[Classifier], SelfCheck], ...] = (
    check_frozen,
    check_range,
    check_batch,
    check_gradient,
    check_labels,
)
"""All checks of a loaded classifier; loading itself checks hash and parameters."""


def check_runtime(classifier: Classifier, runtime: Runtime) -> SelfCheck:
    """Logits of another runtime on the stored frames are torch's."""
    record = replace(classifier.record, runtime=runtime)
    try:
        found = agreement(classifier.network, run_by(record, classifier.network), stored_frames(record))
    except ModelError as error:
        return SelfCheck("runtime", False, str(error))
    return SelfCheck("runtime", found.close, f"{found.difference:.1e} of {found.spread:.3g}")


def verify(record: ClassifierRecord, runtime: Runtime = "torch") -> list[SelfCheck]:
    """Load a classifier and check it on made-up frames and labelled faces.

    A classifier that can't be loaded gives one failed check with the error's message.

    Args:
        record: of the classifier.
        runtime: another runtime that is compared with torch.
    """
    try:
        classifier = registry.load(replace(record, runtime="torch"))
    except FacingAsymmetryError as error:
        return [SelfCheck("load", False, str(error))]
    found = sum(p.numel() for p in classifier.network.parameters())
    files = f"SHA-256 of {len(record.weights)} file{'s' if len(record.weights) != 1 else ''}"
    further = [check_runtime(classifier, runtime)] if runtime != "torch" else []
    own = (check(classifier) for check in CHECKS)
    return [SelfCheck("load", True, f"{files}, {found:,} parameters"), *own, *further]


def verify_all(names: Sequence[str] = (), runtime: Runtime = "torch") -> list[dict[str, Any]]:
    """Check the named classifiers; without names, all whose weights are here.

    Args:
        names: of classifiers.
        runtime: another runtime that each is compared with torch in.

    Returns:
        Rows with `name`, `passed` and `checks` (name, passed, detail of each).

    Raises:
        ConfigError: unknown name, or a runtime that is not installed.
        AssetError: no names are given and no weights are here.
    """
    records = registry.chosen(names)
    rows = []
    for record in records:
        checks = verify(record, runtime)
        rows.append({"name": record.name, "passed": all(c.passed for c in checks), "checks": [vars(c) for c in checks]})
    return rows


def print_verification(rows: list[dict[str, Any]]) -> None:
    """Print the rows of `verify_all`: a table of classifiers and checks, and what failed below it."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole, styled

    console, table = PlainConsole(), Table(box=None, pad_edge=False)
    runtime = ("runtime",) if any(check["name"] == "runtime" for row in rows for check in row["checks"]) else ()
    for column in ("name", *CHECK_COLUMNS, *runtime):
        table.add_column(column, overflow="fold", no_wrap=column == "name")
    for row in rows:
        found = {check["name"]: check for check in row["checks"]}
        table.add_row(row["name"], *(_cell(found.get(column)) for column in (*CHECK_COLUMNS, *runtime)))
    console.print(table)
    for row in rows:
        word = styled("passed", "green") if row["passed"] else styled("FAILED", "red")
        console.print(word, f"{row['name']}: {len(row['checks'])} checks")
        for check in row["checks"]:
            if not check["passed"]:
                console.print(f"    {check['name']}: {check['detail']}", soft_wrap=True)


def _cell(check: dict[str, Any] | None) -> "str | Text":
    from facing_asymmetry.core.console import styled

    if check is None:
        return "-"
    word = styled("yes", "green") if check["passed"] else styled("NO", "red")
    figure = {"load": "", "frozen": ""}.get(check["name"], f" {check['detail'].split(' (')[0].split(',')[-1].strip()}")
    return word.append(figure if check["passed"] else "")
