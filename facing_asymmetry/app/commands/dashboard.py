"""`facing-asymmetry dashboard`: the W&B workspace of a project, applied or only written down."""

from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say


@click.command()
@click.option("--project", default="facing-asymmetry", show_default=True, help="As tracking.project.")
@click.option("--entity", default="", help="User or team, as tracking.entity; your default one if left out.")
@click.option("--group", default="", help="Show the runs of this sweep only, as tracking.group.")
@click.option("--network", "networks", multiple=True, help="Network of jobs that hold several (once for each).")
@click.option("--url", default="", help="Address of an earlier dashboard, to replace it instead of adding a new one.")
@click.option("--dry-run", is_flag=True, help="Save nothing to W&B; with --json FILE, look at what would be saved.")
@JSON_OPTION
def dashboard(
    project: str, entity: str, group: str, networks: tuple[str, ...], url: str, dry_run: bool, target: Path | None
) -> None:
    """Save a W&B workspace that compares the runs of a sweep.

    Needs a W&B login and a network. docs/wandb.md describes the workspace.
    """
    from facing_asymmetry.tracking.dashboard import build_workspace, save, specification

    workspace = build_workspace(project, entity, group, networks)
    write_json(target, specification(workspace))
    panels = sum(len(section.panels) for section in workspace.sections)
    if dry_run:
        say(f"{len(workspace.sections)} sections, {panels} panels; nothing saved to W&B")
        return
    say(f"Saved {len(workspace.sections)} sections, {panels} panels: {save(workspace, url)}")
