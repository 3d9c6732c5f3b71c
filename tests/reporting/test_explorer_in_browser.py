import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from facing_asymmetry.reporting.cost_parts import summary
from facing_asymmetry.results.finished_run import RunData, surface
from tests.reporting.browsing import CHROMIUM, Explorer, agree, chromium, opened, tabled, until

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]
FIRST = {"classifier": "net_a", "emotion": "happiness", "identity": 0, "intervention": "palsy", "side": "left"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def explorer(browser: Browser, report: Path) -> Iterator[Explorer]:
    """The explorer, freshly opened; whatever a test does must leave the console silent."""
    with opened(browser, report) as (page, complaints):
        yield Explorer(page)
        assert complaints == []


def test_it_opens_on_the_full_symmetric_face_with_the_tables_numbers(explorer: Explorer, run_data: RunData):
    first = explorer.look()
    assert (first.s, first.t) == ("1.00", "1.00")
    assert {name: pick["value"] for name, pick in first.picks.items()} == {k: str(v) for k, v in FIRST.items()}
    assert agree(first.numbers, tabled(run_data, FIRST, 1.0, 1.0))


def test_sliders_change_face_numbers_prediction_and_the_point_on_the_surface_at_once(
    explorer: Explorer, run_data: RunData
):
    seen = [explorer.look(), explorer.slide("s", 4), explorer.slide("t", 1)]
    assert [(one.s, one.t) for one in seen] == [("1.00", "1.00"), ("0.00", "1.00"), ("0.00", "0.50")]
    assert len({one.face for one in seen}) == len({one.map for one in seen}) == 3
    for one in seen:
        meant = tabled(run_data, FIRST, float(one.s), float(one.t))
        assert agree(one.numbers, meant)
        said = max(meant, key=lambda name: meant[name][1])
        assert f"Predicted: {said}, {100 * meant[said][0]:.0f} %" in one.said
    assert "symmetry 0.00 and intensity 0.50" in seen[-1].label


def test_every_choice_shows_the_numbers_of_its_own_unit(explorer: Explorer, run_data: RunData):
    unit = dict(FIRST)
    explorer.slide("s", 3)
    choices = {
        "classifier": "net_b",
        "emotion": "surprise",
        "identity": "1",
        "side": "right",
        "intervention": "bilateral",
    }
    for name, value in choices.items():
        seen = explorer.choose(name, value)
        unit[name] = int(value) if name == "identity" else value
        if value == "bilateral":
            unit["side"] = "both"
        assert (seen.s, seen.t) == ("0.25", "1.00")
        assert agree(seen.numbers, tabled(run_data, unit, 0.25, 1.0)), unit


def test_the_other_side_is_the_mirror_image(explorer: Explorer):
    left, right = explorer.slide("s", 4), explorer.choose("side", "right")
    faces = [pixels(one.face) for one in (left, right)]
    assert np.array_equal(faces[1], faces[0][:, ::-1])
    assert not np.array_equal(faces[1], faces[0])


def pixels(uri: str) -> np.ndarray:
    """A canvas that was read as a data URI."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("RGB"))


def test_a_choice_that_another_classifier_has_too_is_kept(explorer: Explorer):
    for name, value in (("emotion", "surprise"), ("identity", "1"), ("side", "right")):
        explorer.choose(name, value)
    seen = explorer.choose("classifier", "net_b")
    assert [seen.picks[n]["value"] for n in ("emotion", "identity", "side")] == ["surprise", "1", "right"]
    assert explorer.choose("intervention", "bilateral").picks["side"]["all"] == ["both"]


def test_pairs_that_are_not_accepted_are_marked(explorer: Explorer):
    explorer.choose("classifier", "net_b")
    seen = explorer.choose("emotion", "anger")
    assert "Not accepted" in seen.who
    assert "anger (not accepted)" in explorer.page.inner_text("#pick-emotion")


def test_the_play_button_morphs_from_neutral_to_the_full_expression(explorer: Explorer):
    explorer.slide("s", 4)
    explorer.page.click("#play-t")
    during = explorer.look()
    until(explorer.page, "document.getElementById('play-t').textContent === '▶'")
    after = explorer.look()
    assert (during.t, after.t, after.s) == ("0.00", "1.00", "0.00")
    assert during.face != after.face


def test_the_keyboard_alone_reaches_everything(explorer: Explorer):
    """Tab through the page from its top: the choices, buttons and sliders come in order, and arrows move them."""
    page, reached = explorer.page, []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        if reached[-1] == "slide-s":
            page.keyboard.press("ArrowRight")
            assert explorer.look().s == "0.75"
        if reached[-1] == "slide-t":
            page.keyboard.press("Home")
            assert explorer.look().t == "0.00"
            break
        if reached[-1] == "pick-emotion":
            page.keyboard.press("ArrowDown")
            assert explorer.look().picks["emotion"]["value"] == "surprise"
    picks = ["pick-classifier", "pick-emotion", "pick-identity", "pick-intervention", "pick-side"]
    wanted = [*picks, "play-s", "slide-s", "play-t", "slide-t"]
    assert [name for name in reached if name in wanted] == wanted


def test_a_click_on_the_surface_goes_there(explorer: Explorer):
    box = explorer.page.locator("#surface").bounding_box()
    assert box
    explorer.page.locator("#surface").click(position={"x": box["width"] - 3, "y": box["height"] - 3})
    seen = explorer.look()
    assert (seen.s, seen.t) == ("0.00", "0.00")


def test_the_cost_of_the_palsy_and_its_parts_follow_the_sliders(explorer: Explorer, run_data: RunData):
    explorer.slide("s", 4)
    explorer.slide("t", 1)
    means = {
        name: surface(run_data, "net_a", "happiness", name).groupby(["t", "s"])["logit"].mean()
        for name in ("palsy", "palsy_two_sided")
    }
    cost, two_sided = (means[name][0.5, 1.0] - means[name][0.5, 0.0] for name in means)
    shown = explorer.page.inner_text("#parts-here").replace("−", "-")
    numbers = [float(word) for word in re.findall(r"-?\d+\.\d\d", shown)]
    assert numbers == pytest.approx([cost, two_sided / 2, cost - two_sided / 2], abs=0.006)
    assert explorer.page.inner_text("#parts-mean") == summary(run_data, "net_a", "happiness")
    explorer.slide("s", 0)
    assert "cost 0.00 = 0.00 two weak halves + 0.00 not matching" in explorer.page.inner_text("#parts-here")
    seen = explorer.choose("intervention", "palsy_two_sided")
    assert seen.picks["side"]["all"] == ["both"]
