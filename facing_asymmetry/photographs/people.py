"""The people of a folder of photographs: their numbers, their photographs, and the files that nobody can use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.photographs.listing import Failure, Photograph, left_out, list_photographs

NEUTRAL: Final = "neutral"
"""Emotion of the photographs that show a person at rest."""


@dataclass(frozen=True)
class Person:
    """One person.

    Attributes:
        number: place among the people of the folder, by group and subject; the identity of the response table.
        group: group of people.
        subject: name within the group.
        photographs: those that a study may show, and the neutral ones.
    """

    number: int
    group: str
    subject: str
    photographs: tuple[Photograph, ...]

    @property
    def emotions(self) -> set[str]:
        """Emotions of which there is a photograph."""
        return {photograph.emotion for photograph in self.photographs} - {NEUTRAL}


@dataclass(frozen=True)
class Listing:
    """What a folder holds for a study.

    Attributes:
        people: who shows at least one of the study's emotions; numbers may have gaps.
        count: how many people the folder has, whatever they show.
        failures: files that are of no use to the study, and groups without a photograph of an emotion.
    """

    people: tuple[Person, ...]
    count: int
    failures: tuple[Failure, ...]


def list_people(source: Path, emotions: Sequence[str]) -> Listing:
    """List a folder or CSV without opening a photograph.

    A person is a subject of a group that has a photograph of one of the six emotions. Numbers go by group and subject
    and don't depend on the emotions of the study.

    Args:
        source: as `list_photographs` reads it.
        emotions: of the study.

    Raises:
        DataError: as `list_photographs`.
    """
    photographs = list_photographs(source)
    moved = sorted({_owner(photograph) for photograph in photographs if photograph.emotion in BASIC})
    number = {owner: place for place, owner in enumerate(moved)}
    failures = left_out(source)
    own: dict[tuple[str, str], list[Photograph]] = {}
    for photograph in photographs:
        reason = _of_no_use(photograph, number, emotions)
        if reason:
            failures.append(Failure(photograph, reason))
        else:
            own.setdefault(_owner(photograph), []).append(photograph)
    people = [Person(number[owner], *owner, tuple(rows)) for owner, rows in sorted(own.items())]
    shown = [person for person in people if person.emotions]
    idle = [photograph for person in people if not person.emotions for photograph in person.photographs]
    failures += [Failure(photograph, "neutral photograph of a person who shows no emotion here") for photograph in idle]
    return Listing(tuple(shown), len(moved), (*failures, *_lacking(source, photographs, emotions)))


def _owner(photograph: Photograph) -> tuple[str, str]:
    return photograph.group, photograph.subject


def _of_no_use(photograph: Photograph, known: dict[tuple[str, str], int], emotions: Sequence[str]) -> str:
    """Why a study has no use for a photograph; empty where it has."""
    if photograph.emotion == NEUTRAL:
        return "" if _owner(photograph) in known else "neutral photograph of a person who shows no emotion"
    if photograph.emotion not in BASIC:
        return f"{photograph.emotion} is not one of the six emotions that are moved"
    return "" if photograph.emotion in emotions else f"the study does not show {photograph.emotion} (emotions)"


def _lacking(source: Path, photographs: Sequence[Photograph], emotions: Sequence[str]) -> list[Failure]:
    """Groups without a photograph of an emotion; their path is the folder itself."""
    there = {(photograph.group, photograph.emotion) for photograph in photographs}
    return [
        Failure(Photograph(source, group, emotion, ""), "the group has no photograph of this emotion")
        for group in sorted({photograph.group for photograph in photographs})
        for emotion in emotions
        if (group, emotion) not in there
    ]
