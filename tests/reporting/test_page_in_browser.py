"""The whole page in Chromium: accessible, quick to open, legible on a phone, in the dark and on paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.reporting.browsing import CHROMIUM, SCREENSHOTS, VIEWS, chromium, faults, opened, until

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_is_accessible_fits_and_has_tables_as_tall_as_their_text(browser: Browser, report: Path, view: str):
    assert faults(browser, report, view, view) == []


def test_the_page_of_twelve_networks_is_accessible_and_fits_in_every_view(browser: Browser, report_of_many: Path):
    for view, options in VIEWS.items():
        assert faults(browser, report_of_many, view, f"twelve_{view}") == [], view
        with opened(browser, report_of_many, **options) as (page, _):
            assert page.locator("#pick-classifier option").count() == page.locator("details.page").count() == 12


FIRST_SCREEN = """() => ["answer", "claim-banner", "pair", "costs"].map((id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  const count = (kind) => document.querySelectorAll(`#${id} ${kind}`).length, bars = count("svg"), faces = count("img");
  const whole = box.top >= 0 && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  const within = whole && box.height > 10;
  return { id, within, bars, faces, bottom: Math.round(box.bottom) };
})"""


@pytest.mark.parametrize("name", ["report", "report_of_many"])
@pytest.mark.parametrize("view", ["light", "phone"])
def test_the_first_screen_holds_the_answer_the_banner_two_faces_and_a_bar_for_each_network(
    browser: Browser, name: str, view: str, request: pytest.FixtureRequest
):
    with opened(browser, request.getfixturevalue(name), **VIEWS[view]) as (page, _):
        seen = page.evaluate(FIRST_SCREEN)
        words = page.inner_text("#answer")
        page.screenshot(path=SCREENSHOTS / f"first_{name}_{view}.png")
    assert [one["id"] for one in seen if not one["within"]] == [], seen
    assert [one["faces"] for one in seen] == [0, 0, 2, 0]
    assert [one["bars"] for one in seen] == [0, 0, 0, 12 if name == "report_of_many" else 2]
    assert re.search(r"costs the .* networks \d+ .*% \[[−+]?\d+, [−+]?\d+\]", words)


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


PAPER = {"width": 688, "height": 1009}
"""CSS pixels of A4 inside the page's margins: 182 x 267 mm."""

PRINTED = """() => {
  const shown = (one) => one.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true });
  const box = (one) => one.getBoundingClientRect();
  return {
    folded: [...document.querySelectorAll("details:not([open]) :is(table, p, li, dd)")].filter((o) => !shown(o)).length,
    wide: [...document.querySelectorAll("main *, .top *")].filter(shown).filter((o) => !o.closest(".hidden"))
      .filter((o) => box(o).width && box(o).right > innerWidth + 1).map((o) => o.outerHTML.slice(0, 90)),
    tall: [...document.querySelectorAll("figure")].filter((o) => box(o).height > innerHeight).map((o) => o.id),
    controls: [...document.querySelectorAll("nav, button, input, .files, .skip")].filter(shown).length,
    face: box(document.getElementById("face")).height, ground: getComputedStyle(document.body).backgroundColor,
  };
}"""


@pytest.mark.parametrize("name", ["report", "report_of_many"])
def test_on_paper_all_is_unfolded_whole_and_within_the_page(
    browser: Browser, name: str, request: pytest.FixtureRequest, tmp_path: Path
):
    """Also where the reader's screen is dark: paper is white. The explorer is a still picture without its controls."""
    view = VIEWS["dark"] | {"viewport": PAPER}
    with opened(browser, request.getfixturevalue(name), **view) as (page, _):
        page.emulate_media(media="print")
        until(page, f"({PRINTED})().folded === 0")  # Chromium unfolds with the frame that it draws next
        face = page.evaluate("document.getElementById('face').toDataURL()")
        seen = page.evaluate(PRINTED)
        page.screenshot(path=SCREENSHOTS / f"print_{name}.png")
        page.emulate_media(media=None)
        page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert seen["folded"] == seen["controls"] == 0
    assert seen["wide"] == seen["tall"] == []
    assert seen["ground"] == "rgb(254, 254, 254)"
    assert seen["face"] > 100
    assert len(face) > 1000, "the canvas holds the face"
    text = (tmp_path / "report.pdf").read_bytes()
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]", text), "A4"


def test_figures_follow_the_readers_dark_setting(browser: Browser, report: Path):
    """A figure's ground is the page's, not a white box: the mean brightness of the page falls."""
    with opened(browser, report, **VIEWS["dark"]) as (page, _):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 26, 30)"
        svg = page.locator("figure .scroll img").first.get_attribute("src")
    assert svg is not None
    assert svg.startswith("data:image/svg+xml")
