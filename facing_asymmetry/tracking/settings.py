"""Choices of tracking."""

from dataclasses import dataclass, field

from facing_asymmetry.errors import ConfigError, suggestion

ALLOWED = {"name": ("none", "wandb"), "mode": ("offline", "online")}


@dataclass(frozen=True)
class TrackingConfig:
    """`conf/tracking`.

    Attributes:
        name: "wandb", or "none" for local files only; `mode`: "offline", or "online" to upload when a job ends.
        project, entity, group, job_type, tags: where and as what the run stands in W&B; None: W&B's own default entity,
            and the run's name as group.
        responses: whether the response table goes along as an artifact.
        timeout: seconds that an upload may take before it is left for later.
    """

    name: str = "wandb"
    mode: str = "offline"
    project: str = "facing-asymmetry"
    entity: str | None = None
    group: str | None = None
    job_type: str = "run"
    tags: list[str] = field(default_factory=list)
    responses: bool = True
    timeout: float = 120.0

    def __post_init__(self) -> None:
        for key, allowed in ALLOWED.items():
            value = getattr(self, key)
            if value not in allowed:
                hint = suggestion(value, allowed)
                raise ConfigError(f"tracking.{key} = {value!r} is unknown{hint} (allowed: {', '.join(allowed)})")
        if self.timeout <= 0:
            raise ConfigError(f"tracking.timeout = {self.timeout}; it must be above 0 seconds")
        if unfit := [tag for tag in self.tags if not 1 <= len(tag) <= 64]:
            raise ConfigError(f"tracking.tags = {unfit}; W&B takes tags of 1 to 64 characters")
