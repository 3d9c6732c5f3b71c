"""A screening run never makes a claim, however many faces it shows."""

import pytest

from facing_asymmetry.config import SCREENING, StatisticsSettings, read_config
from facing_asymmetry.statistics.claims import claims
from facing_asymmetry.statistics.claims_over_heads import claims_over_heads
from facing_asymmetry.statistics.decomposition import decomposition_table
from facing_asymmetry.statistics.heads import heads_table
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.score_table import score
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses
from tests.app.composing import composed

QUICK = {"resamples": 999}


@pytest.fixture(scope="module")
def scored():
    return score([synthetic_responses(Planted(), 24)])


def sheet_of(scored, **settings):
    chosen = StatisticsSettings(**QUICK, **settings)
    decomposition = decomposition_table(scored.parts, chosen)
    sheet = claims(scored.scores, chosen, decomposition=decomposition)
    heads = heads_table(scored.scores, decomposition, chosen, "palsy")
    return claims_over_heads(sheet, heads, chosen), decomposition


def test_what_is_supported_by_full_pictures_is_no_claim_of_a_screening_run(scored):
    whole, _ = sheet_of(scored)
    coarse, parts = sheet_of(scored, screening=True)
    assert any(claim["verdict"] == "supported" for claim in whole)
    assert {claim["verdict"] for claim in coarse} == {"can't tell"}
    assert coarse[0]["text"] == SCREENING
    assert all(claim["short"].startswith("Screening") for claim in coarse)
    assert all(claim["text"].lower().startswith("screening") for claim in coarse)
    assert not any("would need" in claim["text"] for claim in coarse)
    assert [c["mean"] for c in coarse[1:]] == [c["mean"] for c in whole], "the numbers are the same"
    assert parts["note"].str.contains("no claim: a screening run").all()


def test_no_test_of_a_screening_run_is_marked_as_a_claim(scored):
    coarse = hypothesis_tests(scored.scores, StatisticsSettings(**QUICK, scores=("slope",), screening=True))
    assert not coarse["claim"].any()
    assert coarse["note"].str.contains("no claim: a screening run").all()


@pytest.mark.parametrize(
    ("overrides", "screening"),
    [
        ((), False),
        (("experiment=screening",), True),
        (("scene.image_size=160",), True),
        (("scene.supersample=1",), True),
        (("scene.image_size=448",), False),
        (("statistics.screening=true",), True),
        (("experiment=screening", "statistics.screening=false", "identities=24"), True),
        (("experiment=screening", "scene.image_size=224", "scene.supersample=2", "statistics.screening=false"), False),
    ],
)
def test_coarse_pictures_make_a_screening_run_whatever_else_is_set(overrides, screening):
    assert read_config(composed("tracking=none", *overrides)).statistics.screening is screening


@pytest.mark.weights
@pytest.mark.long
def test_the_manifest_the_report_and_the_sheet_of_a_screening_run_say_so(tmp_path):
    import facing_asymmetry as fa

    done = fa.run(
        "debug=authored", "scene.image_size=32", "scene.supersample=1", "report.formats=[png]", "report.dpi=40",
        "statistics.minimum_identities=2", "statistics.resamples=999", "statistics.mixed_model=false",
        outputs=tmp_path,
    )  # fmt: skip
    [manifest] = tmp_path.glob("*/manifest.json")
    assert '"screening": true' in manifest.read_text()
    assert done.claims[0] == SCREENING
    page = manifest.with_name("report.html").read_text()
    assert SCREENING in page
    assert "Screening: not a claim. The numbers say where to look." in page
