"""A study of people on photographs: each shows what was photographed, and a fitted head moves it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import pandas as pd
import torch

from facing_asymmetry.config import PHOTOGRAPHED, PHOTOGRAPHS, RunConfig, identity_block
from facing_asymmetry.core.code import code_fingerprint
from facing_asymmetry.core.errors import ConfigError, DataError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.store import fingerprint
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.face_models.contract import FaceModel, Identity
from facing_asymmetry.photographs.demonstration import photographs_source
from facing_asymmetry.photographs.fitting.learnt import learnt
from facing_asymmetry.photographs.listing import Failure
from facing_asymmetry.photographs.moved_head import MovedHead
from facing_asymmetry.photographs.people import list_people
from facing_asymmetry.photographs.stimulus import PhotographStimulus
from facing_asymmetry.photographs.warping.renderer import PhotographRenderer, check_scene
from facing_asymmetry.rendering.contract import Framing, Renderer
from facing_asymmetry.results.files import write_csv
from facing_asymmetry.results.layout import FAILURE_COLUMNS, FAILURES_FILE, PHOTOGRAPHS_FILE, STIMULUS_COLUMNS
from facing_asymmetry.runs.stimuli import shared_model
from facing_asymmetry.runs.stored_fits import Fitted, Fitting, digest_of, hashes_of
from facing_asymmetry.runs.study import Study

PICTURE_CODE: Final = ("photographs.stimulus", "photographs.warping.renderer", "photographs.moved_head")
"""Modules that make the pictures of people; what they import counts too. Their hash is part of the model's."""

SELECTION: Final = ("folder", "head", "largest_residual", "largest_yaw", "least_displacement")
"""Settings that move no pixel: they choose photographs, or are in a picture's key by another name."""


class PhotographStudy(Study):
    """The study of a folder of photographs. People are the identities, by group and subject.

    A person shows the emotions of which there is a photograph that can be used. Photographs are listed at once and
    fitted when they are first needed.

    Args:
        config: checked values. An intervention, or a setting of the scene, that no photograph can show raises
            `ConfigError`; a folder that can't be listed raises `DataError`.
        elsewhere: another machine will compute it.
    """

    symmetric: ClassVar[bool] = False

    def __init__(self, config: RunConfig, elsewhere: bool = False) -> None:
        super().__init__(config, elsewhere)
        self.settings = config.photographs
        for intervention in self.interventions:
            if intervention.beyond_photographs:
                raise ConfigError(
                    f"intervention {intervention.name}: on a photograph {intervention.beyond_photographs}; leave it "
                    f"out, or leave face_model={PHOTOGRAPHS} out"
                )
        check_scene(config.scene)
        self.source = photographs_source(self.settings.folder)
        self.listing = list_people(self.source, config.emotions)
        block = identity_block(self.listing.count, config.identity_block, "people of photographs.folder")
        self.people = [person for person in self.listing.people if person.number in block]
        self._fitted: Fitted | None = None

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the people of the block, by group and subject; who turns out to be of no use has no cells."""
        return tuple(person.number for person in self.people)

    @property
    def pictured(self) -> bool:
        """Whether pictures of people may be written."""
        return self.config.report.thumbnails

    @property
    def stimuli(self) -> int:
        """Photographs that may be shown: of each person at most one for each emotion."""
        return sum(len(person.emotions) for person in self.people)

    @property
    def to_fit(self) -> int:
        """Photographs of the people, the neutral ones too."""
        return sum(len(person.photographs) for person in self.people)

    @property
    def who(self) -> str:
        """Who is shown, in words."""
        return f"{len(self.people)} people on up to {self.stimuli} photographs of {self.settings.folder}"

    @cached_property
    def fitted_head(self) -> FaceModel:
        """The face model that is fitted."""
        return shared_model(self.settings.head)

    @cached_property
    def model(self) -> FaceModel:
        """The fitted head as the face model of people."""
        head, code = self.fitted_head, code_fingerprint(*PICTURE_CODE)
        return MovedHead(head, lambda: learnt(head)[0].basis, fingerprint(head.fingerprint.encode(), code.encode()))

    def files(self) -> dict[str, str]:
        """SHA-256 of each photograph that the study may use, by path."""
        return {str(photo.path): sha for person in self.people for photo, sha in hashes_of(person)[0].items()}

    def fit(self, progress: Progress) -> Fitted:
        """Fit what is not in the store: stimuli by person and emotion, and what is not used."""
        if self._fitted is None:
            stimuli, failures = list[PhotographStimulus](), list[Failure]()
            fitting = Fitting(self.fitted_head, self.settings, self.store)
            with progress.task("fit photographs", len(self.people)) as step:
                for person in self.people:
                    found, unused = fitting.of(person)
                    stimuli += sorted(found, key=lambda one: self._place(one.photograph.emotion))
                    failures += unused
                    step(1, f"{person.group} {person.subject}")
            self._fitted = stimuli, [*failures, *self.listing.failures]
        return self._fitted

    @cached_property
    def shown_photographs(self) -> dict[tuple[int, str], PhotographStimulus]:
        """Stimuli by the person's number and emotion, in the order of the framing's rows."""
        numbers = {(person.group, person.subject): person.number for person in self.people}
        stimuli, _ = self.fit(Progress())
        return {(numbers[s.photograph.group, s.photograph.subject], s.photograph.emotion): s for s in stimuli}

    def photographed(self, progress: Progress) -> list[Expression]:
        """One expression per photograph that is shown, by emotion, then by person."""
        self.fit(progress)
        found = [
            Expression(emotion, number, PHOTOGRAPHED, tuple(map(float, stimulus.fit.weights)))
            for (number, emotion), stimulus in self.shown_photographs.items()
        ]
        return sorted(found, key=lambda one: self._place(one.emotion))

    def _place(self, emotion: str) -> int:
        return [str(name) for name in self.config.emotions].index(emotion)

    def shown(self, number: int, emotion: str) -> Identity:
        """The person at rest, as far as the photograph of this emotion and the own neutral one tell."""
        stimulus = self.shown_photographs[number, emotion]
        photograph = stimulus.photograph
        traits = {"group": photograph.group, "subject": photograph.subject}
        return Identity(number, traits, stimulus.fit.rest, np.zeros((1, 1, 4), np.uint8))

    def material(self, number: int, emotion: str) -> dict[str, Any]:
        """What tells the pictures of a photograph from those of another: files, settings and the fit's own numbers."""
        stimulus = self.shown_photographs[number, emotion]
        settings = {key: value for key, value in asdict(self.settings).items() if key not in SELECTION}
        facts = {
            "sha256": stimulus.face.sha256,
            "neutral": stimulus.neutral,
            "settings": settings,
            "fit": digest_of(stimulus),
        }
        return {"photograph": facts}

    def row(self, number: int, emotion: str) -> int:
        """Which row of `framing` a photograph has."""
        return list(self.shown_photographs).index((number, emotion))

    def placed(self, number: int, emotion: str) -> tuple[Framing, int]:
        """The study's own framing, and the photograph's row.

        Raises:
            DataError: the study has no such photograph.
        """
        if (number, emotion) not in self.shown_photographs:
            raise DataError(f"this study shows no photograph of person {number} and {emotion}")
        return self.framing, self.row(number, emotion)

    @cached_property
    def framing(self) -> Framing:
        """One row per photograph; its frame is in the stimulus."""
        rows = len(self.shown_photographs)
        nothing = torch.zeros((rows, 1, 1, 4), dtype=torch.uint8)
        return Framing(nothing, torch.zeros((rows, 3)), torch.ones(rows)).to(self.config.device)

    @cached_property
    def renderer(self) -> Renderer:
        """Moves the photographs."""
        stimuli = list(self.shown_photographs.values())
        return PhotographRenderer(self.fitted_head, stimuli, self.scene, furrows=self.settings.furrows)

    def write_about(self, folder: Path) -> None:
        """Write which photographs are shown and which are not, with the reason.

        Raises:
            DataError: none can be shown.
        """
        failures = self.fit(Progress())[1]
        write_csv(folder, PHOTOGRAPHS_FILE, self._shown_table())
        write_csv(folder, FAILURES_FILE, failures_table(failures, self.source))
        if not self.shown_photographs:
            first = f"; first: {failures[0].photograph.shown}: {failures[0].reason}" if failures else ""
            raise DataError(
                f"none of the photographs of {self.settings.folder} can be used{first}. {folder / FAILURES_FILE} gives "
                "the reason for each"
            )

    def _shown_table(self) -> pd.DataFrame:
        rows = [
            {
                "identity": number,
                "group": stimulus.photograph.group,
                "subject": stimulus.photograph.subject,
                "emotion": emotion,
                "path": stimulus.photograph.shown,
                "sha256": stimulus.face.sha256,
                "neutral_sha256": " ".join(stimulus.neutral),
                "own_neutral": stimulus.fit.own_neutral,
                "strength": stimulus.fit.strength,
                "strength_sd": stimulus.fit.strength_sd,
                "residual": stimulus.fit.residual,
                "yaw": stimulus.fit.yaw,
                "displacement": stimulus.fit.displacement,
                "weights": _largest(self.model.blendshapes, stimulus.fit.weights),
            }
            for (number, emotion), stimulus in self.shown_photographs.items()
        ]
        return pd.DataFrame(rows, columns=list(STIMULUS_COLUMNS))


def failures_table(failures: Sequence[Failure], source: Path) -> pd.DataFrame:
    """Photographs that are not shown, with the reason; what is no single file of the source has no path."""
    rows = [
        ("" if p.path == source else p.shown, p.group, p.emotion, p.subject, failure.reason)
        for failure in failures
        for p in [failure.photograph]
    ]
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))


def _largest(names: Sequence[str], weights: np.ndarray) -> str:
    """Blendshapes that take part with their weights, largest first."""
    parts: Iterator[int] = (int(place) for place in np.argsort(-np.abs(weights), kind="stable"))
    return "; ".join(f"{names[place]} {weights[place]:.3f}" for place in parts if abs(weights[place]) >= 0.0005)
