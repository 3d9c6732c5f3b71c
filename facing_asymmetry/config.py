"""The schema of a run: every key, its type and its range. `conf/` holds the values.

Plain dataclasses, usable without Hydra: `read_config` fills them from a mapping, so that an unknown key or a wrong
type fails before anything runs; each `__post_init__` checks ranges.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

import dacite

from facing_asymmetry.emotions import BASIC
from facing_asymmetry.errors import ConfigError, suggestion
from facing_asymmetry.expressions.optimiser import OptimiserSettings
from facing_asymmetry.face_models.registry import NAMES
from facing_asymmetry.inference.settings import StatisticsSettings
from facing_asymmetry.plain_numbers import as_float
from facing_asymmetry.rendering.factory import RENDERERS
from facing_asymmetry.rendering.scene import Scene
from facing_asymmetry.reporting.settings import ReportSettings
from facing_asymmetry.tracking.settings import TrackingConfig


def _one_of(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ConfigError(f"{key} = {value!r} is unknown{suggestion(value, allowed)} (allowed: {', '.join(allowed)})")


def _at_least(key: str, value: float, least: float) -> None:
    if value < least:
        raise ConfigError(f"{key} = {value}; it must be at least {least}")


@dataclass(frozen=True)
class FaceModelConfig:
    """`conf/face_model`."""

    name: str = "makehuman"
    half_width_mm: float = 4.0

    def __post_init__(self) -> None:
        _one_of("face_model.name", self.name, NAMES)
        if self.half_width_mm <= 0:
            raise ConfigError(f"face_model.half_width_mm = {self.half_width_mm}; it must be above 0")


@dataclass(frozen=True)
class RendererConfig:
    """`conf/renderer`."""

    name: str = "fast"

    def __post_init__(self) -> None:
        _one_of("renderer.name", self.name, tuple(RENDERERS))


@dataclass(frozen=True)
class ExpressionConfig:
    """`conf/expression`."""

    kind: str = "optimised"
    per_identity: bool = False
    fit_identities: list[int] = field(default_factory=lambda: [1001, 1002, 1003])
    optimiser: OptimiserSettings = field(default_factory=OptimiserSettings)

    def __post_init__(self) -> None:
        _one_of("expression.kind", self.kind, ("optimised", "facs"))
        if not self.fit_identities:
            raise ConfigError("expression.fit_identities is empty; name at least one face, for example [1001]")


@dataclass(frozen=True)
class GridConfig:
    """`conf/grid`: numbers of points, or the values themselves; checked by `interventions.grid.Grid`."""

    name: str = "quick"
    s: Any = 6
    t: Any = 4

    def __post_init__(self) -> None:
        for axis in ("s", "t"):
            value = getattr(self, axis)
            items = value if isinstance(value, list) else [value]
            if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in items) or isinstance(
                value, float
            ):
                raise ConfigError(f"grid.{axis} = {value!r}; write a number of points, or the values: [0, 0.5, 1]")


@dataclass(frozen=True)
class PathsConfig:
    """`conf/paths`."""

    outputs: str = "outputs"
    store: str = "outputs/store"
    runs: str = "outputs"


@dataclass(frozen=True)
class RunConfig:
    """`conf/config.yaml`. `classifiers` and `interventions`, by name, are checked by their own registries."""

    name: str = "quick"
    emotions: list[str] = field(default_factory=lambda: list(BASIC))
    identities: int = 6
    identity_block: str | None = None
    seed: int = 2026
    device: str = "cpu"
    threads: int = 0
    batch: int = 20
    precision: str = "fp32"
    derivative: bool = False
    dry_run: bool = False
    face_model: FaceModelConfig = field(default_factory=FaceModelConfig)
    renderer: RendererConfig = field(default_factory=RendererConfig)
    scene: Scene = field(default_factory=Scene)
    classifiers: dict[str, Any] = field(default_factory=dict)
    expression: ExpressionConfig = field(default_factory=ExpressionConfig)
    interventions: dict[str, dict[str, Any]] = field(default_factory=dict)
    grid: GridConfig = field(default_factory=GridConfig)
    statistics: StatisticsSettings = field(default_factory=StatisticsSettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    tracking: TrackingConfig = field(default_factory=TrackingConfig)
    paths: PathsConfig = field(default_factory=PathsConfig)

    def __post_init__(self) -> None:
        for emotion in self.emotions:
            _one_of("emotions", emotion, BASIC)
        if not self.emotions or len(set(self.emotions)) != len(self.emotions):
            raise ConfigError(f"emotions = {self.emotions}; name at least one, none twice")
        identity_block(self.identities, self.identity_block)
        if self.identity_block and self.expression.per_identity:
            raise ConfigError("identity_block needs expression.per_identity=false: those expressions are one batch")
        for key, least in (("identities", 1), ("batch", 1), ("threads", 0), ("seed", 0)):
            _at_least(key, getattr(self, key), least)
        _one_of("device", self.device, ("cpu", "cuda"))
        _one_of("precision", self.precision, ("fp32", "bf16"))
        for key in ("classifiers", "interventions"):
            if not getattr(self, key):
                raise ConfigError(f"{key} is empty; choose at least one, for example {key[:-1]}=...")
        if not self.name or "/" in self.name:
            raise ConfigError(f"name = {self.name!r}; it becomes part of a folder's name and must hold no slash")


def identity_block(identities: int, block: str | None) -> tuple[int, ...]:
    """Numbers of the faces of a block: `1/4` is the second quarter of 0 .. `identities` - 1; None is all of them.

    Raises:
        ConfigError: the block is not `k/n` with 0 <= k < n, or there are fewer faces than blocks.
    """
    if block is None:
        return tuple(range(identities))
    match = re.fullmatch(r"(\d+)/(\d+)", block)
    number, blocks = map(int, match.groups()) if match else (1, 0)
    if not number < blocks <= identities:
        raise ConfigError(
            f"identity_block = {block!r}; write k/n for block k = 0 .. n - 1 of n, n at most identities = {identities}"
        )
    return tuple(range(identities * number // blocks, identities * (number + 1) // blocks))


def read_config(values: Mapping[str, Any]) -> RunConfig:
    """Check a composed configuration.

    Raises:
        ConfigError: an unknown key, a value of the wrong type or out of range; the message names the key.
    """
    _refuse_unknown(RunConfig, values)
    settings = dacite.Config(strict=True, cast=[tuple], type_hooks={float: as_float})
    try:
        return dacite.from_dict(RunConfig, dict(values), settings)
    except dacite.DaciteFieldError as error:
        raise ConfigError(f"{error.field_path}: {error}") from error


def _refuse_unknown(schema: type, values: Mapping[str, Any], at: str = "") -> None:
    """Name the first key that a schema lacks with those that it has, and the first item of a list of a wrong type."""
    known = get_type_hints(schema)
    for key, value in values.items():
        if key not in known:
            near = suggestion(str(key), known)
            raise ConfigError(f"unknown key {at}{key}{near} (allowed: {', '.join(known)})")
        wanted = known[key]
        if isinstance(wanted, type) and is_dataclass(wanted) and isinstance(value, Mapping):
            _refuse_unknown(wanted, value, f"{at}{key}.")
        if wanted is int and isinstance(value, bool):
            raise ConfigError(f"{at}{key} = {str(value).lower()}; it must be a whole number")
        if get_origin(wanted) is list and isinstance(value, list):
            wrong = [v for v in value if not isinstance(v, get_args(wanted)[0])]
            if wrong:
                raise ConfigError(f"{at}{key} holds {wrong[0]!r}; its items must be {get_args(wanted)[0].__name__}")
