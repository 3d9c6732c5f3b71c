import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from facing_asymmetry.reporting.run_data import RunData

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--virtual-time-budget=8000", "--dump-dom",
)  # fmt: skip
PROBE = """
<script>
const log = [], errors = [];
addEventListener("error", (event) => errors.push(String(event.message)));
const byId = (id) => document.getElementById(id);
const look = () => ({
  s: byId("value-s").textContent, t: byId("value-t").textContent, said: byId("prediction").textContent,
  who: byId("who").textContent, face: byId("face").toDataURL(), label: byId("face").getAttribute("aria-label"),
  emotions: [...byId("pick-emotion").options].map((o) => o.value),
  rows: [...document.querySelectorAll("#bars tbody tr")].map((r) => [...r.children].map((c) => c.textContent)),
});
const slide = (id, place) => { byId(id).value = place; byId(id).dispatchEvent(new Event("input")); };
const choose = (id, name) => { byId(id).value = name; byId(id).dispatchEvent(new Event("change")); };
const steps = [
  () => {}, () => slide("slide-s", 4), () => slide("slide-t", 1), () => choose("pick-classifier", "net_b"),
  () => choose("pick-emotion", "anger"), () => byId("play-t").click(), () => {},
];
const next = () => {
  if (!steps.length) {
    const out = document.createElement("pre");
    out.id = "probe";
    out.textContent = JSON.stringify({ log, errors });
    return document.body.append(out);
  }
  steps.shift()();
  setTimeout(() => { log.push(look()); next(); }, 700);
};
setTimeout(next, 500);
</script>
"""


@pytest.fixture(scope="module")
def seen(report: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the page showed after each step of `PROBE`."""
    folder = tmp_path_factory.mktemp("browser")
    page = folder / "probed.html"
    page.write_text(report.read_text(encoding="utf-8").replace("</head>", f"{PROBE}</head>"), encoding="utf-8")
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    return json.loads(html.unescape(found.group(1)))


pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not installed")]


def table(data: RunData, classifier: str, emotion: str, node: tuple[float, float]) -> dict[str, tuple[str, str]]:
    """Class -> (probability, logit) as the page prints them."""
    rows = data.responses.query(
        "classifier == @classifier and emotion == @emotion and identity == 0 and side == 'left'"
        " and intervention == 'palsy'"
    )
    rows = rows[(rows["s"] == node[0]) & (rows["t"] == node[1])]
    return {str(r["class"]): (f"{r['probability']:.3f}", f"{r['logit']:.2f}") for _, r in rows.iterrows()}


def shown(step: dict) -> dict[str, tuple[str, str]]:
    return {row[0]: (row[2], row[3]) for row in step["rows"]}


def close(left: dict[str, tuple[str, str]], right: dict[str, tuple[str, str]]) -> bool:
    """Equal up to the last printed digit: the page rounds numbers that were already rounded to four places."""
    pairs = [(float(a), float(b), t) for k in left for a, b, t in zip(left[k], right[k], (0.0011, 0.011), strict=True)]
    return left.keys() == right.keys() and all(abs(a - b) <= t for a, b, t in pairs)


def test_the_page_runs_without_errors(seen: dict):
    assert seen["errors"] == []


def test_it_opens_on_the_full_symmetric_face(seen: dict, run_data: RunData):
    first = seen["log"][0]
    assert (first["s"], first["t"]) == ("1.00", "1.00")
    assert close(shown(first), table(run_data, "net_a", "happiness", (1.0, 1.0)))


def test_sliders_change_the_face_and_show_the_tables_numbers(seen: dict, run_data: RunData):
    first, asymmetric, weaker = seen["log"][:3]
    assert (asymmetric["s"], asymmetric["t"]) == ("0.00", "1.00")
    assert (weaker["s"], weaker["t"]) == ("0.00", "0.50")
    assert len({first["face"], asymmetric["face"], weaker["face"]}) == 3
    assert close(shown(asymmetric), table(run_data, "net_a", "happiness", (0.0, 1.0)))
    assert close(shown(weaker), table(run_data, "net_a", "happiness", (0.0, 0.5)))
    assert "symmetry 0.00 and intensity 0.50" in weaker["label"]


def test_another_classifier_keeps_the_emotion_and_the_place(seen: dict, run_data: RunData):
    other = seen["log"][3]
    assert (other["s"], other["t"]) == ("0.00", "0.50")
    assert close(shown(other), table(run_data, "net_b", "happiness", (0.0, 0.5)))


def test_a_pair_that_is_not_accepted_is_marked(seen: dict):
    assert "Not accepted" in seen["log"][4]["who"]
    assert "Not accepted" not in seen["log"][3]["who"]


def test_the_play_button_ends_at_full_intensity(seen: dict):
    assert seen["log"][4]["t"] == "0.50"
    assert seen["log"][-1]["t"] == "1.00"
