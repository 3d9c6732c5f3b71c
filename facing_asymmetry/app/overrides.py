"""Overrides of a configuration: read, composed by Hydra, and what is wrong with them in one sentence."""

import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import antlr4  # type: ignore[import-untyped]
import hydra
import omegaconf
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import QuotedString
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from facing_asymmetry.classifiers.defences.variants import with_defences
from facing_asymmetry.core.conf_folder import conf_files, conf_folder, is_group, own_conf_folder
from facing_asymmetry.core.errors import ConfigError, FacingAsymmetryError

COMPOSERS: Final = tuple(str(Path(module.__file__).parent) for module in (hydra, omegaconf, antlr4) if module.__file__)
"""Folders of the libraries that compose a configuration."""

REMOVABLE: Final = re.compile(r"(classifiers|interventions|face_models)\.")
CHOICE: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*")
"""The name of a file of `conf/`, without ending."""


def _installed_face_models() -> DictConfig:
    """`face_model=installed`: the choice of every face model that is here, as its own file has it."""
    from facing_asymmetry.face_models.registry import ready

    files = conf_files("face_model")
    return DictConfig({name: OmegaConf.load(files[name]) for name in ready()})


OmegaConf.register_new_resolver("installed_face_models", _installed_face_models, replace=True)


def compose_config(overrides: Sequence[str]) -> dict[str, Any]:
    """The configuration that `conf/` and the overrides make, outside a run.

    Raises:
        ConfigError: an override that cannot be read, or names something unknown.
    """
    unreadable = first_unreadable(overrides)
    if unreadable:
        raise ConfigError(unreadable)
    with composing(), hydra.initialize_config_dir(str(conf_folder()), version_base="1.3"):
        composed = hydra.compose("config", overrides=[*_own_search_path(), *overrides])
        return with_defences(OmegaConf.to_container(composed, resolve=True))  # type: ignore[arg-type]


def check_own_files() -> None:
    """Raise `ConfigError` where a file of the user's folder has the name of one of the installation."""
    folder = own_conf_folder()
    groups = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir()] if folder else []
    for group in groups:
        conf_files(group)


def _own_search_path() -> list[str]:
    """The override that lets Hydra also find the files of the user's folder."""
    check_own_files()
    folder = str(own_conf_folder() or "").replace("\\", "\\\\").replace("'", "\\'")
    return [f"hydra.searchpath=['file://{folder}']"] if folder else []


@contextmanager
def composing() -> Iterator[None]:
    """Turn what Hydra and OmegaConf raise at a configuration into a `ConfigError`.

    They raise errors of Python, such as `ValueError` and `AssertionError`, at values that they do not expect. An error
    that was raised in this package is a fault of it, and passes.

    Raises:
        ConfigError: the configuration cannot be composed.
    """
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error)) from error
    except FacingAsymmetryError:
        raise
    except Exception as error:
        if not traceback.extract_tb(error.__traceback__)[-1].filename.startswith(COMPOSERS):
            raise
        raise ConfigError(f"the overrides cannot be composed: {first_line(error)}") from error


def explain(error: Exception) -> str:
    """Hydra's or OmegaConf's words in one line, with the nearest choice where a name is unknown."""
    missing = _missing_choice(error)
    if missing:
        return missing
    cause = error.__cause__ or error
    words = first_line(error)
    key = getattr(cause, "full_key", None) or getattr(cause, "key", None)
    node = getattr(cause, "parent_node", None)
    if key and isinstance(node, DictConfig):
        remedy = next((f" {line}" for line in str(error).splitlines() if " use +" in line), "")
        near = get_close_matches(str(key).rsplit(".", 1)[-1], [str(k) for k in node], n=1)
        there = f" There are: {', '.join(map(str, node))}" if len(node) else ""
        return f"{words} Unknown key {key!r}." + (f" Did you mean {near[0]!r}?" if near else there + remedy)
    if words.startswith("Ambiguous value"):
        return f"{words}; write key=[a,b] for a list, key='a,b' for a string, and add -m for a job each"
    return words


def _missing_choice(error: Exception) -> str:
    """What there is instead of a file of `conf/` that is absent; empty for another error."""
    if not isinstance(error, MissingConfigException):
        return ""
    found = re.search(r"Could not load '([^']*)'", str(error))
    name = str(found[1] if found else error.missing_cfg_file)
    group, _, wanted = name.rpartition("/")
    options = sorted({*(error.options or ()), *conf_files(group)})
    near = get_close_matches(wanted, options, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{name} is unknown.{hint} There are: {', '.join(sorted(options))}"


def first_line(error: Exception) -> str:
    """The first line of an error's words, or its kind where it has none."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def first_unreadable(overrides: Sequence[str]) -> str:
    """What is wrong with the first override that Hydra cannot read, or would read otherwise; empty for none."""
    parser = OverridesParser.create()
    for override in (o for o in overrides if ("=" in o or o.startswith("~")) and not o.startswith("-")):
        try:
            parsed = parser.parse_override(override)
        except HydraException as error:
            return f"cannot read the override {override!r} ({error}); write key=value, lists as key=[a,b]"
        key, removed = parsed.key_or_group, parsed.is_delete()
        if removed and not REMOVABLE.match(key):
            return (
                f"{override}: only entries of classifiers, interventions and face_models can be removed; set this one"
            )
        chosen = is_group(key) and not (removed or parsed.is_sweep_override())
        if chosen and (wrong := _no_choice(override, parsed.value())):
            return wrong
    return ""


def _no_choice(override: str, value: Any) -> str:
    """What is wrong with the value of an override that chooses files of a folder of `conf/`; empty for nothing."""
    names = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(name, str | QuotedString) for name in names) or value == []:
        return f"{override}: write the name of a choice, or several as key=[a,b]"
    words = [name.text if isinstance(name, QuotedString) else name for name in names]
    if odd := next((name for name in words if not CHOICE.fullmatch(name)), None):
        return f"{override}: {odd!r} is no name of a choice"
    repeated = [name for n, name in enumerate(words) if name in words[:n]]
    return f"{override} names {repeated[0]} twice; name each once" if repeated else ""
