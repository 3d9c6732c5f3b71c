"""Debian's Chromium under Playwright, and what the explorer shows, read from the page."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
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


def until(page: Page, expression: str, seconds: float = 60.0) -> None:
    """Ask the page until it says yes; Playwright's own waiting evaluates strings, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"after {seconds} s still not so: {expression}"
        page.wait_for_timeout(50)


VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "is_mobile": True,
        "has_touch": True,
        "device_scale_factor": 2,
    },
}
LOOKED_AT = 24_000
"""CSS pixels of a page, from its top, that a screenshot holds."""

FAULTY_TABLES = """() => {
  const lines = (cell) => {
    const range = document.createRange(); range.selectNodeContents(cell);
    const tops = [...range.getClientRects()].filter((r) => r.width > 0.5).map((r) => r.top).sort((a, b) => a - b);
    return tops.filter((top, n) => n === 0 || top - tops[n - 1] > 4).length;
  };
  const faults = [];
  for (const table of document.querySelectorAll("table")) {
    const name = table.caption?.textContent.trim(), box = table.closest(".scroll"), row = [...table.rows].at(-1);
    if (!name) faults.push("a table without a caption: " + table.outerHTML.slice(0, 80));
    const room = box ? box.getBoundingClientRect() : { right: innerWidth + 1, left: 0 };
    if (room.right > innerWidth + 1 || room.left < 0) faults.push(`${name}: wider than the page`);
    if (!box && table.getBoundingClientRect().right > innerWidth + 1) faults.push(`${name}: beyond the page`);
    for (const one of table.tBodies[0].rows) {
      const seen = [...one.cells].filter((c) => c.getBoundingClientRect().left < room.right && c.offsetWidth > 0);
      const line = parseFloat(getComputedStyle(one.cells[0]).lineHeight), most = Math.max(1, ...seen.map(lines));
      const allowed = most * line + 14;
      const height = one.offsetHeight;
      if (height > allowed) faults.push(`${name}: ${height} px for ${most} line(s): ${one.innerText}`);
    }
  }
  for (const cell of document.querySelectorAll(".table tbody td.number")) {
    if (getComputedStyle(cell).textAlign !== "right") faults.push("not to the right: " + cell.textContent);
  }
  return faults;
}"""
"""Tables that stick out of the page, rows that are taller than the text in view, numbers that are not to the right."""


def faults(browser: Browser, path: Path, view: str, name: str) -> list[str]:
    """What is wrong with a page, everything unfolded: axe, console, its width, its tables. Leaves a screenshot."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with opened(browser, path, **VIEWS[view]) as (page, complaints):
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        size = page.evaluate(
            "[innerWidth, document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        top = {"x": 0, "y": 0, "width": size[0], "height": min(size[2], LOOKED_AT)}
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, clip=top)
        wide = [f"{size[1]} px wide"] if size[1] > VIEWS[view]["viewport"]["width"] else []
        axe = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]
        return [*axe, *complaints, *wide, *page.evaluate(FAULTY_TABLES)]


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
