"""The page of a repair in Chromium: accessible, silent, within the screen, tables as tall as their text."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from facing_asymmetry.classifiers import registry
from facing_asymmetry.repair.outcome import RepairDesign
from facing_asymmetry.repair.study import repair_classifier
from tests.reporting.browsing import CHROMIUM, VIEWS, chromium, faults

NAME = "mini_xception_fer2013"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed"),
    pytest.mark.skipif(not registry.state(registry.record(NAME)).ready, reason=f"{NAME} lacks its weights"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repair")
    design = RepairDesign(learnt=(200, 201), proof=(300,), steps=15)
    return repair_classifier(registry.record(NAME), folder / "out", folder / "store", design=design).page


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_of_a_repair_is_accessible_and_fits(browser: Browser, page: Path, view: str):
    assert faults(browser, page, view, f"repair_{view}") == []
