from dataclasses import asdict
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.statistics.definitions import check_scores
from facing_asymmetry.statistics.requested_scores import DEFAULT_SCORES, check_requested

DEFAULT = Path(__file__).parents[2] / "conf" / "statistics" / "default.yaml"


def test_the_configuration_file_has_exactly_the_settings_fields_and_their_defaults():
    composed = OmegaConf.to_container(OmegaConf.load(DEFAULT))
    settings = StatisticsSettings(**composed)
    assert composed.keys() == asdict(settings).keys()
    assert asdict(settings) | {"scores": ()} == asdict(StatisticsSettings())
    assert settings.scores == DEFAULT_SCORES


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("permutations", 999, "at least 9,999"),
        ("permutations", 1e4, "whole number"),
        ("resamples", 10, "at least 999"),
        ("minimum_identities", 1, "at least 2"),
        ("seed", -1, "at least 0"),
        ("confidence", 95, "between 0 and 1"),
        ("alpha", 0.0, "between 0 and 1"),
        ("power", "high", "between 0 and 1"),
        ("equivalence_margin", 0.0, "above 0"),
        ("accepted_only", "yes", "true or false"),
        ("adjust", "bonferroni", "holm, bh, none"),
        ("interval", "basic", "bca_expanded, bca"),
    ],
)
def test_a_value_out_of_range_is_refused_by_key(key, value, words):
    with pytest.raises(ConfigError, match=words) as caught:
        StatisticsSettings(**{key: value})
    assert f"statistics.{key}" in str(caught.value)


def test_a_score_that_there_is_not_is_refused_with_the_nearest_name():
    with pytest.raises(ConfigError, match="did you mean 'slope'"):
        check_scores(StatisticsSettings(scores=["slop"]).scores)


@pytest.mark.parametrize("names", [("interaction",), ("slope", "interaction"), ("additive_at_zero", "flips")])
def test_a_list_of_ones_own_that_names_a_part_needs_the_partner_and_the_line_to_add_is_said(names):
    with pytest.raises(
        ConfigError, match=r"intervention=\[palsy,bilateral,palsy_two_sided\], or take \w+ out"
    ) as caught:
        check_requested(names, ["palsy", "bilateral"])
    assert next(name for name in names if "slope" not in name) in str(caught.value)
    check_requested(names, ["palsy", "bilateral", "palsy_two_sided"])
    check_requested(names, ["region_upper", "region_upper_two_sided"])


def test_a_study_of_another_intervention_is_told_its_own_partner():
    with pytest.raises(ConfigError, match=r"intervention=\[region_upper,region_upper_two_sided\]"):
        check_requested(["interaction"], ["region_upper"])


@pytest.mark.parametrize("names", [("autograd",), ("autograd", "autograd_disagreement")])
def test_scores_of_the_exact_derivative_alone_need_it(names):
    with pytest.raises(ConfigError, match=f"names {', '.join(names)} and nothing else.* set derivative=true, or add"):
        check_requested(names, ["palsy"])
    check_requested(names, ["palsy"], derivative=True)
    check_requested(("slope", *names), ["palsy"])
    check_requested(("mine", *names), ["palsy"], own=["mine"])


@pytest.mark.parametrize("names", [(), DEFAULT_SCORES, ("slope", "symmetry_specific")])
def test_the_default_list_is_what_is_tested_where_it_exists(names):
    check_requested(names, ["palsy"])
    check_requested((*names, "mine"), ["palsy"], own=["mine"])
