"""Debian's Chromium under Playwright, and what the explorer shows, read from the page."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from facing_asymmetry.results.finished_run import RunData

CHROMIUM = shutil.which("chromium")
SCREENSHOTS = Path(__file__).parents[2] / "outputs" / "screenshots"
"""Where tests leave what they saw, to be looked at."""

LOOK = """() => {
  const id = (name) => document.getElementById(name);
  const pick = (name) => ({ value: id(name).value, all: [...id(name).options].map((o) => o.value) });
  return {
    s: id("value-s").textContent, t: id("value-t").textContent, said: id("prediction").textContent,
    who: id("who").textContent, face: id("face").toDataURL(), label: id("face").getAttribute("aria-label"),
    picks: Object.fromEntries(
      ["classifier", "emotion", "identity", "intervention", "side"].map((n) => [n, pick("pick-" + n)])),
    rows: [...document.querySelectorAll("#bars tbody tr")].map((r) => [...r.children].map((c) => c.textContent)),
    map: id("surface").toDataURL(),
  };
}"""


@dataclass
class Seen:
    """The explorer's state at one moment."""

    s: str
    t: str
    said: str
    who: str
    face: str
    label: str
    picks: dict[str, dict]
    rows: list[list[str]]
    map: str

    @property
    def numbers(self) -> dict[str, tuple[float, float]]:
        """Class -> (probability, logit) as printed."""
        return {row[0]: (float(row[2]), float(row[3])) for row in self.rows}


class Explorer:
    """The page, worked as a reader works it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def look(self) -> Seen:
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return Seen(**self.page.evaluate(LOOK))

    def choose(self, name: str, value: str) -> Seen:
        self.page.select_option(f"#pick-{name}", value)
        self.page.wait_for_timeout(150)  # the picture of another sheet is decoded
        return self.look()

    def slide(self, axis: str, place: int) -> Seen:
        self.page.fill(f"#slide-{axis}", str(place))
        return self.look()


def until(page: Page, expression: str, seconds: float = 10.0) -> None:
    """Ask the page until it says yes; Playwright's own waiting evaluates strings, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"after {seconds} s still not so: {expression}"
        page.wait_for_timeout(50)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser that is closed afterwards."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, **options: object) -> Iterator[tuple[Page, list[str]]]:
    """The page at `path`, and the errors and warnings of its console so far."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page, complaints = context.new_page(), []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    yield page, complaints
    context.close()


def tabled(data: RunData, unit: dict[str, object], s: float, t: float) -> dict[str, tuple[float, float]]:
    """Class -> (probability, logit) of one frame, straight from the response table."""
    rows = data.responses
    for column, value in unit.items():
        rows = rows[rows[column] == value]
    rows = rows[(rows["s"] - s).abs().lt(1e-6) & (rows["t"] - t).abs().lt(1e-6)]
    return {str(r["class"]): (float(r["probability"]), float(r["logit"])) for _, r in rows.iterrows()}


def agree(shown: dict[str, tuple[float, float]], meant: dict[str, tuple[float, float]]) -> bool:
    """Equal up to the last printed digit: three places of probabilities, two of logits."""
    return shown.keys() == meant.keys() and all(
        abs(shown[k][0] - meant[k][0]) <= 0.0006 and abs(shown[k][1] - meant[k][1]) <= 0.0056 for k in meant
    )
