"""Logits of every picture that a repair needs, computed once and kept in a store: a repair goes on where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.defences.views import HALVES, View
from facing_asymmetry.config import PhotographSettings
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.store import CellStore
from facing_asymmetry.face_models.contract import FaceModel
from facing_asymmetry.photographs.listing import Failure, Photograph
from facing_asymmetry.photographs.people import Person
from facing_asymmetry.repair.photographed import as_tensor, photographed
from facing_asymmetry.repair.pictures import Picture, RenderedPerson
from facing_asymmetry.repair.samples import Sample, read_sample, seen
from facing_asymmetry.runs.cells import classifier_request
from facing_asymmetry.runs.stored_fits import hashes_of

KIND: Final = "repair"
"""Kind of the store's cells."""

CODE: Final = ("repair.seeing", "repair.photographed", "repair.pictures", "classifiers.registry")
"""Modules that make logits; what they import counts too."""


@dataclass(frozen=True)
class Eye:
    """A network that looks at people, and remembers.

    Attributes:
        network: the classifier, without a defence.
        model: the head that is drawn, and that moves photographs.
        store: where logits are kept.
        progress: shows how far it is.
    """

    network: Classifier
    model: FaceModel
    store: CellStore
    progress: Progress

    def rendered(
        self,
        title: str,
        numbers: Sequence[int],
        pictures: Callable[[int], list[Picture]],
        views: Sequence[View] = HALVES,
    ) -> list[Sample]:
        """Rendered people.

        Args:
            title: of the progress line.
            numbers: of the people.
            pictures: of a person.
            views: whose logits are wanted beside those of the pictures themselves.
        """
        found = []
        with self.progress.task(title, len(numbers)) as step:
            for number in numbers:
                wanted = pictures(number)
                request = {
                    **self._request(),
                    "number": number,
                    "pictures": [asdict(one) for one in wanted],
                    "views": [view.__name__ for view in views],
                }
                found.append(self._kept(request, partial(self._rendered, number, wanted, views)))
                step(1, f"face {number}")
        return found

    def photographed(self, photographs: Sequence[Photograph]) -> tuple[list[Sample], list[Failure]]:
        """People on photographs, and the photographs that are not used."""
        people: dict[tuple[str, str], list[Photograph]] = {}
        for one in photographs:
            people.setdefault((one.group, one.subject), []).append(one)
        found, failures = list[Sample](), list[Failure]()
        with self.progress.task("photographs", len(people)) as step:
            for (group, subject), own in people.items():
                there, missing = hashes_of(Person(0, group, subject, tuple(own)))
                sample = self._photographs(f"{group}/{subject}", list(there), list(there.values()))
                by_name = {one.shown: one for one in own}
                failures += [*missing, *(Failure(by_name[name], why) for name, why in sample.unused if name in by_name)]
                found += [sample] if len(sample.shown) else []
                step(1, f"{group} {subject}")
        return found, failures

    def _photographs(self, name: str, own: list[Photograph], hashes: list[str]) -> Sample:
        emotions = [one.emotion for one in own]
        request = {**self._request(), "photographs": list(zip(emotions, hashes, strict=True))}

        def make() -> Sample:
            shots, unused = photographed(own, self.model, PhotographSettings())
            why = tuple((one.photograph.shown, one.reason) for one in unused)
            if not shots:
                return Sample(name, (), np.zeros((0, 3, len(self.network.labels)), np.float32), why)
            shown = seen(self.network, name, [one for one, _ in shots], as_tensor(shots), HALVES)
            return replace(shown, unused=why)

        return self._kept(request, make)

    def _kept(self, request: dict[str, Any], make: Callable[[], Sample]) -> Sample:
        sample = self.store.read_as(KIND, request, read_sample)
        if sample is None:
            sample = make()
            self.store.write(KIND, request, sample.dump())
        return sample

    def _rendered(self, number: int, pictures: Sequence[Picture], views: Sequence[View]) -> Sample:
        images = RenderedPerson(self.model, number).draw(pictures)
        return seen(self.network, f"face {number}", [one.shown for one in pictures], images, views)

    def _request(self) -> dict[str, Any]:
        return {
            "classifier": classifier_request(self.network.record),
            "face_model": self.model.fingerprint,
            "versions": numeric_versions(),
            "code": code_fingerprint(*CODE),
        }


def store_at(folder: Path) -> CellStore:
    """The store in a folder, made and cleared of what killed processes left; `StoreError` where it can't be written."""
    store = CellStore(folder)
    store.open()
    return store
