"""Fingerprints of the code and packages that results rest on: changed code is a changed request.

A result's code is the import closure of the modules that make it, found without importing anything. Each module counts
with its syntax tree, so that docstrings, comments and formatting change no key. No library that we know of offers
both, so this is our own; finding the closure takes milliseconds because syntax trees are digested once per content.
"""

import ast
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.errors import FacingAsymmetryError
from facing_asymmetry.core.files import write_atomically

TORCH_PACKAGES: Final = ("torch", "torchvision", "timm", "easypytorch3d")

NUMERIC_PACKAGES: Final = (*TORCH_PACKAGES, "onnxruntime", "cma", "numpy", "numba")

PACKAGE: Final = Path(__file__).parents[1]

WORDED: Final = ("summary", "formula", "purpose", "beyond_photographs")
"""Class variables of interventions that people read."""

NOT_FOLLOWED: Final = frozenset(
    {PACKAGE.name, *(f"{PACKAGE.name}.{module}" for module in ("config", "core.memory", "core.settings"))}
)
"""Modules that change no bit of a result: the package's own file and the memory setting compute none, and what a schema
says is in the request as values."""


@dataclass(frozen=True)
class ModuleCode:
    """What a module's source says, apart from docstrings and comments.

    Attributes:
        digest: SHA-256 of its syntax tree.
        names: dotted names in it that may be modules: of imports at any depth, and of strings that lazy tables hold.
    """

    digest: str
    names: tuple[str, ...]


def read_code(source: bytes) -> ModuleCode:
    """Digest a module's source.

    Imports under `if TYPE_CHECKING` are not followed: they don't happen.

    Raises:
        SyntaxError: the source is not Python.
    """
    tree = _Documentation().visit(ast.parse(source))
    digest = hashlib.sha256(ast.dump(tree, annotate_fields=False).encode()).hexdigest()
    return ModuleCode(digest, tuple(sorted(set(_names(tree)))))


class _Documentation(ast.NodeTransformer):
    """Takes out what only documents: bare strings, descriptions of fields, summaries, what type checkers read."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id == "Field":
            node.keywords = [keyword for keyword in node.keywords if keyword.arg != "description"]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        words = isinstance(node.target, ast.Name) and node.target.id in WORDED
        if words and isinstance(node.annotation, ast.Subscript) and ast.unparse(node.annotation) == "ClassVar[str]":
            return None
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" and not node.orelse:
            return None
        return self.generic_visit(node)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            named = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named = [node.value.partition(":")[0]]
        else:
            continue
        yield from (name for name in named if name.startswith(f"{PACKAGE.name}."))


class CodeBase:
    """The modules of a package on disk.

    Args:
        package: its folder.
        remembered: codes by the SHA-256 of their source, of an earlier process; new ones are added.

    Attributes:
        codes: what was digested so far, by module.
    """

    def __init__(self, package: Path, remembered: dict[str, ModuleCode] | None = None) -> None:
        self.package = package
        self.remembered = {} if remembered is None else remembered
        self.codes: dict[str, ModuleCode] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """Every module by its dotted name."""
        found = {}
        for path in self.package.rglob("*.py"):
            parts = path.relative_to(self.package.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
        return found

    def code(self, module: str) -> ModuleCode:
        """The code of a module; `KeyError` where the package has no such module."""
        if module not in self.codes:
            source = self.files[module].read_bytes()
            key = hashlib.sha256(source).hexdigest()
            if key not in self.remembered:
                self.remembered[key] = read_code(source)
            self.codes[module] = self.remembered[key]
        return self.codes[module]

    def closure(self, *entries: str) -> tuple[str, ...]:
        """Every module of the package that importing the entries can bring in, in alphabetical order.

        Args:
            entries: modules by their names inside the package, such as `study.frames`.

        Raises:
            KeyError: an entry is not a module of the package.
        """
        found: set[str] = set()
        open_ = [f"{self.package.name}.{entry}" for entry in entries]
        while open_:
            module = open_.pop()
            if module in found or module in NOT_FOLLOWED:
                continue
            found.add(module)
            parents = module.split(".")
            named = [".".join(parents[:n]) for n in range(1, len(parents))] + list(self.code(module).names)
            open_ += [name for name in named if name in self.files]
        return tuple(sorted(found))

    def fingerprint(self, *entries: str) -> str:
        """16 hexadecimal digits over the names and digests of the closure."""
        return _hash((module, self.code(module).digest) for module in self.closure(*entries))


def _hash(parts: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:16]


@cache
def code_fingerprint(*entries: str) -> str:
    """Hash of all code that the entry modules rest on, computed once per process.

    Args:
        entries: modules by their names inside the package, so that a list of them is no import of them.
    """
    place = _remembered_at()
    remembered = _recall(place)
    known = len(remembered)
    found = CodeBase(PACKAGE, remembered).fingerprint(*entries)
    if len(remembered) > known:
        _remember(place, remembered)
    return found


def _remembered_at() -> Path:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    own = read_code(Path(__file__).read_bytes()).digest[:12]
    return cache_folder() / "code" / f"{python}-{own}.json"


def _recall(place: Path) -> dict[str, ModuleCode]:
    try:
        stored: Any = json.loads(place.read_bytes())
        return {key: ModuleCode(digest, tuple(names)) for key, (digest, names) in stored.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(place: Path, codes: Mapping[str, ModuleCode]) -> None:
    """Keep the codes for the next process; a cache that can't be written costs time only."""
    try:
        write_atomically(place, json.dumps({key: (code.digest, code.names) for key, code in codes.items()}))
    except FacingAsymmetryError:
        return


@cache
def numeric_versions() -> Mapping[str, str]:
    """Versions of the packages whose arithmetic the results rest on."""
    return versions_of(*NUMERIC_PACKAGES)


def versions_of(*packages: str) -> dict[str, str]:
    """The version of each package, `absent` of one that is not installed."""
    found = {}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "absent"
    return found
