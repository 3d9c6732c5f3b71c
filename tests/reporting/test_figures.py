import dataclasses
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure

from facing_asymmetry.core.code import PACKAGE, CodeBase
from facing_asymmetry.reporting import classifier_surfaces, figures
from facing_asymmetry.reporting.figures import (
    FIGURE_MODULES,
    activation_by_classifier,
    activation_curves,
    controls,
    effect_map,
    example_faces,
    expressions,
    forest,
    impact_surface,
    palsy_cost,
    report_figures,
)
from facing_asymmetry.reporting.report_figure import SECTIONS, ReportFigure
from facing_asymmetry.reporting.style import robust_limits
from facing_asymmetry.results.finished_run import RunData, grid_mean, surface
from facing_asymmetry.runs.jobs import RESULT_CODE

EVERY_FIGURE = pytest.mark.parametrize("one", report_figures(), ids=lambda one: one.name)


def visible_axes(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible()]


def texts(figure: Figure) -> str:
    figure.draw_without_rendering()
    return "\n".join(text.get_text() for text in figure.findobj(mpl.text.Text))


@EVERY_FIGURE
def test_every_figure_draws_and_explains_itself(one: ReportFigure, run_data: RunData):
    figure = one.draw(run_data)
    figure.draw_without_rendering()
    assert one.name.startswith(one.number.lower())
    assert len(one.caption(run_data)) > 80
    assert len(one.describe(run_data)) > 40
    assert figure.get_size_inches()[0] == pytest.approx(7.2)


@EVERY_FIGURE
def test_drawing_leaves_the_readers_own_style_alone(one: ReportFigure, run_data: RunData):
    with mpl.rc_context({"font.size": 23, "axes.grid": True}):
        before = dict(mpl.rcParams)
        one.draw(run_data)
        assert dict(mpl.rcParams) == before


def test_every_module_of_the_package_is_a_figure_with_a_number_of_its_own():
    folder = Path(figures.__file__).parent
    modules = {f"{figures.__name__}.{path.stem}" for path in folder.glob("*.py") if path.stem != "__init__"}
    assert set(FIGURE_MODULES) == modules
    assert {one.draw.__module__ for one in report_figures()} == modules
    assert len({one.number for one in report_figures()}) == len(modules)


def test_every_figure_is_in_a_section_of_the_page_at_a_place_of_its_own(report: Path):
    page = report.read_text(encoding="utf-8")
    assert all(one.section in SECTIONS for one in report_figures())
    assert len({(one.section, one.place) for one in report_figures()}) == len(report_figures())
    for section in SECTIONS:
        part = page.partition(f'<section id="{section}"')[2].partition("</section>")[0]
        shown = [one for one in report_figures() if one.section == section]
        declared = [one.name for one in sorted(shown, key=lambda one: one.place)]
        assert re.findall(r'<figure id="(\w+)">', part) == declared


@EVERY_FIGURE
def test_the_code_of_every_figure_is_part_of_a_runs_key(one: ReportFigure):
    assert one.draw.__module__ in CodeBase(PACKAGE).closure(*RESULT_CODE)


def test_the_symmetric_face_comes_first(run_data: RunData):
    for axes in visible_axes(activation_curves.draw(run_data)):
        left, right = axes.get_xlim()
        assert left > 1.0 - 1e-9
        assert right < 0.0 + 1e-9
    surface_axes = impact_surface.draw(run_data).axes[1]
    assert surface_axes.get_xlim() == (1.0, 0.0)


def test_training_sets_and_classifiers_are_rows_and_emotions_columns(run_data: RunData):
    axes = activation_by_classifier.draw(run_data).axes
    columns = len(run_data.emotions)
    assert [one.get_title() for one in axes[:columns]] == run_data.emotions
    rows = [one.get_ylabel().split("\n") for one in axes[::columns]]
    assert rows == [[run_data.training_sets[c], c.replace("_", " ")] for c in run_data.classifiers]


def test_a_curve_is_the_mean_and_deviation_over_identities(run_data: RunData):
    table = activation_curves.curve(run_data, "net_a", "happiness", "palsy")
    unit = surface(run_data, "net_a", "happiness").query("t == 1 and s == 0.25")["logit"]
    row = table[table["s"] == 0.25].iloc[0]
    assert len(unit) == 4
    assert row["mean"] == pytest.approx(unit.mean())
    assert row["sd"] == pytest.approx(np.std(unit, ddof=1))


def test_the_control_is_drawn_beside_the_curve_and_lies_above_it(run_data: RunData):
    palsy, control = (activation_curves.curve(run_data, "net_a", "anger", name) for name in ("palsy", "bilateral"))
    assert control["mean"].iloc[0] > palsy["mean"].iloc[0]
    place = run_data.classifiers.index("net_a") * len(run_data.emotions) + run_data.emotions.index("anger")
    lines = activation_by_classifier.draw(run_data).axes[place].lines
    assert any(
        np.allclose(line.get_ydata(), control["mean"]) for line in lines if len(line.get_ydata()) == len(control)
    )


def hatched(axes: Axes) -> int:
    return sum(bool(band.get_hatch()) for band in axes.findobj(FillBetweenPolyCollection))


def test_exactly_the_curves_with_mispredictions_are_hatched(run_data: RunData):
    axes = iter(activation_by_classifier.draw(run_data).axes)
    marked = {}
    for classifier in run_data.classifiers:
        for emotion in run_data.emotions:
            wrong = (activation_curves.curve(run_data, classifier, emotion, "palsy")["wrong"] > 0.5).any()
            marked[classifier, emotion] = hatched(next(axes))
            assert marked[classifier, emotion] == wrong
    assert marked["net_b", "anger"] == 1, "net_b never recognises anger"


def test_nothing_is_hatched_where_every_face_is_recognised(run_data: RunData):
    right = run_data.responses.assign(predicted=run_data.responses["emotion"])
    figure = activation_by_classifier.draw(dataclasses.replace(run_data, responses=right))
    assert sum(map(hatched, visible_axes(figure))) == 0


def panel_axes(data: RunData) -> dict[tuple[str, str], Axes]:
    """Axes of F5 by classifier and emotion."""
    axes = iter(visible_axes(activation_curves.draw(data)))
    return {(c, e): next(axes) for c in activation_curves.representatives(data).values() for e in data.emotions}


def test_there_is_one_panel_per_training_set_headed_by_it_and_cut_by_emotion(run_data: RunData):
    panels = panel_axes(run_data)
    assert [one.get_title().strip() for one in panels.values()] == run_data.emotions * 2
    heads = [words.get_text() for one in panels.values() for words in one.texts]
    assert heads == ["AffectNet-8", "net b", "FER2013", "net a"]


def test_a_panel_holds_the_mean_the_band_and_every_identity(run_data: RunData):
    for (classifier, emotion), one in panel_axes(run_data).items():
        drawn = [np.asarray(line.get_ydata()) for line in one.lines if len(line.get_ydata()) == len(run_data.axes[0])]
        table = activation_curves.curve(run_data, classifier, emotion, "palsy")
        assert len(drawn) == len(run_data.identities) + 1
        assert np.allclose(drawn[-1], table["mean"])
        assert np.allclose(np.mean(drawn[:-1], axis=0), table["mean"])
        edges = one.findobj(FillBetweenPolyCollection)[0].get_paths()[0].vertices
        assert edges[:, 1].max() == pytest.approx((table["mean"] + table["sd"]).max())


def test_symmetric_faces_come_first_on_every_axis_of_symmetry(run_data: RunData):
    for one in panel_axes(run_data).values():
        left, right = one.get_xlim()
        assert left > 1 > 0 > right


def test_a_training_set_is_shown_by_the_network_that_accepts_most(run_data: RunData):
    alike = run_data.responses.assign(training_set="FER2013")
    assert activation_curves.representatives(dataclasses.replace(run_data, responses=alike)) == {"FER2013": "net_a"}


def test_only_emotions_that_are_lost_are_hatched_in_a_panel(run_data: RunData):
    for (classifier, emotion), one in panel_axes(run_data).items():
        lost = (activation_curves.curve(run_data, classifier, emotion, "palsy")["wrong"] > 0.5).any()
        assert hatched(one) == lost


def test_example_faces_are_those_of_every_identity_with_pictures(run_data: RunData):
    figure = example_faces.draw(run_data)
    assert list(example_faces.examples(run_data)) == [0, 1]
    assert len(figure.axes[0].images) == 2 * 2 * (1 + len(run_data.emotions))
    words = example_faces.caption(run_data)
    assert "identity 0 (female, 31 years), 1 (male, 32 years)" in words
    assert "facing-asymmetry photographs FOLDER --run RUN puts others beside" in words


def test_surfaces_show_the_grid_means_and_their_derivative(run_data: RunData):
    figure = classifier_surfaces.draw(run_data, "net_a")
    unit = surface(run_data, "net_a", "anger")
    s, _, mean = grid_mean(unit, "logit")
    above, below = figure.axes[0].collections[0], figure.axes[len(run_data.emotions)].collections[0]
    assert np.allclose(above.get_array(), mean)
    assert np.allclose(below.get_array(), np.gradient(mean, s, axis=1))
    wrong = (grid_mean(unit, "wrong")[2] > 0.5).sum()
    assert len(figure.axes[0].patches) == wrong > 0


def test_the_heat_map_shows_the_means_of_the_test_table(run_data: RunData):
    values = effect_map.effects(run_data)
    row = run_data.tests.query(
        "classifier == 'net_a' and emotion == 'anger' and score == 'slope_standardised' and intervention == 'palsy'"
    ).iloc[0]
    assert values.loc["net_a", "anger"] == row["mean"]
    assert f"{row['mean']:.2f}" in texts(effect_map.draw(run_data))


def test_without_a_claim_there_are_no_stars_but_words(run_data: RunData):
    words = texts(effect_map.draw(run_data))
    assert "*" not in words
    assert "No claim" in words
    assert "n = 4 identities, 20 needed" in words
    assert "No claim" in effect_map.caption(run_data)


def test_with_a_claim_stars_follow_the_corrected_p(claiming_data: RunData):
    tests = claiming_data.tests.assign(p_holm=0.002)
    words = texts(effect_map.draw(dataclasses.replace(claiming_data, tests=tests)))
    means = effect_map.effects(claiming_data)
    assert f"{means.loc['net_a', 'anger']:.2f}**" in words
    assert "No claim" not in words


@pytest.mark.parametrize(("p", "marks"), [(0.0009, "***"), (0.009, "**"), (0.049, "*"), (0.05, ""), (np.nan, "")])
def test_stars_are_conventional(p: float, marks: str):
    assert effect_map.stars(p) == marks


def test_controls_show_four_series_per_pair(run_data: RunData):
    axes = visible_axes(controls.draw(run_data))[0]
    intervals = [
        line for line in axes.lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    ]
    assert len(intervals) == 4 * len(run_data.emotions)


def test_expressions_mark_what_is_not_accepted(run_data: RunData):
    words = texts(expressions.draw(run_data))
    assert words.count("✕") == 1
    assert "t = 0.5" in words


def test_the_derivative_is_that_of_the_mean_surface(run_data: RunData):
    words = impact_surface.describe(run_data)
    rows = surface(run_data, *run_data.exemplar)
    low, high = (rows.query(f"s == {s} and t == 1")["logit"].mean() for s in (0, 1))
    assert f"s = 0, t = 1: {low:.2f}" in words
    assert f"s = 1, t = 1: {high:.2f}" in words


def test_one_unstable_cell_does_not_set_the_scale(run_data: RunData):
    table = run_data.tested("slope_standardised", "palsy").copy()
    table.iloc[0, table.columns.get_loc("high")] = 1e6
    accepted = [False] + [True] * (len(table) - 1)
    assert robust_limits(table, accepted)[1] < 100


def test_a_score_that_is_not_defined_is_said_not_drawn(run_data: RunData):
    undefined = run_data.tests.assign(mean=np.nan, low=np.nan, high=np.nan)
    data = dataclasses.replace(run_data, tests=undefined)
    for module in (palsy_cost, effect_map, forest, controls):
        words = texts(module.draw(data))
        assert words.count("not defined") >= len(data.classifiers) * len(data.emotions)
        assert "nan" not in words
