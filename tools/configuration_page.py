"""docs/configuration.md from the schemas and conf/: `python tools/configuration_page.py`."""

from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic_core import PydanticUndefined

from facing_asymmetry.config import RunConfig
from facing_asymmetry.core.conf_folder import conf_folder
from facing_asymmetry.core.settings import bounds, choices, fields_of, nested

TARGET: Final = Path(__file__).parents[1] / "docs" / "configuration.md"

HEAD: Final = """# Configuration reference

`python tools/configuration_page.py` makes this page from `facing_asymmetry/config.py` and `conf/`; a test checks that
it is current. On the command line, `key=value` sets a value and `part=choice` exchanges a part:

```sh
facing-asymmetry run grid=default identities=20 seed=7 dry_run=true
facing-asymmetry run classifier=[networkv2,wtf_cnn3] expression=facs dry_run=true
```
"""
PARTS: Final = """## Parts and their choices

`facing-asymmetry run part=choice` takes a choice.
"""


def page(conf: Path) -> str:
    """The whole page as Markdown.

    Args:
        conf: the folder of configuration files.
    """
    parts = [HEAD, "## Values of a run\n", _table(RunConfig), PARTS]
    parts += [_choices(folder) for folder in sorted(path for path in conf.iterdir() if path.is_dir())]
    return "\n".join(parts).rstrip() + "\n"


def _choices(folder: Path) -> str:
    """One part: its choices, and its values where all choices have the same."""
    lines = [f"### {folder.name}\n", "| choice | what it is |", "|---|---|"]
    lines += [f"| `{path.stem}` | {_about(path)} |" for path in sorted(folder.glob("*.yaml"))]
    known = fields_of(RunConfig)
    one, many = known.get(folder.name), known.get(f"{folder.name}s")
    if one is not None and _is_schema(one.annotation):
        lines += ["", f"Values, as `{folder.name}.key=value`:\n", _table(one.annotation)]
    if many is not None and (schema := nested(many)) is not None:
        lines += ["", f"Values, as `{folder.name}s.NAME.key=value`:\n", _table(schema)]
    return "\n".join(lines) + "\n"


def _table(schema: Any) -> str:
    """Keys with type, default and meaning; nested schemas, but for the parts of a run, as dotted keys."""
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{key}` | {kind} | {default} | {words} |" for key, kind, default, words in _rows(schema)]
    return "\n".join(lines) + "\n"


def _rows(schema: Any, prefix: str = "") -> list[tuple[str, str, str, str]]:
    rows = []
    for name, info in fields_of(schema).items():
        if not _is_schema(info.annotation):
            rows.append((prefix + (info.alias or name), _kind(info), _default(info), _cell(info.description or "")))
        elif schema is not RunConfig:
            rows += _rows(info.annotation, f"{prefix}{name}.")
    return rows


def _is_schema(hint: Any) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)


def _kind(info: Any) -> str:
    """Type and range: `int`, at least 1."""
    allowed = [choice for choice in choices(info) if choice]
    if allowed:
        many = "any of " if _plain(info.annotation).startswith(("list", "tuple")) else ""
        return many + ", ".join(f"`{choice}`" for choice in allowed)
    limits = bounds(info)
    return f"`{_plain(info.annotation)}`" + (f", {limits}" if limits else "")


def _plain(hint: Any) -> str:
    """A type as Python writes it, without annotations."""
    arguments = [_plain(part) for part in getattr(hint, "__args__", ())]
    if hasattr(hint, "__metadata__"):
        return arguments[0]
    if hint is None or hint is type(None):
        return "None"
    if hint is Ellipsis or hint is Any:
        return "..." if hint is Ellipsis else "Any"
    name = getattr(hint, "__name__", str(hint))
    if name in ("Union", "UnionType", "Optional") or type(hint).__name__ == "UnionType":
        return " or ".join(arguments)
    return f"{name}[{', '.join(arguments)}]" if arguments else name


def _default(info: Any) -> str:
    value = info.default if info.default is not PydanticUndefined else info.default_factory()
    if isinstance(value, tuple) or (isinstance(value, dict) and value):
        value = list(value)
    return f"`{value!r}`".replace("'", '"')


def _about(path: Path) -> str:
    """The first sentence of a file's comment; for a classifier without one, its architecture and training set."""
    text = path.read_text(encoding="utf-8")
    lines = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#") and "@package" not in line]
    words = next((line for line in lines if not line.startswith("facing-asymmetry ")), "")
    values = yaml.safe_load(text) or {}
    if isinstance(values, dict) and "training_set" in values:
        words = words or f"{values.get('architecture', '')}, trained on {values['training_set']}"
    return _cell(words)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").strip()


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(conf_folder()), encoding="utf-8")


if __name__ == "__main__":
    main()
