"""Tab completion of overrides: click passes Hydra's suggestions to the shell."""

from collections.abc import Sequence

import click

from facing_asymmetry.app.lazy_group import CONFIG_DIR
from facing_asymmetry.core.conf_folder import conf_folder, own_conf_folder, using_config_dir


def complete_override(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Parts, choices and keys that complete what was typed, in the form that click expects.

    Bash splits words at `=`, and click drops a single `=`: `grid=sm` arrives as `grid`, `=`, `sm`, and `grid=` as
    `grid` and an empty word. Other shells pass one word.
    """
    before = [str(word) for word in context.params.get(parameter.name or "") or ()]
    typed = incomplete
    if before[-1:] == ["="]:
        typed = f"{''.join(before[-2:])}{incomplete}"
    elif not incomplete and before and "=" not in before[-1] and not before[-1].startswith("-"):
        typed = f"{before[-1]}="
    with using_config_dir(context.meta.get(CONFIG_DIR)):
        return [word[len(typed) - len(incomplete) :] for word in suggestions(typed)]


def suggestions(typed: str) -> Sequence[str]:
    """Completions of `typed`; none if it cannot be parsed."""
    from hydra._internal.core_plugins.bash_completion import BashCompletion
    from hydra._internal.hydra import Hydra
    from hydra._internal.utils import create_config_search_path
    from hydra.core.global_hydra import GlobalHydra

    try:
        places = create_config_search_path(str(conf_folder()))
        if own := own_conf_folder():
            places.append(provider="command-line", path=str(own))
        hydra = Hydra.create_main_hydra2("facing-asymmetry", places)
        return list(BashCompletion(hydra.config_loader)._query(config_name="config", line=typed))
    except Exception:
        return []  # an error message would end up on the command line
    finally:
        GlobalHydra.instance().clear()
