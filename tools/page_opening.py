"""How long reports take to open in Chromium from disk, beside processes that keep the cores busy.

Usage: python tools/page_opening.py [--busy 2] [--rounds 5] REPORT...
The pages take turns. Printed are medians: until the first text is painted, until everything that is loaded at once is
loaded and the first face of the explorer is drawn, and the processor time of the page's process.
"""

import argparse
import multiprocessing
import shutil
import statistics
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

USABLE = """() => {
  const loaded = performance.getEntriesByType("navigation")[0].loadEventEnd, drawn = window.explorerDrawn || 0;
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  return loaded && drawn && painted ? [painted.startTime, Math.max(loaded, drawn)] : null;
}"""


def spin() -> None:
    """Keep one core busy."""
    while True:
        pass


def opened(browser: Browser, path: Path) -> tuple[float, float, float]:
    """Milliseconds until the first paint and until usable, and milliseconds of processor time."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    page.goto(path.resolve().as_uri())
    while (times := page.evaluate(USABLE)) is None:
        page.wait_for_timeout(50)
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return times[0], times[1], 1000 * metrics["ProcessTime"]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reports", nargs="+", type=Path)
    asked.add_argument("--busy", type=int, default=2)
    asked.add_argument("--rounds", type=int, default=5)
    arguments = asked.parse_args()
    others = [multiprocessing.Process(target=spin, daemon=True) for _ in range(arguments.busy)]
    for one in others:
        one.start()
    found: dict[Path, list[tuple[float, float, float]]] = {path: [] for path in arguments.reports}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(arguments.rounds):
            for path in arguments.reports:
                found[path].append(opened(browser, path))
    for path, rows in found.items():
        painted, usable, processor = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{path}: painted {painted:.0f} ms, usable {usable:.0f} ms, processor {processor:.0f} ms")
    for one in others:
        one.kill()


if __name__ == "__main__":
    main()
