"""Planted left and right detectors: what they are, and what the checks say of other ones."""

import pandas as pd
import pytest
import torch

from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.validation.planted.halves import OUTER
from facing_asymmetry.validation.planted.sides import (
    COMPARING,
    DETECTORS,
    HIGHEST,
    LEFT,
    OWN_SIDE,
    RIGHT,
    SidedDetector,
    check_sides,
    detector_facts,
)

SIDE = 48


def detector(coupling):
    """Reads the mean brightness of a half."""
    weight = torch.full((1, SIDE * OUTER + 1), 1 / (SIDE * OUTER))
    weight[0, -1] = 0.0
    return SidedDetector(weight, coupling)


def face(left, right):
    """The person's left lies on the image's right."""
    image = torch.zeros(1, 1, SIDE, SIDE)
    image[..., : SIDE // 2], image[..., SIDE // 2 :] = right, left
    return image


def test_each_output_reads_its_own_side_of_the_person():
    left, right = detector(0.0)(face(left=1.0, right=0.25))[0].tolist()
    assert left == pytest.approx(HIGHEST)
    assert right == pytest.approx(0.25 * HIGHEST)


def test_a_detector_that_compares_the_sides_lowers_both_outputs():
    assert torch.equal(detector(0.4)(face(1.0, 1.0)), detector(0.0)(face(1.0, 1.0)))
    both = detector(0.0)(face(1.0, 0.0)) - detector(0.4)(face(1.0, 0.0))
    assert both[0].tolist() == pytest.approx([0.4 * HIGHEST] * 2)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_detector_has_a_record_of_values(name, tmp_path):
    record = record_from(detector_facts(name, tmp_path), name)
    assert (record.labels, record.exclusive, record.targets) == ((LEFT, RIGHT), False, {"happiness": LEFT})


def tables(coupled):
    """What both detectors give, and their interactions; `coupled` of them compare the sides."""
    rows = []
    for name in DETECTORS:
        take = 0.4 * HIGHEST if name in coupled else 0.0
        for output, own in ((LEFT, "left"), (RIGHT, "right")):
            weak = {f"{s}_weak_mean": (0.0 if s == own else HIGHEST) - take for s in ("left", "right")}
            rows.append({"classifier": name, "output": output, "symmetric_mean": HIGHEST, **weak})
    size = {name: 0.5 if name in coupled else 0.0 for name in DETECTORS}
    parts = pd.DataFrame(
        {"classifier": list(size), "interaction": list(size.values()), "emotion": "all", "s": float("nan")}
    )
    return pd.DataFrame(rows), parts


def test_the_checks_tell_a_detector_of_one_side_from_one_that_compares():
    assert all(check.passed for check in check_sides(*tables({COMPARING})))
    for wrong in (set(), {OWN_SIDE, COMPARING}, {OWN_SIDE}):
        failed = {check.classifier for check in check_sides(*tables(wrong)) if not check.passed}
        assert failed == wrong ^ {COMPARING}
