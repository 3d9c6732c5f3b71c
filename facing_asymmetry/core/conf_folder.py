"""Where configuration files lie: `conf/` of the installation, and a folder of the user's own beside it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.errors import ConfigError

OWN_FOLDER: Final = "FACING_ASYMMETRY_CONFIG_DIR"
"""Environment variable that names the user's folder; `--config-dir` sets it for a command and its processes."""

OPTION: Final = "--config-dir"


def conf_folder() -> Path:
    """The folder of configuration files; `ConfigError` where the installation lacks it."""
    package = Path(__file__).resolve().parents[1]
    for root in (package, package.parent):
        if (root / "conf" / "config.yaml").is_file():
            return root / "conf"
    raise ConfigError(f"conf/config.yaml is neither in {package} nor in {package.parent}; is the installation whole?")


def main_config() -> Path:
    """The file that lists the parts of a run, with a comment about each."""
    return conf_folder() / "config.yaml"


def own_conf_folder() -> Path | None:
    """The user's folder of `--config-dir` or the environment; None where there is none.

    Raises:
        ConfigError: it is no folder.
    """
    named = os.environ.get(OWN_FOLDER, "")
    if not named:
        return None
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise ConfigError(f"{OPTION} {named} (or {OWN_FOLDER}): there is no such folder")
    return folder


def conf_files(group: str) -> dict[str, Path]:
    """The file of each choice of a group, by name: the installation's, and the user's own.

    Raises:
        ConfigError: a file of the user's has the name of one of the installation.
    """
    shipped = {path.stem: path for path in sorted((conf_folder() / group).glob("*.yaml"))}
    own_folder = own_conf_folder()
    own = {path.stem: path for path in sorted((own_folder / group).glob("*.yaml"))} if own_folder else {}
    for name in own.keys() & shipped.keys():
        raise ConfigError(f"{own[name]} has the name of a shipped {group}, which stays what it is: call it otherwise")
    return {**shipped, **own}


def conf_facts(group: str, name: str) -> dict[str, Any]:
    """What the file of a choice holds, with the choices of the same group in its `defaults`, as Hydra composes them.

    Raises:
        ConfigError: the file is no YAML file of keys and values, or it builds on what does not exist.
    """
    import yaml  # type: ignore[import-untyped]

    path = conf_files(group)[name]
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} is no readable YAML file: {error}") from error
    if not isinstance(own, dict):
        raise ConfigError(f"{path} holds {str(own)[:80]!r}; keys and values are needed, as in conf/{group}")
    bases = [str(base).partition("@")[0] for base in own.pop("defaults", None) or ()]
    facts: dict[str, Any] = {}
    for base in bases if "_self_" in bases else [*bases, "_self_"]:
        if base != "_self_" and (base == name or base not in conf_files(group)):
            raise ConfigError(f"{path}: defaults names {base!r}, which is no other choice of {group}")
        facts = _merged(facts, own if base == "_self_" else conf_facts(group, base))
    return facts


def _merged(below: Any, above: Any) -> Any:
    """Two values of a key, of which mappings are joined and of others the upper one counts."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _merged(below.get(key), value) for key, value in above.items()}}


def is_group(name: str) -> bool:
    """Whether a folder of this name holds choices."""
    own_folder = own_conf_folder()
    return any((folder / name).is_dir() for folder in (conf_folder(), own_folder) if folder)


@contextmanager
def using_config_dir(folder: str | None) -> Iterator[None]:
    """Let everything see the user's folder, processes that are started included; None changes nothing.

    Raises:
        ConfigError: it is no folder.
    """
    if folder is None:
        yield
        return
    before = os.environ.get(OWN_FOLDER)
    os.environ[OWN_FOLDER] = str(Path(folder).expanduser().absolute())
    try:
        own_conf_folder()
        yield
    finally:
        if before is None:
            del os.environ[OWN_FOLDER]
        else:
            os.environ[OWN_FOLDER] = before


def taken_config_dir(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """The folder that `--config-dir` names anywhere in a command's arguments, and the other arguments.

    Raises:
        ConfigError: the option has no value.
    """
    found, rest, left = None, [], list(arguments)
    while left:
        word = left.pop(0)
        option, joined, value = word.partition("=")
        if option not in (OPTION, "-cd"):
            rest.append(word)
        elif joined or left:
            found = value if joined else left.pop(0)
        if option in (OPTION, "-cd") and not found:
            raise ConfigError(f"{OPTION} needs a folder: {OPTION} DIR")
    return found, rest
