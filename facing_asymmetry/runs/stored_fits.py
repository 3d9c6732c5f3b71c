"""Heads fitted to a person's photographs: fitted once, kept in the store as numbers, without the photographs."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Final, get_type_hints

import numpy as np
from numpy import ndarray

from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.store import CellStore, fingerprint
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.fitting.fit import HeadFit
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.people import Person
from facing_asymmetry.photographs.stimulus import PhotographStimulus, SeenFace, file_hash, fit_person

FITS: Final = "fits"
"""Kind of the store's cells: npz of numbers only."""

FIT_CODE: Final = ("photographs.stimulus",)
"""Modules that fit a head; what they import counts too."""

Fitted = tuple[list[PhotographStimulus], list[Failure]]
"""What is shown, and the photographs that are not used with the reason."""


@dataclass(frozen=True)
class Fitting:
    """How photographs are fitted.

    Attributes:
        head: the face model.
        settings: of the fit.
        store: where fits are kept.
    """

    head: FaceModel
    settings: PhotographSettings
    store: CellStore

    def of(self, person: Person) -> Fitted:
        """What a person can be shown with, and which photographs are not used.

        Raises:
            StoreError: the store cannot be written.
            AssetError: a network that finds faces can't be had.
        """
        there, missing = hashes_of(person)
        if not there:
            return [], missing
        request = self._request(there)
        fitted = self.store.read_as(FITS, request, lambda payload: _load(payload, list(there)))
        if fitted is None:
            found = list(fit_person(list(there), self.head, self.settings))
            fitted = (
                [o for o in found if isinstance(o, PhotographStimulus)],
                [o for o in found if isinstance(o, Failure)],
            )
            self.store.write(FITS, request, _dump(*fitted, list(there)))
        stimuli, failures = fitted
        return stimuli, [*failures, *missing]

    def _request(self, hashes: Mapping[Photograph, str]) -> dict[str, Any]:
        settings = {key: value for key, value in asdict(self.settings).items() if key not in ("folder", "furrows")}
        return {
            "photographs": [(photograph.emotion, digest) for photograph, digest in hashes.items()],
            "head": self.head.fingerprint,
            "settings": settings,
            "code": code_fingerprint(*FIT_CODE),
            "versions": numeric_versions(),
        }


def hashes_of(person: Person) -> tuple[dict[Photograph, str], list[Failure]]:
    """SHA-256 of each file of a person, and the files that can't be read."""
    there: dict[Photograph, str] = {}
    missing = []
    for photograph in person.photographs:
        try:
            there[photograph] = file_hash(photograph)
        except DataError as error:
            missing.append(Failure(photograph, str(error)))
    return there, missing


def digest_of(stimulus: PhotographStimulus) -> str:
    """SHA-256 over all numbers that move a photograph: the fit, and the points that frame it."""
    arrays = {**_flat(stimulus.fit, "fit"), "points": stimulus.face.points}
    return fingerprint(*(part for name in sorted(arrays) for part in (name.encode(), arrays[name].tobytes())))


def _dump(
    stimuli: Sequence[PhotographStimulus], failures: Sequence[Failure], photographs: Sequence[Photograph]
) -> bytes:
    place = {photograph: number for number, photograph in enumerate(photographs)}
    arrays: dict[str, ndarray] = {}
    for number, stimulus in enumerate(stimuli):
        arrays |= {f"{number}.points": stimulus.face.points, **_flat(stimulus.fit, f"{number}.fit")}
    facts = {
        "stimuli": [(place[one.photograph], one.face.sha256, one.neutral) for one in stimuli],
        "failures": [(place[one.photograph], one.reason) for one in failures],
    }
    out = io.BytesIO()
    np.savez_compressed(out, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def _load(content: bytes, photographs: Sequence[Photograph]) -> Fitted:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    facts = json.loads(arrays.pop("facts").tobytes())
    stimuli = []
    for number, (place, digest, neutral) in enumerate(facts["stimuli"]):
        face = SeenFace(photographs[place], digest, arrays[f"{number}.points"])
        stimuli.append(PhotographStimulus(face, tuple(neutral), _built(HeadFit, arrays, f"{number}.fit")))
    return stimuli, [Failure(photographs[place], reason) for place, reason in facts["failures"]]


def _flat(value: Any, at: str) -> dict[str, ndarray]:
    """Arrays of a nested dataclass, by dotted names."""
    if not is_dataclass(value):
        return {at: np.asarray(value)}
    return {k: v for f in fields(value) for k, v in _flat(getattr(value, f.name), f"{at}.{f.name}").items()}


def _built(kind: Any, arrays: Mapping[str, ndarray], at: str) -> Any:
    """The value of this type that `_flat` has taken apart."""
    if not is_dataclass(kind):
        return arrays[at].item() if arrays[at].ndim == 0 else arrays[at]
    hints = get_type_hints(kind)
    return kind(**{f.name: _built(hints[f.name], arrays, f"{at}.{f.name}") for f in fields(kind)})  # type: ignore[operator]
