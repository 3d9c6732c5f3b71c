"""Faces kept in the store: painting a texture takes a third of a second, reading it a hundredth."""

import io
import json

import numpy as np

from facing_asymmetry.face_models.contract import FaceModel, Subject
from facing_asymmetry.store import CellStore


def stored_subject(model: FaceModel, number: int, store: CellStore, code: str) -> Subject:
    """The face with this number, from the store where it is there.

    Args:
        code: fingerprint of the code that makes faces; part of the key beside the model's own.

    Raises:
        StoreError: the store cannot be written.
    """
    request = {"face_model": model.name, "fingerprint": model.fingerprint, "number": number, "code": code}
    stored = store.read("subjects", request)
    if stored is not None:
        return _load(stored)
    subject = model.subject(number)
    store.write("subjects", request, _dump(subject))
    return subject


def _dump(subject: Subject) -> bytes:
    out = io.BytesIO()
    facts = json.dumps({"number": subject.number, "traits": dict(subject.traits)})
    np.savez(out, rest=subject.rest, albedo=subject.albedo, facts=np.frombuffer(facts.encode(), np.uint8))
    return out.getvalue()


def _load(content: bytes) -> Subject:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        facts = json.loads(arrays["facts"].tobytes())
        return Subject(facts["number"], facts["traits"], arrays["rest"], arrays["albedo"])
