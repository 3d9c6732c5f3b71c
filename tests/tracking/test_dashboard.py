"""The dashboard, offline as JSON and saved by the real client to a stand-in, which proves what is sent, not shown."""

import json
import subprocess
import sys

import pytest

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.tracking.content import content_of
from facing_asymmetry.tracking.dashboard import build_workspace, specification
from tests.tracking.runs import EMOTIONS, KEY, composed, job_environment
from tests.tracking.stand_in import serving

CURVES, BARS, MEDIA, SCATTER = "Run History Line Plot", "Bar Chart", "Media Browser", "Scatter Plot"


def panels(view, kind):
    sections = view["section"]["panelBankConfig"]["sections"]
    return [panel for section in sections for panel in section["panels"] if panel["viewType"] == kind]


def run_command(*arguments, home, environment):
    command = [sys.executable, "-m", "facing_asymmetry.app.cli", "dashboard", *arguments]
    environment = job_environment(home, environment)
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


@pytest.fixture(scope="module")
def view():
    return specification(build_workspace("p", "team", "sweep", emotions=EMOTIONS))["spec"]


def test_every_panel_asks_for_something_that_a_run_logs(view, reported, tmp_path):
    content = content_of(reported, composed(reported), tmp_path)
    history = {key for row in content.curves for key in row}
    curves, bars = panels(view, CURVES), panels(view, BARS)
    assert {(p["config"]["xAxis"], *p["config"]["metrics"]) for p in curves} == {
        ("s", f"{curve}/{emotion}") for curve in ("activation", "control", "recognised") for emotion in EMOTIONS
    }
    assert {metric for p in curves for metric in p["config"]["metrics"]} <= history
    # the cost, its two parts, the share, the interaction's intervals, the slope and the older estimate
    assert len(bars) == 7 * len(EMOTIONS)
    assert {metric for p in bars for metric in p["config"]["metrics"]} <= set(content.summary)
    assert {key for p in panels(view, MEDIA) for key in p["config"]["mediaKeys"]} <= set(content.images)
    for panel in panels(view, SCATTER):
        assert panel["config"]["yAxis"].removeprefix("summary:") in content.summary
        assert panel["config"]["xAxis"] == "config:network.value.parameters"
    tables = [name for name in content.tables if f'"tables/{name}"' in json.dumps(view)]
    assert tables == ["scores", "claims", "networks"]


def test_the_cost_and_its_parts_come_first_and_the_older_estimate_is_below_them(view):
    shown = list(dict.fromkeys(metric.split("/")[0] for p in panels(view, BARS) for metric in p["config"]["metrics"]))
    assert shown == [
        *("palsy_cost_standardised", "additive_standardised", "interaction_standardised", "interaction_share"),
        *("slope_standardised", "symmetry_specific_standardised"),
    ]


def test_columns_beside_the_runs_are_logged_too(view, reported, tmp_path):
    content = content_of(reported, composed(reported), tmp_path)
    [runs] = view["section"]["runSets"]
    logged = {f"config:{key}" for key in content.config} | {f"summary:{key}" for key in content.summary}
    assert set(runs["runFeed"]["columnPinned"]) - {"run:displayName"} <= logged
    assert runs["filters"]["filters"][0]["value"] == "sweep"


def test_jobs_with_several_networks_are_shown_when_their_networks_are_named(several, tmp_path):
    view = specification(build_workspace("p", networks=["net_a", "net_b"], emotions=EMOTIONS))["spec"]
    content = content_of(several, composed(several), tmp_path)
    shown = {metric for panel in panels(view, BARS) for metric in panel["config"]["metrics"]}
    assert {metric for metric in shown if metric.endswith(("/net_a", "/net_b"))} <= set(content.summary)
    assert "symmetry_specific_standardised/palsy-bilateral/anger/mean/net_b" in shown


def test_a_dry_run_writes_the_whole_workspace_and_asks_no_server(tmp_path):
    target = tmp_path / "dashboard.json"
    with serving() as server:
        done = run_command(
            "--dry-run", "--json", str(target), home=tmp_path, environment={"WANDB_BASE_URL": server.url}
        )
    assert (done.returncode, server.requests) == (0, 0)
    written = json.loads(target.read_text())
    assert len(panels(written["spec"], CURVES)) == 3 * len(BASIC)
    assert "nothing saved" in done.stdout


def test_one_command_saves_the_workspace_and_another_replaces_it(tmp_path):
    with serving() as server:
        environment = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        first = run_command("--project", "p", home=tmp_path, environment=environment)
        assert first.returncode == 0, first.stderr
        url = first.stdout.split()[-1]
        again = run_command("--project", "p", "--group", "sweep", "--url", url, home=tmp_path, environment=environment)
        assert again.returncode == 0, again.stderr
    new, replaced = server.views
    assert (new["entityName"], new["projectName"], new["type"]) == ("team", "p", "project-view")
    assert "id" not in new
    assert replaced["id"], "an earlier view is replaced by its id"
    assert replaced["name"] == new["name"]
    assert len(panels(json.loads(new["spec"]), CURVES)) == len(panels(json.loads(replaced["spec"]), CURVES)) == 18
    assert json.loads(replaced["spec"])["section"]["runSets"][0]["filters"]["filters"][0]["value"] == "sweep"


@pytest.mark.parametrize(
    ("mood", "environment", "words"),
    [
        ("refuses", {"WANDB_API_KEY": KEY}, "did not take the dashboard"),
        ("takes", {}, "No API key configured"),
        ("takes", {"WANDB_BASE_URL": "http://127.0.0.1:9", "WANDB_API_KEY": KEY}, "cannot be reached"),
    ],
)
def test_a_dashboard_that_cannot_be_saved_says_why(tmp_path, mood, environment, words):
    with serving(mood) as server:
        done = run_command(home=tmp_path, environment={"WANDB_BASE_URL": server.url, **environment})
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
