"""The study that a configuration or a run folder asks for: of heads that are rendered, or of people on photographs."""

from pathlib import Path

from facing_asymmetry.classifiers.record import USER_CODE
from facing_asymmetry.config import PHOTOGRAPHS, RunConfig, read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.user_parts import places_of_others
from facing_asymmetry.results.manifest import read_manifest
from facing_asymmetry.runs.each_head import of_each_head
from facing_asymmetry.runs.photograph_study import PhotographStudy
from facing_asymmetry.runs.study import Study


def study_from(config: RunConfig, elsewhere: bool = False) -> Study:
    """The study of a configuration of one face model.

    Args:
        config: checked values.
        elsewhere: another machine will compute it, so that this one need not have the device. A dry run needs none
            either.

    Raises:
        ConfigError: as `Study` and `PhotographStudy`.
        DataError: the folder of photographs can't be listed.
    """
    made = PhotographStudy if config.face_model.name == PHOTOGRAPHS else Study
    return made(config, elsewhere or config.dry_run)


def study_of(run: Path, trust: bool = False) -> Study:
    """The study that a run folder's manifest describes; of several heads, that of the first.

    Args:
        run: the run folder, which others may have made.
        trust: whether parts of its own that are programs may be loaded.

    Raises:
        DataError: there is no manifest, or its folder of photographs can't be listed.
        ConfigError: this version can't read its configuration, or it names a program and isn't trusted.
    """
    config = read_config(read_manifest(run)["config"])
    for what, parts in {
        "intervention": config.interventions,
        "score": config.statistics.own_scores,
        "face model": {name: {"class": head.class_ or head.kind} for name, head in config.face_models.items()},
        "renderer": {config.renderer.name: {"class": config.renderer.class_ or config.renderer.kind}},
    }.items():
        for name, place in ({} if trust else places_of_others(parts)).items():
            raise ConfigError(
                f"{run} names a program as its {what} {name!r} ({place}); if you made this run or trust who did, "
                "add --trust"
            )
    for name, facts in config.classifiers.items():
        options = facts.get("options")
        named = isinstance(options, dict) and any(options.get(key) for key in USER_CODE)
        program = named or (isinstance(options, dict) and options.get("loader") == "torchscript")
        if program and not trust:
            raise ConfigError(
                f"{run} names a program as its network {name!r} (options {options}); if you made this run or trust who "
                "did, add --trust"
            )
    _, first = next(iter(of_each_head(read_manifest(run)["config"])))
    return study_from(read_config(first))
