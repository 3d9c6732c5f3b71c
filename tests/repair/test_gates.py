"""Gates learn from logits alone; how cautious they are is chosen on people who were left out; what may be said."""

import numpy as np
import pytest
import torch

from facing_asymmetry.repair.caution import WANTED, train_cautiously
from facing_asymmetry.repair.photograph_proof import photograph_measures
from facing_asymmetry.repair.photographed import MOVED, composite
from facing_asymmetry.repair.samples import ORDINARY, PALSIED, Sample, Shown, read_sample
from facing_asymmetry.repair.training import applied, stacked, train
from facing_asymmetry.repair.verdict import NO_PHOTOGRAPHS, judge
from tests.classifiers.test_defences import record


def person(number, done=MOVED):
    """Pictures of a network whose logits one weak side halves: the half that is well says what the whole face says.

    Rendered people show single units too, which are no emotion.
    """
    draw = np.random.default_rng(number)
    whole = np.array([-1.0, 3.0, -2.0]) + draw.normal(0, 0.3, 3)
    rest = np.array([-2.0, -2.0, 3.0])
    shown, logits = (
        [Shown(ORDINARY, ("happiness",), 0)],
        [np.stack([whole, whole, whole]) + draw.normal(0, 0.1, (3, 3))],
    )
    for side in ("left", "right"):
        halves = [rest, whole] if side == "left" else [whole, rest]
        shown.append(Shown(PALSIED, () if (side, done) == ("right", MOVED) else ("happiness",), 0, done, side, 0.0))
        logits.append(np.stack([(whole + rest) / 2, *halves]))
    return Sample(f"face {number}", tuple(shown), np.stack(logits).astype(np.float32))


@pytest.fixture(scope="module")
def rows():
    return stacked([person(n) for n in range(12)], [person(n, "composite") for n in range(20, 28)], folds=4)


@pytest.fixture(scope="module")
def trained(rows):
    return train_cautiously(rows, exclusive=True, steps=60)


def test_a_gate_gives_a_palsied_face_of_a_stranger_the_logits_of_the_whole_face(rows, trained):
    palsied = torch.from_numpy(rows.where(lambda one: one.kind == PALSIED))
    before = (rows.logits[:, 0] - rows.target)[palsied].norm(dim=1).mean()
    after = (trained.left_out - rows.target)[palsied].norm(dim=1).mean()
    assert after < 0.3 * before


def test_the_same_rows_and_seed_give_the_same_gate(rows):
    first, second = (train(rows, exclusive=True, steps=3) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_caution_rises_until_ordinary_pictures_of_strangers_keep_their_prediction(rows, trained):
    assert float(trained.gate.caution) == 0.0
    uneasy = stacked([person(n) for n in range(12)], folds=4)
    ordinary = torch.from_numpy(uneasy.where(lambda one: one.kind == ORDINARY))
    uneasy.logits[ordinary] = uneasy.logits[torch.from_numpy(uneasy.where(lambda one: one.side == "left"))]
    uneasy.target[ordinary] = uneasy.logits[ordinary, 0]
    careful = train_cautiously(uneasy, exclusive=True, steps=60)
    assert float(careful.gate.caution) > 0.0
    kept = careful.left_out[ordinary].argmax(1) == uneasy.target[ordinary].argmax(1)
    assert kept.double().mean() >= WANTED


def test_photographs_of_strangers_are_what_a_gate_is_judged_on(rows, trained):
    found = photograph_measures(rows, trained.left_out, record())
    assert found["ordinary photographs"] == 8
    assert found["same prediction"] == 1.0
    assert found["put together from two: pictures"] == 16
    before = photograph_measures(rows, rows.logits[:, 0], record())
    assert found["put together from two: activation lost"] < 0.3 * before["put together from two: activation lost"]
    assert photograph_measures(rows.only(~rows.photograph), trained.left_out, record()) == {}


def test_a_sample_is_kept_as_it_is_and_a_damaged_one_is_no_sample():
    one = person(1)
    again = read_sample(one.dump())
    assert again.shown == one.shown
    assert np.array_equal(again.logits, one.logits)
    with pytest.raises(ValueError, match="logits of shape"):
        read_sample(Sample("x", one.shown, one.logits[:1]).dump())


def test_a_composite_keeps_one_half_of_each_photograph():
    smile, rest = np.ones((3, 40, 40), np.float32), np.zeros((3, 40, 40), np.float32)
    found = composite(smile, rest, "left")  # of the person, on the picture's right
    assert np.allclose(found[..., :15], 1, atol=1e-3)
    assert np.allclose(found[..., 25:], 0, atol=1e-3)
    assert np.allclose(composite(smile, rest, "right"), found[..., ::-1])


BEFORE = {"palsy cost": 2.0, "shift of all logits": 4.0, "yaw: same prediction": 1.0, "light: same prediction": 1.0}
KEPT = {"ordinary photographs": 200.0, "same prediction": 0.995}


def test_a_gate_that_halves_the_cost_and_leaves_the_rest_alone_is_a_repair():
    found = judge(BEFORE, {**BEFORE, "palsy cost": 0.8, "shift of all logits": 1.0}, KEPT)
    assert found.repaired
    assert found.head == "Repaired: 40% of the palsy's cost is left"
    part = judge(BEFORE, {**BEFORE, "palsy cost": 1.5, "shift of all logits": 1.0}, {})
    assert part.repaired
    assert part.head.startswith("Repaired in part: 75%")
    assert NO_PHOTOGRAPHS in part.reasons
    assert NO_PHOTOGRAPHS not in found.reasons


@pytest.mark.parametrize(
    ("changed", "photographs", "words"),
    [
        ({"yaw: same prediction": 0.97}, KEPT, "Of turned faces, 97.0% keep their prediction; 98% are needed"),
        ({"light: same prediction": 0.9}, KEPT, "Of faces lit from the side, 90.0% keep"),
        ({}, {**KEPT, "same prediction": 0.98}, "Of 200 ordinary photographs 98.0% keep"),
        ({"shift of all logits": 5.0}, KEPT, "The shift of all logits does not fall (4.00 to 5.00)"),
        ({"palsy cost": 2.5}, KEPT, "The palsy's cost does not fall"),
    ],
)
def test_what_changes_ordinary_faces_or_games_the_cost_is_no_repair(changed, photographs, words):
    found = judge(BEFORE, {**BEFORE, "palsy cost": 0.5, "shift of all logits": 1.0, **changed}, photographs)
    assert not found.repaired
    assert found.head == "Not a repair"
    assert any(words in reason for reason in found.reasons)
    assert any("no patients" in reason for reason in found.reasons)


def test_applied_is_the_gate_on_the_three_views(rows, trained):
    assert torch.equal(applied(trained.gate, rows), trained.gate(rows.logits[:, 0], rows.logits[:, 1:3]))
