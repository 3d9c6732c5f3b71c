import matplotlib as mpl
import pytest

from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.reporting.figures.calibration import draw_calibration, save_calibration
from facing_asymmetry.results.published import published, with_error
from facing_asymmetry.validation.calibration.design import FULL_CALIBRATION, QUICK_CALIBRATION
from facing_asymmetry.validation.calibration.simulation import NullCase
from facing_asymmetry.validation.calibration.tables import tables, with_tables

ROOT = conf_folder().parent
PAGE = ROOT / "docs" / "calibration" / "README.md"


def test_the_published_calibration_is_the_full_one_and_lies_in_its_bands():
    record = published()
    assert record["passed"] is True
    assert record["design"]["data_sets"] == FULL_CALIBRATION.data_sets == record["false_positive_rate"]["data_sets"]
    assert record["false_positive_rate"]["value"] == pytest.approx(0.05, abs=0.01)
    assert record["coverage"]["value"] == pytest.approx(0.95, abs=0.015)
    interaction = record["interaction"]
    assert interaction["passed"] is True
    assert interaction["false_positive_rate"]["value"] == pytest.approx(0.05, abs=0.01)
    for key in ("coverage", "coverage_of_effect"):
        assert interaction[key]["value"] == pytest.approx(0.95, abs=0.015)
        assert interaction[key]["data_sets"] == FULL_CALIBRATION.data_sets
    assert record["conditions"]["command"] == "facing-asymmetry calibrate"


def test_the_published_power_at_the_minimum_detectable_interaction_is_what_it_should_be():
    record = published()
    for one in record["interaction"]["minimum_detectable"]:
        assert one["predicted"] == pytest.approx(record["settings"]["power"], abs=1e-6)
        if one["identities"] >= 10:
            assert one["power"]["value"] == pytest.approx(record["settings"]["power"], abs=0.03)


def test_its_page_holds_its_numbers():
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, published()) == page
    assert page.count("| slope | skewed |") == len(FULL_CALIBRATION.identities)
    with pytest.raises(DataError, match="end of tables"):
        with_tables("no marks", published())
    assert "Monte-Carlo" not in tables(published())[:20]


def test_the_readme_quotes_the_published_rates():
    words, record = (ROOT / "README.md").read_text(encoding="utf-8"), published()
    for key in ("false_positive_rate", "coverage", "shuffle_false_positive_rate"):
        assert with_error(record[key]) in words


def test_a_published_data_set_can_be_computed_again():
    """The first null data sets of the quick design are the first of the full one: same seeds, same p."""
    assert QUICK_CALIBRATION.seed == FULL_CALIBRATION.seed == published()["design"]["seed"]
    case = NullCase("slope", "normal", 10)
    assert case(0) == case(0)
    assert case(0) != case(1)


def test_the_figure_has_six_panels_with_units(tmp_path):
    figure = draw_calibration(published())
    figure.draw_without_rendering()
    assert len(figure.axes) == 6
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    words = "\n".join(text.get_text() for text in figure.findobj(mpl.text.Text))
    for name in ("shuffle test", "skewed", "power (%)", "identities", "interaction", "symmetry_specific"):
        assert name in words
    save_calibration(published(), tmp_path / "f9.png")
    assert (tmp_path / "f9.png").stat().st_size > 10_000
