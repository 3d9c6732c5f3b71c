"""A function of the user's that answers images with probabilities, such as a cloud service behind a few lines.

An answer can cost money, so that each is kept on disk as soon as it is there, and calls are counted, spaced and tried
again. No gradient passes.
"""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor, nn

from facing_asymmetry.classifiers.loaders.callable_answers import Answer, answers_of, probabilities
from facing_asymmetry.classifiers.loaders.callable_pace import SERVICES, Pace, Service, pace_of
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import ConfigError, ModelError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.core.user_code import error_words, import_named, source_of, working_folder_importable

log = logging.getLogger(__name__)

FAULTS: Final = (TypeError, AttributeError, NameError, ImportError, AssertionError, NotImplementedError)
"""Errors of code, which no second try mends."""

FIRST_WAIT: Final = 1.0
"""Seconds before the second try of a call; each further wait is twice as long."""


def load_callable(record: ClassifierRecord) -> nn.Module:
    """The function that `options.callable` names, as a network without a gradient.

    Raises:
        ConfigError: there is no such function, the record scales the pixels, or a limit is no number.
    """
    if record.colour != "rgb" or any(record.mean) or set(record.std) != {1.0}:
        raise ConfigError(
            f"classifier {record.name!r}: a callable gets 8-bit RGB pixels as they are; leave colour, mean and std out"
        )
    name = str(record.options.get("callable") or "")
    function = import_named(name, "options.callable")
    version = str(record.options.get("version") or "")
    source = source_of(name.partition(":")[0]).fingerprint
    arguments = json.dumps(record.options.get("arguments") or {}, sort_keys=True, default=str)
    place = hashlib.sha256("\n".join((name, version, source, arguments)).encode()).hexdigest()[:16]
    return Called(record, function, cache_folder() / "answers" / place, pace_of(record.options))


class Called(nn.Module):
    """The function as a network: images in, probabilities out.

    Args:
        record: gives labels, name and the function's arguments.
        function: `(B, H, W, 3)` 8-bit RGB to `(B, K)` probabilities, or to B dictionaries of label and probability.
        folder: of the answers that are kept.
        pace: how often it may be called.
    """

    differentiable = False

    def __init__(self, record: ClassifierRecord, function: Callable[..., Any], folder: Path, pace: Pace) -> None:
        super().__init__()
        self.record, self.function, self.folder, self.pace = record, function, folder, pace

    @property
    def service(self) -> Service:
        """What was asked so far."""
        return SERVICES.setdefault(self.record.name, Service())

    def forward(self, x: Float[Tensor, "B 3 S S"]) -> Float[Tensor, "B K"]:
        """Probabilities of images in [0, 1]."""
        pixels = (x.detach().float().clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
        pixels = np.ascontiguousarray(pixels)
        paths = [self._path(image) for image in pixels]
        images = dict(zip(paths, pixels, strict=True))
        answers = {path: answer for path in images if (answer := _kept(path)) is not None}
        missing = [path for path in images if path not in answers]
        self.service.images += len(images)
        self.service.kept += len(answers)
        for block in _blocks(missing, self.pace.images_per_call):
            self._check_budget(len(images) - len(answers))
            for path, answer in zip(block, self._ask(np.stack([images[path] for path in block])), strict=True):
                write_atomically(path, json.dumps(answer))
                answers[path] = answer
        rows = [probabilities(answers[path], self.record) for path in paths]
        return torch.tensor(rows, dtype=x.dtype, device=x.device)

    def _path(self, image: ndarray) -> Path:
        digest = hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).hexdigest()
        return self.folder / digest[:2] / f"{digest}.json"

    def _check_budget(self, unanswered: int) -> None:
        if self.pace.budget and self.service.calls >= self.pace.budget:
            needed = math.ceil(unanswered / self.pace.images_per_call)
            raise ModelError(
                f"{self.record.name}: the budget of {self.pace.budget:,} calls (options.budget) is used up. "
                f"{self.service.summary}; calls still needed for the images in hand: {needed:,}. Every answer is kept: "
                "the same command continues where this one stopped"
            )

    def _ask(self, images: ndarray) -> list[Answer]:
        arguments = dict(self.record.options.get("arguments") or {})
        wait = FIRST_WAIT
        for left in reversed(range(self.pace.retries + 1)):
            self._take_turn()
            try:
                with working_folder_importable():
                    found = self.function(images, **arguments)
                return answers_of(found, len(images), self.record)
            except ModelError:
                raise
            except (Exception, SystemExit) as error:  # the user's function, or its service
                if not left or isinstance(error, (*FAULTS, SystemExit)):
                    tries = self.pace.retries + 1 - left
                    raise ModelError(
                        f"options.callable = {self.record.options.get('callable')!r} raised {error_words(error)} "
                        f"(try {tries} of {self.pace.retries + 1}). {self.service.summary}. Every answer is kept: the "
                        "same command continues where this one stopped"
                    ) from error
                log.warning("%s: %s; next try in %g seconds", self.record.name, error_words(error), wait)
            self._check_budget(len(images))
            self.pace.wait(wait)
            wait *= 2
        raise AssertionError("the last try returns or raises")

    def _take_turn(self) -> None:
        """Count a call, after waiting until the next one may begin."""
        now = time.monotonic()
        if self.pace.calls_per_minute:
            pause = self.service.last + 60 / self.pace.calls_per_minute - now
            if pause > 0:
                self.pace.wait(pause)
                now += pause
        self.service.last = now
        self.service.calls += 1


def _blocks(paths: list[Path], size: int) -> Iterator[list[Path]]:
    for start in range(0, len(paths), size):
        yield paths[start : start + size]


def _kept(path: Path) -> Answer | None:
    """The answer on disk; None where there is none, or a damaged one."""
    try:
        found: Answer = parse_json(path.read_bytes(), dict[str, float] | list[float])
        return found
    except (OSError, ValueError):
        return None
