"""The comparison in Chromium: accessible, silent, within the screen, tables as tall as their text."""

import pytest

from facing_asymmetry.reporting.comparison.page import compare
from tests.reporting.browsing import CHROMIUM, VIEWS, chromium, faults
from tests.reporting.comparison.conftest import on_another_face

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]


def test_the_comparison_is_accessible_and_fits_in_every_view(plain, tmp_path):
    other = on_another_face(plain, tmp_path / "run", "ict", {("slope_standardised", "net_a", "happiness"): 0.4})
    path = compare([plain, other], tmp_path / "out")
    with chromium() as browser:
        for view in VIEWS:
            assert faults(browser, path, view, f"comparison_{view}") == [], view
