"""The W&B workspace of a project as code: seventeen jobs of a sweep side by side, one section per question."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import TrackingError
from facing_asymmetry.core.installed import optional
from facing_asymmetry.statistics.hypotheses import FALLS, INTERACTION, SHARE
from facing_asymmetry.tracking.content import (
    EXPRESSIONS_FIGURE,
    SYMMETRY_KEY,
    curve_key,
    score_key,
    surface_key,
    verdict_key,
)
from facing_asymmetry.tracking.upload import ANSWER_SECONDS, server, unreachable

if TYPE_CHECKING:
    from wandb_workspaces.workspaces import Section, Workspace

NAME: Final = "Does the classifier rely on facial symmetry?"

INTERACTION_SCORE: Final = ("interaction_standardised", "palsy")
SHARES: Final = {
    "Cost of a palsy": ("palsy_cost_standardised", "palsy"),
    "Additive part: two weak halves": ("additive_standardised", "palsy"),
    "Interaction of the sides": INTERACTION_SCORE,
}
"""Scores that may be compared between networks, with their interventions: shares of each expression's activation."""

SLOPE_SCORE: Final = ("slope_standardised", "palsy")
SPECIFIC_SCORE: Final = ("symmetry_specific_standardised", "palsy-bilateral")
"""Shown below these: the slope is the cost per unit symmetry, the last is kept for comparison with earlier runs."""

ACTIVATION_SHARE: Final = "share of the expression's activation"

MOST_RUNS: Final = 40
"""Runs that a panel shows at once: two sweeps of seventeen networks."""

GUIDE: Final = """# What is shown
One run is one job of a sweep; jobs with one network each can be compared in every panel.

- **Cost of a palsy** = **additive part** (two weak halves) + **interaction** (their mismatch), each as a share of the
  expression's own activation. The interaction is the number to compare: above zero, the asymmetric face gives less than
  the average of the two symmetric faces it is made of; below zero, more. It is zero for a network that judges each half
  on its own.
- **Slope**: above zero means that the activation falls when symmetry falls, for whatever reason, lost motion included.
- **Symmetry-specific** (sensitivity): slope under `palsy` minus slope under `bilateral`. It holds the curvature of the
  response.
- **Logits** (curves, surfaces) have each network's own scale: compare their shape, not their height.
- Intervals are over faces; `p_holm` is corrected within one job. Over a whole sweep, correct anew: the aggregated
  report does. A run tagged *no claim* has too few faces for any claim.

Lineage: each run uses `weights-…` (SHA-256) and makes `responses-…` and `scores-…`, whose metadata name what they were
made from.
"""


def build_workspace(
    project: str,
    entity: str = "",
    group: str = "",
    networks: Sequence[str] = (),
    emotions: Sequence[str] = BASIC,
) -> "Workspace":
    """The workspace, not yet saved.

    Args:
        project: W&B project of the workspace.
        entity: W&B user or team; empty for the default.
        group: show only the runs of this sweep; empty for all.
        networks: of jobs that hold several, whose numbers carry the network's name; they are shown beside the others.
        emotions: one panel each.
    """
    ws, wr = _client()
    names = ("", *networks)
    surfaces = {e: [surface_key(e)] for e in emotions} | {"Report's own": ["figures/f3_impact_surface"]}
    figures = {
        "Expressions": [EXPRESSIONS_FIGURE],
        "Intervals": ["figures/f7_forest"],
        "Controls": ["figures/f8_controls"],
    }
    tables = [wr.WeavePanelSummaryTable(table_name=f"tables/{name}") for name in ("claims", "scores", "networks")]
    sections = [
        ws.Section("Read me", [wr.MarkdownPanel(markdown=GUIDE), wr.RunComparer(diff_only="split")], is_open=True),
        *(_bars(f"{title} ({ACTIVATION_SHARE})", *score, emotions, names) for title, score in SHARES.items()),
        _bars("Interaction of the sides (share of the palsy's cost)", SHARE, "palsy", emotions, names),
        _intervals(emotions, names),
        _bars(f"Slope under palsy ({ACTIVATION_SHARE})", *SLOPE_SCORE, emotions, names),
        _bars(f"Sensitivity: symmetry-specific ({ACTIVATION_SHARE})", *SPECIFIC_SCORE, emotions, names, is_open=False),
        _curves("Activation against symmetry", "activation", emotions, names),
        _curves("Under the control, both sides weakened", "control", emotions, names, is_open=False),
        _curves("Share of faces still recognised", "recognised", emotions, names, is_open=False),
        _media("Surfaces over symmetry and intensity", surfaces),
        _media("Contact sheets and figures", figures),
        _networks(emotions),
        ws.Section("Tables", tables, layout_settings=ws.SectionLayoutSettings(columns=1, rows=3)),
    ]
    return ws.Workspace(
        entity=entity,
        project=project,
        name=NAME,
        sections=sections,
        settings=ws.WorkspaceSettings(max_runs=MOST_RUNS, tooltip_number_of_runs="all_runs"),
        runset_settings=_runs(group),
    )


def specification(workspace: "Workspace") -> dict[str, Any]:
    """What would be saved, as JSON values; `wandb-workspaces` has no public function for that."""
    found: dict[str, Any] = workspace._to_model().model_dump(mode="json", by_alias=True, exclude_none=True)
    return found


def save(workspace: "Workspace", url: str = "") -> str:
    """Save the workspace as a new view of its project, or over the one at `url`; return its address.

    Without an entity the user's default one is taken.

    Raises:
        TrackingError: no server, key, project or view; the message says which.
    """
    ws, _ = _client()
    import wandb

    if reason := unreachable(server()):
        raise TrackingError(f"W&B: {reason}; nothing was saved")
    try:
        if not workspace.entity:
            workspace.entity = wandb.Api(timeout=round(ANSWER_SECONDS)).default_entity or ""
        if url:
            old = ws.Workspace.from_url(url)
            for part in ("sections", "settings", "runset_settings"):
                setattr(old, part, getattr(workspace, part))
            workspace = old
        return str(workspace.save().url)
    except (wandb.Error, ValueError, OSError) as error:
        raise TrackingError(f"W&B did not take the dashboard: {error}") from error


def _client() -> tuple[Any, Any]:
    """Modules for workspaces and for their panels; imported late, for they take half a second."""
    with optional("wandb", "a dashboard"):
        import wandb_workspaces.reports.v2 as wr
        import wandb_workspaces.workspaces as ws

    return ws, wr


def _bars(
    title: str, score: str, intervention: str, emotions: Sequence[str], names: Sequence[str], is_open: bool = True
) -> "Section":
    """One panel per emotion, one bar per run."""
    ws, wr = _client()
    panels = [
        wr.BarPlot(
            title=emotion,
            metrics=[score_key(score, intervention, emotion, "mean", name) for name in names],
            max_runs_to_show=MOST_RUNS,
            max_bars_to_show=MOST_RUNS * len(names),
        )
        for emotion in emotions
    ]
    return ws.Section(title, panels, is_open=is_open)


def _intervals(emotions: Sequence[str], names: Sequence[str]) -> "Section":
    """Three bars per run: lower bound, mean and upper bound; W&B's bars have no whiskers."""
    ws, wr = _client()
    panels = [
        wr.BarPlot(
            title=f"{emotion}: low, mean, high",
            metrics=[
                score_key(*INTERACTION_SCORE, emotion, field, n) for n in names for field in ("low", "mean", "high")
            ],
            max_runs_to_show=MOST_RUNS,
            max_bars_to_show=3 * MOST_RUNS * len(names),
        )
        for emotion in emotions
    ]
    return ws.Section("Interaction with its interval", panels)


def _curves(title: str, curve: str, emotions: Sequence[str], names: Sequence[str], is_open: bool = True) -> "Section":
    """One panel per emotion, one line per run, symmetry on the axis."""
    ws, wr = _client()
    panels = [
        wr.LinePlot(
            title=emotion,
            x=SYMMETRY_KEY,
            y=[curve_key(curve, emotion, name) for name in names],
            title_x="symmetry s (1: symmetric)",
            title_y="activation" if curve != "recognised" else "share of faces",
            max_runs_to_show=MOST_RUNS,
            smoothing_type="none",
        )
        for emotion in emotions
    ]
    return ws.Section(title, panels, is_open=is_open)


def _media(title: str, keys: dict[str, list[str]]) -> "Section":
    ws, wr = _client()
    return ws.Section(title, [wr.MediaBrowser(title=name, media_keys=found) for name, found in keys.items()])


def _networks(emotions: Sequence[str]) -> "Section":
    """The interaction against the network's size."""
    ws, wr = _client()
    panels = [
        wr.ScatterPlot(
            title=f"{emotion}: against parameters",
            x=wr.Config("network.parameters"),
            y=score_key(*INTERACTION_SCORE, emotion, "mean"),
            log_x=True,
        )
        for emotion in emotions
    ]
    return ws.Section("What kind of network", panels)


def _runs(group: str) -> Any:
    """The list of runs: their networks by training set, each with its verdicts."""
    ws, _ = _client()
    columns = ["config:training_set", *(f"summary:{verdict_key(name)}" for name in (FALLS, INTERACTION))]
    return ws.RunsetSettings(
        filters=[ws.Metric("Group") == group] if group else [],
        order=[ws.Ordering(ws.Config("training_set")), ws.Ordering(ws.Metric("Name"))],
        pinned_columns=["run:displayName", *columns],
    )
