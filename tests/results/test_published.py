"""Sentences from the records that are published with the package."""

import numpy as np
import pytest

from facing_asymmetry.results import published
from facing_asymmetry.results.published import grid_error, published_grid_error

AXES = np.linspace(0, 1, 6), np.linspace(0, 1, 4)


def test_a_measured_grid_is_told_its_error_whatever_its_name():
    (quick,) = (one for one in published_grid_error()["grids"] if one["name"] == "quick")
    error, sample = quick["errors"]["interaction"]["mean_of_width"], published_grid_error()["sample"]
    words = grid_error(*AXES)
    assert words.startswith("On this grid of 6 x 4 nodes a mean over faces of the interaction is off by ")
    assert f"{100 * error['median']:.2g} % of its interval's width" in words
    assert f"95th percentile {100 * error['high']:.2g} %" in words
    assert f"{sample['cells']} cells" in words


def test_one_sampled_face_gives_a_bound_and_more_give_a_mean(monkeypatch):
    record = published_grid_error()
    for identities, bound in ((1, True), (2, False)):
        changed = {**record, "sample": {**record["sample"], "identities": identities}}
        monkeypatch.setattr(published, "published_grid_error", lambda changed=changed: changed)
        assert ("at most about" in grid_error(*AXES)) == bound


@pytest.mark.parametrize(("s", "t"), [(np.linspace(0, 1, 7), AXES[1]), (np.array([0, 0.1, 0.4, 0.6, 0.8, 1]), AXES[1])])
def test_other_nodes_are_said_not_to_be_measured_with_the_command_that_does_it(s, t):
    words = grid_error(s, t)
    assert f"on this grid of {len(s)} x 4 nodes was not measured" in words
    assert words.endswith(f"facing-asymmetry benchmark grid-error --grid {len(s)} 4")
