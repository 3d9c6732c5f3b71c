"""Stages wired from a configuration: the only module that knows Hydra."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import hydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from rich.console import Console
from rich.syntax import Syntax

from facing_asymmetry.conf_folder import conf_folder
from facing_asymmetry.errors import ConfigError, FacingAsymmetryError


def launch(stage: str, overrides: Sequence[str]) -> int:
    """Compose the configuration from `conf/` and the overrides, and run the stages up to `stage`.

    Returns:
        The exit status: 0, or 2 after one message that names the key or file and what would be right.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"
    command = " ".join(["facing-asymmetry", stage, *overrides])
    sys.argv = [f"facing-asymmetry {stage}", *overrides]

    failures: list[FacingAsymmetryError] = []

    def job(config: DictConfig) -> None:
        try:
            run_job(stage, command, OmegaConf.to_container(config, resolve=True))  # type: ignore[arg-type]
        except FacingAsymmetryError as error:
            failures.append(error)

    unreadable = _first_unreadable(overrides)
    if unreadable:
        return _complain(unreadable)
    main = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")(job)
    try:
        main()
    except KeyboardInterrupt:
        return _complain("interrupted; what was computed is stored, and the same command goes on from there")
    except (HydraException, OmegaConfBaseException) as error:
        return _complain(explain(error))
    return max((_complain(str(error)) for error in failures), default=0)


def compose_config(overrides: Sequence[str]) -> dict[str, Any]:
    """The configuration that `conf/` and the overrides make, outside a run.

    Raises:
        ConfigError: an override that cannot be read, or names something unknown.
    """
    unreadable = _first_unreadable(overrides)
    if unreadable:
        raise ConfigError(unreadable)
    try:
        with hydra.initialize_config_dir(str(conf_folder()), version_base="1.3"):
            composed = OmegaConf.to_container(hydra.compose("config", overrides=list(overrides)), resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error)) from error
    return composed  # type: ignore[return-value]


def run_job(stage: str, command: str, composed: Mapping[str, Any]) -> None:
    """One job of a run or multirun: check, print and save the configuration, then work."""
    from facing_asymmetry.config import read_config
    from facing_asymmetry.store import write_atomically
    from facing_asymmetry.study.parts import Study
    from facing_asymmetry.study.plan import plan
    from facing_asymmetry.study.rates import read_rates
    from facing_asymmetry.study.stages import Run, run_stages
    from facing_asymmetry.study.words import closing_words, opening_words

    logging.basicConfig(level=logging.WARNING, format="%(message)s", force=True)
    logging.getLogger("facing_asymmetry").setLevel(logging.INFO)
    config = read_config(composed)
    set_threads(config.threads)
    run = Run(Study(config), composed, command)
    console = Console()
    size = plan(run.study, read_rates(run.study.store.folder))
    if config.dry_run:
        console.print(size.words(), soft_wrap=True)
        return
    text = OmegaConf.to_yaml(OmegaConf.create(dict(composed)))
    if console.is_terminal:
        console.print(Syntax(text, "yaml", background_color="default"))
    else:
        print(text, flush=True)
    console.print(opening_words(run, size), soft_wrap=True, highlight=False)
    folder = run_stages(run, "report" if stage == "run" else stage)
    write_atomically(folder / "config.yaml", text)
    console.print(closing_words(run, folder, stage), soft_wrap=True, highlight=False)


def set_threads(threads: int) -> None:
    """Threads of torch and numba; 0: one per core. A result's bits may depend on it, so it stays fixed in a run."""
    import numba
    import torch

    most = int(vars(numba.config)["NUMBA_NUM_THREADS"])
    torch.set_num_threads(threads or most)
    numba.set_num_threads(min(threads or most, most))


def explain(error: Exception) -> str:
    """Hydra's or OmegaConf's words, with the nearest choice where a name is unknown."""
    if isinstance(error, MissingConfigException) and error.options:
        wanted = str(error.missing_cfg_file).rsplit("/", 1)[-1]
        near = get_close_matches(wanted, error.options, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        return f"{error.missing_cfg_file} is unknown.{hint} There are: {', '.join(sorted(error.options))}"
    cause = error.__cause__ or error
    words = str(error).strip().splitlines()[0]
    key = getattr(cause, "full_key", None) or getattr(cause, "key", None)
    node = getattr(cause, "parent_node", None)
    if key and isinstance(node, DictConfig):
        near = get_close_matches(str(key).rsplit(".", 1)[-1], [str(k) for k in node], n=1)
        return f"{words} Unknown key {key!r}." + (
            f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(map(str, node))}"
        )
    return words


def _first_unreadable(overrides: Sequence[str]) -> str:
    """What is wrong with the first override that Hydra's grammar cannot read; empty where all can be read."""
    parser = OverridesParser.create()
    for override in (o for o in overrides if "=" in o and not o.startswith("-")):
        try:
            parser.parse_override(override)
        except HydraException as error:
            return f"cannot read the override {override!r} ({error}); write key=value, lists as key=[a,b]"
    return ""


def _complain(message: str) -> int:
    Console(stderr=True).print(f"[bold red]error:[/] {message}", highlight=False, soft_wrap=True)
    return 2
