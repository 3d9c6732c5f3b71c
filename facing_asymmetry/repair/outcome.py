"""What a repair is asked for, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.repair.training import STEPS
from facing_asymmetry.repair.verdict import Verdict


@dataclass(frozen=True)
class RepairDesign:
    """How much a gate learns from, and what it is judged on.

    Attributes:
        face_model: head that is drawn.
        learnt: numbers of the people whom it learns from.
        proof: numbers of the people whom it is judged on.
        steps: of each training.
    """

    face_model: str = "makehuman"
    learnt: tuple[int, ...] = tuple(range(200, 248))
    proof: tuple[int, ...] = tuple(range(300, 308))
    steps: int = STEPS


@dataclass(frozen=True)
class Repair:
    """What came out.

    Attributes:
        record: of the classifier.
        wrapped: of the classifier behind the gate.
        verdict: what may be said.
        table: measures on rendered people; a column for each defence.
        photographs: measures on photographs, before and after; empty without any.
        caution: weight of a half from which a prediction changes.
        page: path of the page.
    """

    record: ClassifierRecord
    wrapped: ClassifierRecord
    verdict: Verdict
    table: pd.DataFrame
    photographs: Mapping[str, tuple[float, float]]
    caution: float
    page: Path
