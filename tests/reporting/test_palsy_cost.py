import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from facing_asymmetry.reporting.classifier_pages import classifier_pages
from facing_asymmetry.reporting.cost_parts import ADDITIVE, NEGATIVE, PART_COLOUR, lacking, percent, points, summary
from facing_asymmetry.reporting.explorer import explore
from facing_asymmetry.reporting.figures import controls, drivers, effect_map, forest, palsy_cost, report_figures
from facing_asymmetry.reporting.style import signed
from facing_asymmetry.reporting.tables import parts_table
from facing_asymmetry.results.finished_run import RunData, read_run, surface
from tests.reporting.synthetic_run import Plan, write_run
from tests.reporting.test_figures import texts, visible_axes

PARTS = ("palsy_cost", "additive", "interaction")


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """A run that weakens each third of the face too, with their two-sided partners."""
    plan = Plan(networks=(("net_a", "FER2013"),), rejected=(("net_a", "surprise"),), regions=True)
    return read_run(write_run(tmp_path_factory.mktemp("regions") / "run", plan))


@pytest.fixture
def without_partner(run_data: RunData) -> RunData:
    """The same run without palsy_two_sided, as an older version left it."""
    return dataclasses.replace(
        run_data,
        responses=run_data.responses[run_data.responses["intervention"] != "palsy_two_sided"],
        tests=run_data.tests[~run_data.tests["score"].str.startswith(PARTS)],
        scores=run_data.scores[~run_data.scores["score"].str.startswith(PARTS)],
        decomposition=run_data.decomposition.iloc[:0],
        further_sheets={},
    )


def bars(axes: Axes) -> list[Rectangle]:
    """Bars of a panel, two per emotion: the additive part, then the interaction."""
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_the_reports_first_figure_is_what_a_palsy_costs():
    shown = [one for one in report_figures() if one.section == "results"]
    assert min(shown, key=lambda one: one.place).name == "f0_palsy_cost"


def test_a_bar_goes_from_zero_to_the_additive_part_and_from_there_to_the_sum(run_data: RunData):
    figure = palsy_cost.draw(run_data)
    for classifier, axes in zip(run_data.classifiers, visible_axes(figure), strict=True):
        drawn = iter(bars(axes))
        totals = {round(line.get_ydata()[0]): line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"}
        for place, emotion in enumerate(run_data.emotions):
            cost, additive, interaction = (
                100 * run_data.tested(f"{part}_standardised", "palsy").loc[(classifier, emotion), "mean"]
                for part in PARTS
            )
            wide, narrow = next(drawn), next(drawn)
            assert (wide.get_x(), wide.get_width()) == pytest.approx((0, additive))
            assert (narrow.get_x(), narrow.get_width()) == pytest.approx((additive, interaction))
            assert cost == pytest.approx(additive + interaction)
            if run_data.accepted[classifier, emotion]:
                assert totals[place] == pytest.approx(cost)
            assert narrow.get_height() < wide.get_height()


def test_an_interaction_that_saves_has_a_colour_of_its_own_and_goes_back(run_data: RunData):
    axes = visible_axes(palsy_cost.draw(run_data))[run_data.classifiers.index("net_a")]
    adds, saves = bars(axes)[1], bars(axes)[3]  # planted: anger adds a fifth of the cost, happiness saves one
    assert adds.get_width() > 0 > saves.get_width()
    assert [to_hex(one.get_facecolor()) for one in (adds, saves)] == [PART_COLOUR["interaction"], NEGATIVE]


def test_what_is_not_accepted_is_a_hollow_bar(run_data: RunData):
    axes = visible_axes(palsy_cost.draw(run_data))[run_data.classifiers.index("net_b")]
    rejected, accepted = bars(axes)[0], bars(axes)[2]  # net_b never recognises anger
    assert rejected.get_facecolor()[3] == 0
    assert to_hex(accepted.get_facecolor()) == PART_COLOUR[ADDITIVE] == to_hex(rejected.get_edgecolor())


def test_each_panel_says_which_share_of_the_cost_the_interaction_is_over_all_emotions(run_data: RunData):
    rows = run_data.decomposition.query("emotion == 'all' and reading == 'logit' and s.isna()")
    words = texts(palsy_cost.draw(run_data))
    for share in rows.loc[rows["intervention"] == "palsy", "share"]:
        assert f"interaction: {percent(share)} [" in words


def test_stars_are_those_of_the_interaction_and_need_a_claim(run_data: RunData, claiming_data: RunData):
    assert "*" not in texts(palsy_cost.draw(run_data))
    told = claiming_data.tests["score"] == "interaction_standardised"
    tests = claiming_data.tests.assign(p_holm=np.where(told, 0.002, 0.9))
    words = texts(palsy_cost.draw(dataclasses.replace(claiming_data, tests=tests)))
    assert words.split("\n").count("**") == len(run_data.classifiers) * len(run_data.emotions)


def test_several_heads_have_a_panel_each(run_data: RunData):
    two = {
        name: pd.concat([table, table.assign(face_model="ict")])
        for name, table in (
            ("tests", run_data.tests), ("scores", run_data.scores), ("responses", run_data.responses),
            ("decomposition", run_data.decomposition),
        )
    }  # fmt: skip
    data = dataclasses.replace(run_data, **two)
    figure = palsy_cost.draw(data)
    heads = [axes.get_title("left").strip() for axes in visible_axes(figure)]
    assert heads == ["makehuman", "ict"] * len(run_data.classifiers)
    assert texts(drivers.draw(data)).count("net a\nict") == 1
    table = parts_table(data)
    assert table["face_model"].value_counts().to_dict() == {"makehuman": 8, "ict": 8}
    assert len(classifier_pages(data.on("ict"), {})[0].table.rows) == len(run_data.emotions)


@pytest.mark.parametrize("module", [palsy_cost, drivers])
def test_without_the_partner_a_figure_says_what_is_missing_and_what_adds_it(module, without_partner: RunData):
    for words in (texts(module.draw(without_partner)), module.caption(without_partner)):
        said = " ".join(words.split())
        assert "This run has no palsy_two_sided" in said
        assert "intervention=[palsy,palsy_two_sided]" in said
    assert "palsy_two_sided" in module.describe(without_partner)


def test_where_the_tests_leave_the_parts_out_the_words_name_the_setting(run_data: RunData):
    bare = dataclasses.replace(run_data, tests=run_data.tests[run_data.tests["score"] == "slope_standardised"])
    assert "add palsy_cost_standardised" in lacking(bare)
    assert "statistics.scores" in lacking(bare)
    assert lacking(run_data) == ""


def test_without_the_partner_the_map_and_the_forest_show_the_slope_and_f8_the_older_difference(
    without_partner: RunData,
):
    assert [one.score for one in effect_map.shown(without_partner)] == ["slope_standardised"]
    assert [one.score for one in forest.shown(without_partner)] == ["slope_standardised"]
    assert "standardised slope" in texts(forest.draw(without_partner))
    words = texts(controls.draw(without_partner))
    assert "sensitivity: palsy − bilateral" in words
    assert "cost of the palsy" not in words
    bare = without_partner.tests[without_partner.tests["intervention"] == "palsy"]
    assert "has no palsy_two_sided" in texts(controls.draw(dataclasses.replace(without_partner, tests=bare)))


def test_the_interaction_of_each_region_is_that_of_the_test_table(regions: RunData):
    figure = drivers.draw(regions)
    maps = [axes for axes in visible_axes(figure) if axes.get_title("center").startswith(("upper", "middle", "lower"))]
    assert [axes.get_title("center").split(":")[0] for axes in maps] == ["upper", "middle", "lower"]
    for region, axes in zip(drivers.regions(regions), maps, strict=True):
        means = 100 * regions.tested("interaction_standardised", region.intervention)["mean"]
        assert [text.get_text() for text in axes.texts] == [points(means["net_a", e]) for e in regions.emotions]
        assert len(axes.patches) == 1  # hatched: surprise is not accepted


def test_severity_curves_are_the_rows_of_the_decomposition_at_each_s(regions: RunData):
    axes = next(a for a in visible_axes(drivers.draw(regions)) if a.get_title("center") == "net a")
    rows = regions.decomposition.query("intervention == 'palsy' and emotion == 'all' and s.notna()").sort_values("s")
    assert list(rows["s"]) == list(regions.axes[0])
    for part in PARTS:
        assert any(np.array_equal(line.get_ydata(), rows[part]) for line in axes.lines), part
    assert axes.get_xlim()[0] > axes.get_xlim()[1]


def test_a_run_without_regions_says_which_experiment_adds_them(run_data: RunData, regions: RunData):
    assert "experiment=regions adds them" in drivers.caption(run_data)
    assert "experiment=regions" not in drivers.caption(regions)
    assert len(visible_axes(drivers.draw(run_data))) == len(run_data.classifiers)


def test_the_table_of_parts_recovers_what_was_planted(run_data: RunData):
    table = parts_table(run_data)
    assert np.allclose(table["palsy_cost_mean"], table["additive_mean"] + table["interaction_mean"])
    by_emotion = table[table["emotion"] != "all"].groupby("emotion")["share_mean"].mean()
    planted = {emotion: Plan().share(emotion) for emotion in run_data.emotions}
    assert by_emotion.to_dict() == pytest.approx(planted, abs=0.03)
    assert list(table["emotion"][:4]) == ["all", *run_data.emotions]
    assert set(table["readings_of_this_sign"]) <= {f"{count} of 4" for count in range(1, 5)}


def test_other_palsies_have_one_row_over_all_emotions(regions: RunData):
    table = parts_table(regions)
    others = table[table["intervention"] != "palsy"]
    assert sorted(others["intervention"]) == ["region_lower", "region_middle", "region_upper"]
    assert set(others["emotion"]) == {"all"}


def test_the_parts_lie_beside_the_report_as_csv_and_latex(report: Path, run_data: RunData):
    read = pd.read_csv(report.parent / "tables" / "t0_palsy_cost.csv")
    assert np.allclose(read["interaction_mean"], parts_table(run_data)["interaction_mean"])
    assert "minimum detectable share" in (report.parent / "tables" / "t0_palsy_cost.tex").read_text()


def test_the_explorer_has_the_parts_of_each_node_from_the_response_table(run_data: RunData):
    parts = explore(run_data, 10_000_000).parts
    assert set(parts) == {f"{c}/{e}" for c in run_data.classifiers for e in run_data.emotions}
    one = parts["net_a/anger"]
    means = {
        name: surface(run_data, "net_a", "anger", name).groupby(["t", "s"])["logit"].mean()
        for name in ("palsy", "palsy_two_sided")
    }
    for place, (t, s) in enumerate((t, s) for t in one["t"] for s in one["s"]):
        cost, two_sided = (means[n][t, 1.0] - means[n][t, s] for n in ("palsy", "palsy_two_sided"))
        assert one["cost"][place] == pytest.approx(cost, abs=1e-4)
        assert one["additive"][place] == pytest.approx(two_sided / 2, abs=1e-4)
    assert one["summary"] == summary(run_data, "net_a", "anger") != ""


def test_without_the_partner_the_explorer_has_no_parts(without_partner: RunData):
    assert explore(without_partner, 10_000_000).parts == {}
    assert summary(without_partner, "net_a", "anger") == ""


@pytest.mark.parametrize(
    ("share", "words"), [(0.222, "+22 %"), (-0.17, "−17 %"), (0.001, "0 %"), (-0.001, "0 %"), (np.nan, "–")]
)
def test_a_share_is_a_signed_percentage(share: float, words: str):
    assert percent(share) == words


@pytest.mark.parametrize(("value", "words"), [(1.26, "+1.3"), (-1.26, "−1.3"), (-0.01, "0.0"), (0.01, "0.0")])
def test_points_have_a_sign_unless_they_are_none(value: float, words: str):
    assert points(value) == words


def test_the_forest_shows_cost_and_interaction_in_percent(run_data: RunData):
    words = texts(forest.draw(run_data))
    for score in ("palsy_cost_standardised", "interaction_standardised"):
        for row in run_data.tested(score, "palsy").itertuples():
            mean, low, high = (signed(100 * value) for value in (row.mean, row.low, row.high))
            assert f"{mean} [{low}, {high}]" in words


def test_the_map_shows_interaction_beside_slope(run_data: RunData):
    words = texts(effect_map.draw(run_data))
    assert words.index("Interaction: does not matching matter?") < words.index("Slope: does the activation fall?")
    for mean in run_data.tested("interaction_standardised", "palsy")["mean"]:
        assert points(100 * mean) in words
