"""The commands `facing-asymmetry faces`; nothing heavy is imported before they run."""

from pathlib import Path

import click

from facing_asymmetry.app.json_option import JSON_OPTION, write_json
from facing_asymmetry.core.console import say
from facing_asymmetry.core.errors import ConfigError

FILE = click.Path(path_type=Path)


@click.group()
def faces() -> None:
    """List and import face models."""


@faces.command("list")
@JSON_OPTION
def list_faces(target: Path | None) -> None:
    """List all face models with their state (ready, not imported) and what to do about it."""
    from facing_asymmetry.face_models.registry import listing, print_listing

    rows = listing()
    print_listing(rows)
    write_json(target, rows)


@faces.command("import")
@click.argument("name", type=click.Choice(["flame", "ict"]))
@click.argument("path", type=FILE)
@click.option("--landmarks", type=FILE, help="FLAME's landmark_embedding.npy, if you have it.")
@click.option("--masks", type=FILE, help="FLAME_masks.pkl, if you have it.")
@click.option("--texture", type=FILE, help="FLAME_texture.npz or FLAME_albedo_from_BFM.npz, instead of our skins.")
@click.option("--shapes", default=100, show_default=True, help="How many of FLAME's identity modes are used.")
@click.option("--expressions", default=50, show_default=True, help="How many of FLAME's expression modes are used.")
@click.pass_context
def import_faces(
    context: click.Context, name: str, path: Path, landmarks: Path | None, masks: Path | None, texture: Path | None,
    shapes: int, expressions: int,
) -> None:  # fmt: skip
    """Import your copy of a face model into the cache, without executing anything in it.

    NAME flame: PATH is the official pickle of 2020, 2023 or 2023 Open, or the archive that holds it. NAME ict: PATH is
    a clone of ICT-FaceKit or its folder FaceXModel. The model is checked, made exactly symmetric, and stored as
    safetensors under its own licence. Nothing is uploaded.
    """
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.face_models.registry import load_face_model

    if name == "flame":
        from facing_asymmetry.face_models.flame.plugin import bring

        facts = bring(cache_folder(), path, landmarks, masks, texture, shapes, expressions)
    else:
        _refuse_flags_of_flame(context)
        from facing_asymmetry.face_models.ict.plugin import bring as bring_folder

        facts = bring_folder(cache_folder(), path)
    model = load_face_model(name, cache_folder())
    say(f"{facts['version']}: {len(model.mirror):,} vertices, {len(model.blendshapes)} blendshapes")
    say(f"Licence: {facts['licence']}")
    say(f"Look at it: facing-asymmetry media faces faces.png --model {name}")
    say(f"Use it: facing-asymmetry run face_model={name}")


def _refuse_flags_of_flame(context: click.Context) -> None:
    typed = click.core.ParameterSource.COMMANDLINE
    flags = [f"--{n}" for n in context.params if n not in ("name", "path") and context.get_parameter_source(n) == typed]
    if flags:
        raise ConfigError(f"{', '.join(flags)}: these are for FLAME; ict is imported by its folder alone")
