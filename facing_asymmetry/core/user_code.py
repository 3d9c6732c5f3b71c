"""Python modules of the user's: imported by the name that a configuration gives, and their source in content keys.

The source of a module is its import closure outside the installed packages, found without running anything. Of an
installed package the version counts; of this package, its own closure (`core.code`).
"""

import ast
import hashlib
import importlib
import importlib.metadata
import json
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.code import PACKAGE, code_fingerprint, read_code
from facing_asymmetry.core.errors import ConfigError, suggestion

INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
"""Folders of installed packages."""

_IMPORTED: dict[str, tuple[Path, str]] = {}
"""File and digest that the user's modules had when this process imported them."""


@contextmanager
def working_folder_importable() -> Iterator[None]:
    """Let modules of the working folder be imported, as `python` itself would."""
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def import_named(name: str, key: str, kind: str = "function") -> Any:
    """What a configuration names as `package.module:name`; the working folder is searched first.

    A module whose source, or whose import's source, has changed since this process imported it is imported anew.

    Args:
        name: `package.module:name`.
        key: that holds it, for messages.
        kind: what is named, in a word.

    Raises:
        ConfigError: no such module or name in it, or importing the module raised.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise ConfigError(f"{key} = {name!r}; write package.module:{kind}")
    files = source_of(module_name).files
    _forget_changed(files)
    with working_folder_importable():
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            raise ConfigError(f"{key} = {name!r}: {error}; modules are looked for in {Path.cwd()}") from error
        except (Exception, SystemExit) as error:  # the module's own
            raise ConfigError(f"{key} = {name!r}: importing it raised {error_words(error)}") from error
    _IMPORTED.update({one: (path, _digest(path)) for one, path in files.items() if one in sys.modules})
    found = getattr(module, attribute, None)
    if not callable(found):
        hint = suggestion(attribute, vars(module))
        raise ConfigError(f"{key} = {name!r}: {module_name} has no {kind} {attribute!r}{hint}")
    return found


def error_words(error: BaseException) -> str:
    """Type and words of an error that code of the user's raised."""
    return f"{type(error).__name__}: {str(error).strip()[:500]}"


def _forget_changed(files: dict[str, Path]) -> None:
    """Forget modules of the user's if one of them has other source, or lies elsewhere, than when it was imported."""
    known = {name: _IMPORTED[name] for name in files if name in sys.modules and name in _IMPORTED}
    if any(then != (files[name], _digest(files[name])) for name, then in known.items()):
        for name in files:
            sys.modules.pop(name, None)
            _IMPORTED.pop(name, None)


@dataclass(frozen=True)
class UserSource:
    """What a module of the user's rests on.

    Attributes:
        files: of modules outside installed packages, by name; of an installed one only where it is asked for itself.
        versions: of installed packages that they import, by name.
        own: modules of this package that they import, by their names inside it.
    """

    files: dict[str, Path]
    versions: dict[str, str]
    own: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all of it; docstrings, comments and formatting change nothing. "" where there is nothing."""
        if not self.files and not self.own:
            return ""
        digests = {name: _digest(path) for name, path in self.files.items()}
        code = code_fingerprint(*self.own) if self.own else ""
        return hashlib.sha256(json.dumps([digests, self.versions, code], sort_keys=True).encode()).hexdigest()


def source_of(module: str) -> UserSource:
    """The import closure of a module, without importing it; nothing where there is no such module.

    Imports at any depth are followed, and strings that name a module (of `importlib.import_module`).

    Args:
        module: its dotted name; the working folder is searched first.
    """
    files: dict[str, Path] = {}
    versions: dict[str, str] = {}
    own, seen, open_ = set[str](), set[str](), [module]
    importlib.invalidate_caches()
    with working_folder_importable():
        while open_:
            name = open_.pop()
            if not name or name in seen:
                continue
            seen.add(name)
            open_.append(name.rpartition(".")[0])
            path = _file_of(name)
            if path is None:
                continue
            if PACKAGE in path.parents:
                own.add(name.removeprefix(f"{PACKAGE.name}."))
            elif _is_installed(path):
                versions |= package_version(name.partition(".")[0])
                files |= {name: path} if name == module else {}  # a distribution may have another name
            else:
                files[name] = path
                open_ += _imports(path, name)
    return UserSource(files, versions, tuple(sorted(own - {PACKAGE.name})))


def _file_of(module: str) -> Path | None:
    """The file of a module; None where there is none."""
    names = module.split(".")
    spec, folders = None, None
    for n in range(1, len(names) + 1):
        spec = _spec(".".join(names[:n]), folders)
        if spec is None or (spec.submodule_search_locations is None and n < len(names)):
            return None
        folders = spec.submodule_search_locations
    path = Path(spec.origin) if spec and spec.origin and spec.has_location else None
    return path.resolve() if path and path.is_file() else None


def _spec(name: str, folders: Any) -> ModuleSpec | None:
    """The place of a module; packages above it are not imported, as `importlib.util.find_spec` would."""
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, folders)
        except (Exception, SystemExit):  # an odd finder or name; the import itself says why
            continue
        if spec is not None:
            return spec
    return None


def _is_installed(path: Path) -> bool:
    libraries = [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib", "stdlib")]
    return bool(INSTALLED & set(path.parts)) or any(folder in path.parents for folder in libraries)


@lru_cache(maxsize=1024)
def package_version(package: str) -> dict[str, str]:
    """Version of an installed package, by its name; nothing where its distribution has another name or is absent."""
    try:
        return {package: importlib.metadata.version(package)}
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return {}


def _digest(path: Path) -> str:
    source = path.read_bytes()
    return _source_digest(source) if path.suffix == ".py" else hashlib.sha256(source).hexdigest()


@lru_cache(maxsize=1024)
def _source_digest(source: bytes) -> str:
    try:
        return read_code(source).digest
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # importing it says why
        return hashlib.sha256(source).hexdigest()


def _imports(path: Path, module: str) -> list[str]:
    """Dotted names in a source file that may be modules."""
    if path.suffix != ".py":
        return []
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return [_absolute(name, level, package) for level, name in _names(path.read_bytes())]


def _absolute(name: str, level: int, package: str) -> str:
    if not level:
        return name
    above = package.split(".")
    return ".".join([*above[: len(above) - level + 1], name])


@lru_cache(maxsize=1024)
def _names(source: bytes) -> tuple[tuple[int, str], ...]:
    """Names in imports, with the number of leading dots, and in strings that look like the name of a module."""
    found: set[tuple[int, str]] = set()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = node.module or ""
            named = [base, *(f"{base}.{alias.name}".lstrip(".") for alias in node.names)]
            found |= {(node.level, name) for name in named if name}
        elif isinstance(node, ast.Import):
            found |= {(0, alias.name) for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value.partition(":")[0]
            if len(name) < 200 and all(part.isidentifier() for part in name.split(".")):
                found.add((0, name))
    return tuple(sorted(found))
