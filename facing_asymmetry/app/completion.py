"""Tab completion of overrides: Hydra's own answers, given to the shell by click."""

from collections.abc import Sequence

import click


def complete_override(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Parts, choices and keys that go on with what was typed, as click asks for them.

    Bash parts words at `=`, and click takes a lone `=` away: `grid=sm` comes as `grid`, `=`, `sm`, and `grid=` as
    `grid` and an empty word. Other shells hand over one word.
    """
    before = [str(word) for word in context.params.get(parameter.name or "") or ()]
    typed = incomplete
    if before[-1:] == ["="]:
        typed = f"{''.join(before[-2:])}{incomplete}"
    elif not incomplete and before and "=" not in before[-1] and not before[-1].startswith("-"):
        typed = f"{before[-1]}="
    return [word[len(typed) - len(incomplete) :] for word in suggestions(typed)]


def suggestions(typed: str) -> Sequence[str]:
    """What may stand where `typed` begins; nothing where it cannot be read."""
    from hydra._internal.core_plugins.bash_completion import BashCompletion
    from hydra._internal.hydra import Hydra
    from hydra._internal.utils import create_config_search_path
    from hydra.core.global_hydra import GlobalHydra

    from facing_asymmetry.core.conf_folder import conf_folder

    try:
        hydra = Hydra.create_main_hydra2("facing-asymmetry", create_config_search_path(str(conf_folder())))
        return list(BashCompletion(hydra.config_loader)._query(config_name="config", line=typed))
    except Exception:
        return []  # a shell that waits for suggestions has no use for an error
    finally:
        GlobalHydra.instance().clear()
