"""Networks of measured values: their records, and what is not said of them."""

import pandas as pd
import pytest
import torch
from torch import nn

from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import record_from
from facing_asymmetry.classifiers.verify import check_labels
from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.units import in_unit, one_unit, plural
from facing_asymmetry.expressions.fit import check_targets
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.replicates import replicate_stacks
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

FACTS = {
    "name": "au", "family": "f", "architecture": "a", "training_set": "t", "labels": ["AU4", "AU12_left"],
    "input_size": 16, "colour": "rgb", "mean": [0, 0, 0], "std": [1, 1, 1], "crop": 1.0, "weights": [], "licence": "",
    "citation": "", "reported_accuracy": "", "parameters": 0, "output": "values", "targets": {"happiness": "AU12_left"},
}  # fmt: skip
UNIT = "AU intensity (0 to 5)"


def record(**changes):
    return record_from({**FACTS, **changes}, "au.yaml")


def test_values_have_any_labels_and_a_unit_of_their_own():
    assert record().unit_read == "activation"
    assert record(unit=UNIT).unit_read == UNIT
    assert record(labels=["pain"], targets={"happiness": "pain"}).labels == ("pain",)
    assert not record().exclusive


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"output": "logits", "targets": {}}, "'AU4' is not one of anger.*need output: values"),
        ({"labels": ["AU4", "AU4"], "targets": {}}, "labels: name every output, each once; got AU4, AU4"),
        ({"labels": []}, "labels: name every output, each once; got none"),
        ({"labels": ["AU 4", "b"]}, r"labels\[0\]: a name begins with"),
        ({"targets": {"happiness": "AU12"}}, "targets.happiness = 'AU12' is no output.*did you mean 'AU12_left'"),
        ({"output": "logits", "labels": ["anger", "fear"], "targets": {}, "unit": UNIT}, "is for output: values"),
        ({"output": "value"}, "output must be one of logits, probabilities, values.*did you mean 'values'"),
    ],
)
def test_a_record_of_values_is_checked(changes, words):
    with pytest.raises(ConfigError, match=words):
        record(**changes)


def test_expressions_are_not_optimised_for_values():
    check_targets(record(), ["happiness"], "facs")
    with pytest.raises(ConfigError, match="'au' returns measured values.*write expression=facs"):
        check_targets(record(), ["happiness"], "optimised")


def test_labelled_faces_of_emotions_can_not_confirm_the_order_of_values():
    network = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    check = check_labels(Classifier(record(), network))
    assert check.passed
    assert "measured values" in check.detail


def test_units_are_plural_only_where_they_are_logits():
    assert (plural("logit"), plural(UNIT)) == ("logits", UNIT)
    assert in_unit("logits per unit symmetry", UNIT) == f"{UNIT} per unit symmetry"
    assert one_unit(["logit", "logit"]) == "logit"
    assert one_unit(["logit", UNIT]) == "each network's own unit"


@pytest.fixture(scope="module")
def tables():
    """The same responses as logits, and as measured values of one network."""
    logits = synthetic_responses(Planted(), 4)
    values = logits.assign(unit=UNIT, probability=float("nan"), predicted="", accepted=True)
    return logits, values


def test_scores_of_values_are_those_of_logits_in_another_unit_without_what_needs_classes(tables):
    found = [score(table) for table in tables]
    keys = ["classifier", "emotion", "identity", "side", "intervention", "score"]
    logits, values = (one.scores.drop(columns="accepted") for one in found)
    both = values.merge(logits, on=keys, suffixes=("", "_logits"))
    assert len(both) == len(values)
    pd.testing.assert_series_equal(both["value"], both["value_logits"], check_names=False)
    lost = set(logits["score"]) - set(values["score"])
    assert {"flips", "threshold", "flips_specific", "interaction_margin", "interaction_centred_at_zero"} <= lost
    assert {"slope", "interaction", "interaction_standardised", "symmetry_specific"} <= set(values["score"])
    assert not values["unit"].str.contains("logit").any()
    assert set(values.loc[values["score"] == "slope", "unit"]) == {f"{UNIT} per unit symmetry"}


def test_the_decomposition_of_values_has_one_reading(tables):
    settings = StatisticsSettings(resamples=999)
    table = decomposition_table(score(tables[1]).parts, settings)
    assert set(table["reading"]) == {"logit"}
    assert table["n"].eq(4).all()


def test_readings_that_need_classes_are_not_defined_for_values(tables):
    (stack,) = replicate_stacks(tables[1])
    assert not stack.of_classes.any()
    assert torch.isnan(torch.from_numpy(stack.margin)).all()
