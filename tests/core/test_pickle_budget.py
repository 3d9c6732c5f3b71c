"""What building a pickle would take is bounded before anything of it is built."""

import io
import pickle

import numpy as np
import pytest
import torch

from facing_asymmetry.core import pickle_budget
from facing_asymmetry.core.inert import RefusedError
from facing_asymmetry.core.pickle_budget import check_pickle


def check(content):
    file = io.BytesIO(content)
    check_pickle(file, len(content))
    assert file.tell() == 0


SHARED = ("a", ["b"])
ORDINARY = {
    "optimiser": {"state": {i: {"step": i, "moments": (i, 0.5)} for i in range(900)}},
    "odd": {1.5: None, (1, "a"): {frozenset({1}), "b"}, b"c": {2**70}},
    "shared": [SHARED] * 50,
    "array": np.arange(6.0).reshape(2, 3),
    "kind": torch.float32,
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_ordinary_pickles_pass_whatever_their_protocol(protocol):
    check(pickle.dumps(ORDINARY, protocol))


def test_a_second_pickle_behind_the_first_is_not_looked_at():
    file = io.BytesIO(b"no pickle" + pickle.dumps(1) + b"\xff\xff")
    file.seek(9)
    check_pickle(file, 15)
    assert pickle.load(file) == 1


def doubled(levels):
    value = 1
    for _ in range(levels):
        value = (value, value)
    return value


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        (doubled(40), "a tuple of"),
        ({doubled(8): 1}, "a key of very many parts"),
        ({(i, -1): 1 for i in range(2_000)}, "keys that are neither"),
        ({i << 60: 1 for i in range(1, 2_000)}, "keys that are neither"),
    ],
)
def test_what_takes_for_ever_to_hash_is_refused(value, says, protocol):
    with pytest.raises(RefusedError, match=says):
        check(pickle.dumps({"a": 1, "value": value} if isinstance(value, tuple) else value, protocol))


@pytest.mark.parametrize("kind", [set, frozenset])
def test_a_set_of_what_takes_for_ever_to_hash_is_refused(kind):
    with pytest.raises(RefusedError, match="a key of very many parts|a tuple of"):
        check(pickle.dumps(kind({doubled(8)}), 4))


@pytest.mark.parametrize("limit", ["MOST_OPERATIONS", "MOST_ODD_KEYS"])
def test_the_limits_are_what_ordinary_pickles_stay_below(limit, monkeypatch):
    monkeypatch.setattr(pickle_budget, limit, 3)
    with pytest.raises(RefusedError, match="more than 3"):
        check(pickle.dumps(ORDINARY))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_pickle_that_ends_too_early_is_no_whole_one(share):
    content = pickle.dumps(ORDINARY)
    with pytest.raises((ValueError, IndexError, RefusedError)):
        check(content[: int(share * len(content))])
