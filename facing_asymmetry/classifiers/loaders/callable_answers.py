"""What a callable returned for images: an array or dictionaries, as probabilities in the order of a record's labels."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from facing_asymmetry.classifiers.label_aliases import emotions_of
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.errors import ModelError, clipped

Answer = dict[str, float] | list[float]
"""Probability of each label, or of each output in the record's order."""


def answers_of(found: Any, count: int, record: ClassifierRecord) -> list[Answer]:
    """The answer for each image in what the function returned.

    Raises:
        ModelError: it is neither `(B, K)` numbers nor B dictionaries.
    """
    if isinstance(found, list | tuple) and found and all(isinstance(one, Mapping) for one in found):
        answers: list[Answer] = [{str(label): float(value) for label, value in one.items()} for one in found]
    else:
        try:
            array = np.asarray(found.detach().cpu() if isinstance(found, Tensor) else found, np.float64)
        except (TypeError, ValueError) as error:
            raise ModelError(_wrong(type(found).__name__, count, record)) from error
        if array.ndim != 2 or array.shape[1] != len(record.labels):
            raise ModelError(_wrong(f"an array of shape {array.shape}", count, record))
        answers = [[float(value) for value in row] for row in array]
    if len(answers) != count:
        raise ModelError(_wrong(f"{len(answers)} answers", count, record))
    for answer in answers:
        probabilities(answer, record)
    return answers


def _wrong(what: str, count: int, record: ClassifierRecord) -> str:
    return (
        f"options.callable = {record.options.get('callable')!r} returned {what} for {count} images; it must return an "
        f"array of shape ({count}, {len(record.labels)}), or a list of {count} dictionaries of label and probability"
    )


def probabilities(answer: Answer, record: ClassifierRecord) -> list[float]:
    """Probabilities in the order of the record's labels; those of a dictionary are made to sum to 1.

    Raises:
        ModelError: a label is no emotion of the record's, or a number is negative or not finite.
    """
    if isinstance(answer, Mapping):
        answer = _by_label(answer, record)
    if not all(math.isfinite(value) for value in answer):
        raise ModelError(f"{record.name}: an answer holds numbers that are not finite: {answer}")
    return list(answer)


def _by_label(answer: Mapping[str, float], record: ClassifierRecord) -> list[float]:
    given = {label: label for label in record.labels}
    given |= {str(word): str(emotion or "") for word, emotion in dict(record.options.get("labels") or {}).items()}
    ignored = {word.strip().lower() for word, emotion in given.items() if not emotion}
    words = [word for word in answer if word.strip().lower() not in ignored]
    emotions, unknown = emotions_of(words, {word: emotion for word, emotion in given.items() if emotion})
    unknown += [word for word, emotion in zip(words, emotions, strict=True) if emotion and emotion not in record.labels]
    if unknown:
        first = clipped(unknown[0], 40)
        raise ModelError(
            f"{record.name}: the callable answers with labels that are none of {', '.join(record.labels)}: "
            f"{', '.join(clipped(word, 40) for word in unknown[:12])}. Say what they are: "
            f"+classifiers.{record.name}.options.labels.{first}=happiness; null leaves one out"
        )
    totals = dict.fromkeys(record.labels, 0.0)
    for word, emotion in zip(words, emotions, strict=True):
        totals[emotion] += answer[word]
    whole = sum(totals.values())
    if record.output != "probabilities":
        return list(totals.values())
    if not whole > 0 or min(totals.values()) < 0:
        raise ModelError(f"{record.name}: an answer holds no positive probability of any of its labels: {dict(answer)}")
    return [value / whole for value in totals.values()]
