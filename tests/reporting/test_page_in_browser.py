"""The whole page in Chromium: accessible, quick to open, legible on a phone, in the dark and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.reporting.browsing import CHROMIUM, SCREENSHOTS, chromium, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_has_no_accessibility_violation_and_leaves_the_console_silent(
    browser: Browser, report: Path, view: str
):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with opened(browser, report, **VIEWS[view]) as (page, complaints):
        for details in page.locator("details").all():
            details.evaluate("(one) => { one.open = true; }")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        page.screenshot(path=SCREENSHOTS / f"{view}.png", full_page=True)
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
        assert complaints == []


def test_nothing_is_wider_than_a_phone(browser: Browser, report: Path):
    with opened(browser, report, **VIEWS["phone"]) as (page, _):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_opens_in_under_two_seconds(browser: Browser, report: Path, record_property):
    with opened(browser, report, **VIEWS["light"]) as (page, _):
        taken = until_usable(page)
    record_property("milliseconds until the explorer can be used", taken)
    assert taken < 2000


def until_usable(page: Page) -> float:
    """Milliseconds from the navigation until everything is loaded and the first face is drawn."""
    until(page, "performance.getEntriesByType('navigation')[0].loadEventEnd > 0 && window.explorerDrawn > 0")
    return float(
        page.evaluate("Math.max(performance.getEntriesByType('navigation')[0].loadEventEnd, window.explorerDrawn)")
    )


def test_it_prints_without_the_explorer_and_within_the_paper(browser: Browser, report: Path, tmp_path: Path):
    with opened(browser, report, **VIEWS["light"]) as (page, _):
        page.emulate_media(media="print")
        assert not page.locator("#explorer").is_visible()
        assert page.locator("#results").is_visible()
        assert all(one.is_visible() for one in page.locator("details.page table").all()), "folded parts are printed too"
        page.set_viewport_size({"width": 700, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= 700
        page.screenshot(path=SCREENSHOTS / "print.png", full_page=True)
        page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_figures_follow_the_readers_dark_setting(browser: Browser, report: Path):
    """A figure's ground is the page's, not a white box: the mean brightness of the page falls."""
    with opened(browser, report, **VIEWS["dark"]) as (page, _):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 26, 30)"
        svg = page.locator("figure img").first.get_attribute("src")
    assert svg is not None
    assert svg.startswith("data:image/svg+xml")
