"""Every pair of interventions is either refused before the first frame, or its run ends with claims and a report."""

from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.interventions.contrast import BILATERAL, PALSY, Contrast, contrast_of, weakens_one_side
from facing_asymmetry.interventions.registry import catalogue, make_intervention
from facing_asymmetry.interventions.two_sided import PARTNER_SUFFIX, partner_of
from facing_asymmetry.results.finished_run import read_run
from facing_asymmetry.results.layout import REPORT_FILE
from facing_asymmetry.runs.plan import Speed, plan
from facing_asymmetry.runs.stages import Run, run_stages
from facing_asymmetry.runs.study import Study
from facing_asymmetry.runs.summary import closing_summary
from facing_asymmetry.statistics.claims import claims
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.requested_scores import check_requested
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.shares import shares
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses
from tests.app.composing import composed

NAMES = list(catalogue())
SUBSETS = [*((name,) for name in NAMES), *combinations(NAMES, 2)]


def contrast(names):
    return contrast_of([catalogue()[name] for name in names])


def role(name, treated):
    """What the scores make of an intervention: two of one role differ in their name only."""
    made = catalogue()[name]
    named = name if name in (PALSY, BILATERAL, "equal_motion", "displacement") else ""
    partner = name == partner_of(treated) or name.endswith(PARTNER_SUFFIX)
    return made.sides, name == treated, partner, named


def one_of_each_kind():
    found = {}
    for names in SUBSETS:
        found.setdefault(tuple(role(name, contrast(names).treated) for name in names), names)
    return list(found.values())


@pytest.fixture(scope="module")
def composition():
    return composed("debug=tiny")


@pytest.fixture(scope="module")
def statistics(composition):
    return replace(read_config(composition).statistics, resamples=999, scores=())


@pytest.fixture(scope="module")
def responses():
    planted = synthetic_responses(Planted(), 2, s=(0.0, 1.0), t=(0.0, 1.0))
    of = dict(list(planted.groupby("intervention")))
    return {
        name: of[PALSY if made.sides != ("both",) else BILATERAL].assign(intervention=name)
        for name, made in catalogue().items()
    }


def test_every_pair_makes_a_study_that_says_what_it_compares(composition):
    for names in SUBSETS:
        entries = {name: {"kind": catalogue()[name].kind} for name in names}
        entries = {n: facts | ({"region": n.split("_")[1]} if "region" in n else {}) for n, facts in entries.items()}
        study = Study(read_config({**composition, "interventions": entries}))
        assert plan(study, Speed()).frames > 0
        sided = [name for name in names if weakens_one_side(catalogue()[name])]
        assert bool(study.contrast.treated) == bool(sided)
        assert study.contrast.treated in (*sided, "")
        assert study.contrast.treated == PALSY or PALSY not in names
        assert study.contrast.control in (*names, "")


@pytest.mark.parametrize("names", one_of_each_kind(), ids="+".join)
def test_every_kind_of_pair_ends_with_claims(names, responses, statistics):
    found = contrast(names)
    scored = score(pd.concat([responses[name] for name in names]), treated=found.treated, control=found.control)
    tests = hypothesis_tests(scored.scores, statistics)
    parts = decomposition_table(scored.parts, statistics)
    assert len(shares(scored.scores, statistics, found.treated, found.control)) == 0 or found.control
    sheet = claims(scored.scores, statistics, found.treated, found.control, tests=tests, decomposition=parts)
    assert sheet
    assert ("makes no claim about symmetry" in sheet[0]["text"]) == (not found.treated)
    assert {claim["level"] for claim in sheet} == ({"run", "classifier"} if found.treated else {"run"})


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("yaw",), ["None of them weakens one side", "This run makes no claim about symmetry"]),
        (("region_upper", "bilateral"), ["region_upper is meant", "region_upper_two_sided was not run"]),
    ],
)
def test_a_run_without_a_palsy_ends_with_a_report_that_says_so(make_study, names, words):
    overrides = (
        "expression=facs",
        f"intervention=[{','.join(names)}]",
        "statistics.mixed_model=false",
        "report.formats=[svg]",
    )
    study = make_study(*overrides)
    where = [f"paths.{key}={getattr(study.config.paths, key)}" for key in ("outputs", "store", "runs")]
    run = Run(study, composed("debug=tiny", *overrides, *where), "", Progress())
    folder = run_stages(run, "report")
    page = (folder / REPORT_FILE).read_text()
    for each in words:
        assert each in page
    data = read_run(folder)
    assert data.treated == names[0]
    assert data.control is None
    assert ("No claim about symmetry" in closing_summary(run, folder, "run")) == (names == ("yaw",))


def test_palsy_is_treated_where_it_is_run_and_another_where_that_is_asked_for():
    made = [catalogue()[name] for name in ("region_upper", "palsy", "bilateral", "yaw")]
    assert contrast_of(made) == Contrast("palsy", "bilateral")
    assert contrast_of(made, "region_upper") == Contrast("region_upper", "")
    assert contrast_of(made, "region_upper", "bilateral") == Contrast("region_upper", "bilateral")


@pytest.mark.parametrize(
    ("treated", "control", "words"),
    [
        ("yaw", "", r"statistics\.treated = 'yaw'; .* choose one of region_upper, palsy"),
        ("", "palsy", r"statistics\.control = 'palsy'; .* of both sides, choose one of bilateral"),
        ("plasy", "", "statistics.treated = 'plasy'"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_its_key(treated, control, words):
    made = [catalogue()[name] for name in ("region_upper", "palsy", "bilateral", "yaw")]
    with pytest.raises(ConfigError, match=words):
        contrast_of(made, treated, control)


@pytest.mark.parametrize(
    ("score_name", "names", "words"),
    [
        ("symmetry_specific", ("yaw",), r"intervention=\[palsy,bilateral\]"),
        ("symmetry_specific", ("region_upper", "bilateral"), "a control of equal mean motion"),
        ("beyond_displacement", ("palsy",), r"intervention=\[palsy,displacement\]"),
    ],
)
def test_where_every_score_lacks_its_control_nothing_is_computed(score_name, names, words):
    made = [make_intervention(catalogue()[name].kind, name=name) for name in names]
    with pytest.raises(ConfigError, match=words):
        check_requested([score_name], names, contrast_of(made))
    check_requested(["slope", score_name], names, contrast_of(made))
