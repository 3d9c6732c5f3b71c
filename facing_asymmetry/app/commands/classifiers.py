"""The commands `facing-asymmetry classifiers`; nothing heavy is imported before they run."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say

if TYPE_CHECKING:
    from facing_asymmetry.config import Runtime


@click.group()
def classifiers() -> None:
    """List, fetch, import, check and try classifiers."""


@classifiers.command("list")
@JSON_OPTION
def list_classifiers(target: Path | None) -> None:
    """List all classifiers with their state (ready, needs weights, needs licence) and what to do about it."""
    from facing_asymmetry.classifiers.listing import listing, print_listing

    rows = listing()
    print_listing(rows)
    write_json(target, rows)


@classifiers.command()
@click.argument("names", nargs=-1)
@click.option("--official", is_flag=True, help="Published checkpoints, from where their authors put them.")
@click.option("--yes", is_flag=True, help="With --official: do not ask.")
def fetch(names: tuple[str, ...], official: bool, yes: bool) -> None:
    """Download weights into the cache: of NAMES, or of every classifier whose weights a registry holds.

    With --official: of NAMES, or of every network whose authors publish its weights (experiment=paper_17). Licence and
    size are shown, and you are asked. An interrupted download continues where it stopped. The file is checked and
    imported as by `classifiers import`; its SHA-256 is remembered, so that another file under the same address is
    noticed.
    """
    from facing_asymmetry.classifiers import registry

    if official:
        sys.exit(_fetch_official(names, yes))
    records = [registry.record(name) for name in names or registry.names()]
    registry.fetch_weights(*(r for r in records if names or not r.from_user))


def _fetch_official(names: tuple[str, ...], yes: bool) -> int:
    """Show what would be downloaded, ask, and do it; 1 where one of them failed."""
    from facing_asymmetry.classifiers.official import downloadable, fetch_all, offer

    records = downloadable(names)
    if not records:
        say("every checkpoint whose address is known is here")
        return 0
    for record in records:
        say(offer(record))
    if not yes:
        click.confirm(f"Download {len(records)} checkpoint(s) under these licences?", abort=True)
    failed = fetch_all(records, say)
    if len(failed) < len(records):
        say("Check them on labelled faces: facing-asymmetry classifiers verify")
    return int(bool(failed))


@classifiers.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--trust", is_flag=True, help="Let the program in a TorchScript file run: you made it, or trust who did.")
def import_weights(name: str, file: Path, trust: bool) -> None:
    """Read the authors' checkpoint FILE for classifier NAME into the cache, without executing anything in it.

    TorchScript (emonet_affectnet8) is a program, and is refused without --trust.

    The file is read in its official layout. Names and shapes of its tensors are compared with the network's. It is
    stored as safetensors, with a note of the SHA-256 of both files.
    `facing-asymmetry classifiers list` says where each file is published.
    """
    from facing_asymmetry.classifiers import registry
    from facing_asymmetry.classifiers.importing import import_checkpoint

    note = import_checkpoint(registry.record(name), file, trust)
    say(f"{name} is ready: {note.tensors or 'all'} tensors of {note.original} (SHA-256 {note.original_sha256})")
    say(f"Check it on labelled faces: facing-asymmetry classifiers verify {name}")


@classifiers.command()
@click.argument("names", nargs=-1)
@click.option(
    "--runtime",
    default="torch",
    show_default=True,
    type=click.Choice(["torch", "openvino", "onnxruntime"]),
    help="Another than torch: also compare its logits with torch's.",
)
@JSON_OPTION
def verify(names: tuple[str, ...], runtime: "Runtime", target: Path | None) -> None:
    """Check hash, parameters, range, batch invariance, gradient and label order of NAMES, or of all that are ready."""
    from facing_asymmetry.classifiers.verify import print_verification, verify_all

    rows = verify_all(names, runtime)
    print_verification(rows)
    write_json(target, rows)
    sys.exit(0 if all(row["passed"] for row in rows) else 1)


@classifiers.command()
@click.argument("names", nargs=-1)
@click.option("--faces", default=4, show_default=True, help="Identities that each expression is shown on.")
@click.option(
    "--optimise/--authored-only",
    default=True,
    show_default=True,
    help="Also test expressions optimised for each network.",
)
@JSON_OPTION
def sanity(names: tuple[str, ...], faces: int, optimise: bool, target: Path | None) -> None:
    """Show which emotions each network recognises on symmetric rendered faces at full intensity (minutes)."""
    from facing_asymmetry.runs.acceptance import print_sanity, sanity_table

    rows = sanity_table(names, faces, optimise)
    print_sanity(rows)
    write_json(target, [vars(row) for row in rows])
