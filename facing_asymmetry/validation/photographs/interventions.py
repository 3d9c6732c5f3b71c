"""How true the intervention on photographs is: what is compared, over whom, and the record (`--interventions`)."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pandas as pd
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.face_models.registry import prepare_face_model, ready
from facing_asymmetry.validation.photographs.accuracy import rounded
from facing_asymmetry.validation.photographs.errors import ErrorTables, with_units
from facing_asymmetry.validation.photographs.people import CHANCE, FIRST, IMPAIRED, SITTINGS, Sitting, portraits
from facing_asymmetry.validation.photographs.rendered import STEPS
from facing_asymmetry.validation.photographs.round_trip import Compared, Row, Way, restorations, round_trips

HEADS_MOVED: Final = ("makehuman", "ict")
"""Face models that are rendered, and that are fitted."""

ORDER: Final = (0, 3, 4, 1, 2, 5)
"""Numbers of the people after `FIRST`, so that the first three and the next three have each ancestry once."""

FEW: Final = ("faceapi_expression", "mini_xception_fer2013", "networkv2", "pyfeat_dcnn_aug")
"""Networks that the other sittings are shown to: fast ones, of four architectures."""


@dataclass(frozen=True)
class MovedDesign:
    """What is compared.

    Attributes:
        heads: face models that are rendered; each is fitted by itself, and by the other one if that is here.
        people: number of people of each, at most six.
        sittings: further ways of taking a photograph; the first of the people is taken so.
        emotions: that are shown.
        s: symmetry that photographs are moved to.
        classifiers: networks.
    """

    heads: tuple[str, ...]
    people: int
    sittings: tuple[Sitting, ...]
    emotions: tuple[str, ...]
    s: tuple[float, ...]
    classifiers: tuple[str, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the people."""
        return tuple(FIRST + place for place in ORDER[: self.people])


def moved_design(quick: bool, head: str | None, names: Sequence[str], people: int | None) -> MovedDesign:
    """The design that the options of the command ask for.

    Args:
        quick: one person, two emotions and sittings, three s.
        head: only this one is rendered and fitted.
        names: of classifiers; none: all that are ready, of the quick design at most four.
        people: how many of each head.

    Raises:
        ConfigError: unknown classifier or head.
        AssetError: no weights are here.
    """
    if head is not None and head not in HEADS_MOVED:
        raise ConfigError(f"--model = {head!r}; with --interventions it must be one of: {', '.join(HEADS_MOVED)}")
    ready = [one.name for one in registry.chosen(names)]
    if quick:
        chosen = tuple(name for name in ready if names or name in FEW)
        some = (SITTINGS[2], SITTINGS[-1])
        return MovedDesign(
            (head or HEADS_MOVED[0],), people or 1, some, ("happiness", "anger"), (0.0, 0.5, 1.0), chosen
        )
    return MovedDesign((head,) if head else HEADS_MOVED, people or 2, SITTINGS, BASIC, STEPS, tuple(ready))


@dataclass(frozen=True)
class _Task:
    """One person in some sittings."""

    design: MovedDesign
    head: str
    number: int
    sittings: tuple[Sitting, ...]
    classifiers: tuple[str, ...]


def _tasks(design: MovedDesign) -> Iterator[_Task]:
    few = tuple(name for name in design.classifiers if name in FEW) or design.classifiers[:4]
    for place, number in enumerate(design.numbers):
        for head in design.heads:
            yield _Task(design, head, number, (CHANCE,), design.classifiers)
            if place == 0:
                yield from (_Task(design, head, number, (one,), few) for one in design.sittings)


def _ways(task: _Task) -> list[Way]:
    """Of fitting: the other sittings only by the head that was rendered, with the label."""
    own = [False, True]
    ways = [Way(task.head, True, neutral) for neutral in own]
    if task.sittings == (CHANCE,):
        ways += [Way(task.head, False, neutral) for neutral in own]
        others = [name for name in HEADS_MOVED if name != task.head and name in ready()]
        ways += [Way(other, True, neutral) for other in others for neutral in own]
    return ways


def _compared(task: _Task) -> tuple[list[Compared], list[Compared]]:
    """What the round trip of a person gives, and what restoring them gives."""
    torch.set_num_threads(1)
    design, ways = task.design, _ways(task)
    classifiers = {name: registry.load(registry.record(name)) for name in task.classifiers}
    moved: list[Compared] = []
    restored: list[Compared] = []
    with tempfile.TemporaryDirectory() as name:
        for portrait in portraits(task.head, task.number, task.sittings, design.emotions, design.s):
            moved += round_trips(portrait, ways, classifiers, Path(name))
            if task.sittings == (CHANCE,):
                known = [way for way in ways if way.label]
                restored += restorations(portrait, known, classifiers, Path(name))
    return moved, restored


def compare_all(design: MovedDesign, workers: int) -> tuple[list[Compared], list[Compared]]:
    """Everything of the design: the round trips, and the restorations; in the same order for any number of workers.

    Args:
        design: what is compared.
        workers: processes; 1: this one.

    Raises:
        AssetError: a head that is to be rendered is not here.
    """
    for head in design.heads:
        prepare_face_model(head, cache_folder())
    tasks = list(_tasks(design))
    if workers == 1:
        found = [_compared(task) for task in tasks]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(_compared, tasks))
    return [one for moved, _ in found for one in moved], [one for _, restored in found for one in restored]


def moved_record(design: MovedDesign, moved: Sequence[Compared], restored: Sequence[Compared]) -> dict[str, Any]:
    """Sum up what `compare_all` gives.

    Args:
        design: what was compared.
        moved: the round trips.
        restored: the restorations.
    """
    found: dict[str, Any] = rounded(_summed(design, _frames(moved), _frames(restored)))
    return found


def _summed(design: MovedDesign, moved: ErrorTables, restored: ErrorTables) -> dict[str, Any]:
    chance = moved.where(sitting=CHANCE.name)
    known, apart = chance.where(label=True), moved.where(label=True)
    return {
        "heads": list(design.heads),
        "people": list(design.numbers),
        "emotions_shown": list(design.emotions),
        "s": list(design.s),
        "impaired": IMPAIRED,
        "networks": list(design.classifiers),
        "ways": chance.summed(["head", "fitted", "label", "own_neutral"]),
        "emotions": known.summed(["head", "fitted", "own_neutral", "emotion"]),
        "quoted": known.summed(["pairing", "own_neutral", "emotion"]),
        "quoted_overall": known.summed(["pairing", "own_neutral"]),
        "sittings": apart.where(pairing=SAME).summed(["sitting", "own_neutral"]),
        "skins": known.where(pairing=SAME).summed(["skin", "own_neutral"]),
        "classifiers": known.by_classifier(["pairing", "own_neutral"]),
        "restored": restored.restored(["head", "fitted", "own_neutral"]),
        "restored_emotions": restored.where(pairing=SAME).restored(["own_neutral", "emotion"]),
    }


SAME: Final = "same head"
OTHER: Final = "another head"
"""Whether the head that is fitted is the one that was rendered."""


def _frames(found: Sequence[Compared]) -> ErrorTables:
    faces = pd.DataFrame([_paired(one.face) for one in found])
    scores = pd.DataFrame([_paired(row) for one in found for row in one.scores])
    return ErrorTables(faces, with_units(scores))


def _paired(row: Row) -> Row:
    return row | {"pairing": SAME if row["head"] == row["fitted"] else OTHER}
