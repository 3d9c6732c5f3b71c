import numpy as np
import pytest

from facing_asymmetry.photographs.listing import list_photographs
from facing_asymmetry.photographs.measure import measure_all, measures_table
from facing_asymmetry.photographs.responses import groups, slopes, usable
from tests.photographs.people import rendered_people

SLOPE = 4.0


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """Rendered probands and patients: their measures with the true s of each."""
    folder = tmp_path_factory.mktemp("people")
    bounds = {"proband": (0.95, 1.0), "patient": (0.1, 0.9)}
    truth = rendered_people(folder, bounds, 5, ("neutral", "happiness", "surprise"))
    measured, failures = measure_all(list_photographs(folder))
    assert not failures
    table = measures_table(measured)
    return table.assign(truth=[truth[key] for key in zip(table["group"], table["subject"], strict=True)])


def test_groups_lie_where_their_people_are_on_the_synthetic_axis(people):
    table = groups(people).set_index(["group", "emotion"])
    for group, part in people.groupby("group"):
        truth = part.groupby("subject")["truth"].first().mean()
        assert table.loc[(group, "happiness"), "s"] == pytest.approx(truth, abs=0.12)
    assert table.loc[("patient", "happiness"), "asymmetry_mm"] > table.loc[("proband", "happiness"), "asymmetry_mm"]
    neutral = table.loc[(slice(None), "neutral"), "asymmetry_mm"]
    assert (neutral < table.loc[("patient", "happiness"), "asymmetry_mm"] / 2).all()


def test_the_weak_side_of_a_smile_is_found(people):
    smiles = people[(people["emotion"] == "happiness") & (people["truth"] < 0.8)]
    expected = people[(people["emotion"] == "surprise") & (people["truth"] < 0.8)]
    assert smiles["weak_side"].tolist() == expected["weak_side"].tolist()


def test_a_known_slope_over_the_true_s_is_recovered_from_the_photographs(people):
    rng = np.random.default_rng(5)
    level = dict(zip(people["subject"].unique(), rng.normal(scale=0.2, size=people["subject"].nunique()), strict=True))
    logit = SLOPE * people["truth"] + people["subject"].map(level) + rng.normal(scale=0.1, size=len(people))
    table = slopes(usable(people.assign(classifier="planted", logit=logit)))
    row = table.set_index("group").loc["patient"]
    assert row["slope"] == pytest.approx(SLOPE, rel=0.35)
    assert row["low"] > 0.0
