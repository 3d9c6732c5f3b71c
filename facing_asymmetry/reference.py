"""The configuration reference, from the schemas and `conf/`: what docs/configuration.md holds."""

import dataclasses
import inspect
import re
import textwrap
from pathlib import Path
from typing import Any, Final, get_type_hints

import yaml  # type: ignore[import-untyped]

from facing_asymmetry.config import RunConfig
from facing_asymmetry.expressions.optimiser import OptimiserSettings
from facing_asymmetry.inference.settings import StatisticsSettings
from facing_asymmetry.rendering.scene import Scene
from facing_asymmetry.reporting.settings import ReportSettings
from facing_asymmetry.tracking.settings import TrackingConfig

HEAD: Final = """# Configuration reference

Made from the schemas and `conf/` by `python tools/configuration_page.py`; a test holds it current. Any value is set on
the command line as `key=value`, any part exchanged as `part=choice`:

```sh
facing-asymmetry run grid=default identities=20 seed=7 dry_run=true
facing-asymmetry run classifier=[networkv2,wtf_cnn3] expression=facs dry_run=true
```
"""
PARTS: Final = """## Parts and their choices

The first line of each file says what it is; `facing-asymmetry run part=choice` takes it.
"""
EXPLAINED: Final = (Scene, OptimiserSettings, StatisticsSettings, ReportSettings, TrackingConfig)
"""Schemas whose docstrings say what each value means."""


def page(conf: Path) -> str:
    """The whole page as Markdown.

    Args:
        conf: the folder of configuration files.
    """
    parts = [HEAD, "## Values of a run\n", _table(RunConfig, _comments(conf / "config.yaml"))]
    parts.append(PARTS)
    for folder in sorted(path for path in conf.iterdir() if path.is_dir()):
        parts.append(_choices(folder))
    return "\n".join(parts).rstrip() + "\n"


def _choices(folder: Path) -> str:
    """One part: its choices, and the values that it has."""
    lines = [f"### {folder.name}\n", "| choice | what it is |", "|---|---|"]
    lines += [f"| `{path.stem}` | {_about(path)} |" for path in sorted(folder.glob("*.yaml"))]
    schema = _schema(folder.name)
    if schema is not None:
        lines += ["", f"Values, as `{folder.name}.key=value`:\n", _table(schema, _group_comments(folder))]
    return "\n".join(lines) + "\n"


def _schema(part: str) -> type | None:
    """The schema of a part of `RunConfig`, where it is one part and not many of a kind."""
    hint = get_type_hints(RunConfig).get(part)
    return hint if dataclasses.is_dataclass(hint) and isinstance(hint, type) else None


def _table(schema: type, comments: dict[str, str]) -> str:
    """Keys with type, default and meaning; nested schemas as dotted keys."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, kind, default, words in _rows(schema, "", comments):
        lines.append(f"| `{key}` | {kind} | {default} | {words} |")
    return "\n".join(lines) + "\n"


def _rows(schema: type, prefix: str, comments: dict[str, str]) -> list[tuple[str, str, str, str]]:
    hints, meanings, rows = get_type_hints(schema), _meanings(schema), []
    for field in dataclasses.fields(schema):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            if prefix or schema is not RunConfig:
                rows += _rows(hint, f"{prefix}{field.name}.", comments)
            continue
        words = meanings.get(field.name) or comments.get(field.name, "")
        rows.append((prefix + field.name, _kind(hint), _default(field), _cell(words)))
    return rows


def _kind(hint: Any) -> str:
    name = hint.__name__ if isinstance(hint, type) and not getattr(hint, "__args__", ()) else str(hint)
    return "any" if hint is Any else f"`{name.replace('typing.', '').replace('|', 'or')}`"


def _default(field: "dataclasses.Field[Any]") -> str:
    value = field.default if field.default is not dataclasses.MISSING else None
    if value is None and field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    return f"`{list(value) if isinstance(value, tuple) else value!r}`".replace("'", '"')


def _meanings(schema: type) -> dict[str, str]:
    """Meaning of each attribute, from the schema's docstring: `key: words` or `one, two: words` or `one: x; two: y`."""
    text = inspect.cleandoc(schema.__doc__ or "") if schema in EXPLAINED else ""
    found: dict[str, str] = {}
    block = text.partition("Attributes:\n")[2].partition("\n\n")[0]
    for entry in re.split(r"\n(?=\S)", textwrap.dedent(block)):
        joined = " ".join(entry.split())
        names = "|".join(field.name for field in dataclasses.fields(schema))
        for keys, words in re.findall(
            rf"(?:^|; )((?:`?(?:{names})`?(?:, )?)+): (.*?)(?=; `?(?:{names})`?[:,]|$)", joined
        ):
            for key in re.findall(r"\w+", keys):
                found[key] = words
    return found


def _comments(path: Path) -> dict[str, str]:
    """Comments behind the keys of a YAML file."""
    return dict(re.findall(r"^ *(\w+):[^#\n]*# (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def _group_comments(folder: Path) -> dict[str, str]:
    """Comments of all files of a part, those of its default first."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml"), key=lambda p: (p.stem != "default", p.stem)):
        found = {**_comments(path), **found}
    return found


def _about(path: Path) -> str:
    """The first sentence that a file says of itself, or its notes where it is a classifier's record."""
    text = path.read_text(encoding="utf-8")
    lines = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#") and "@package" not in line]
    words = next((line for line in lines if not line.startswith("facing-asymmetry ")), "")
    values = yaml.safe_load(text) or {}
    if isinstance(values, dict) and "training_set" in values:
        words = words or f"{values.get('architecture', '')}, trained on {values['training_set']}"
    return _cell(words)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").strip()
