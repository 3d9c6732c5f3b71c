"""The parts of a study, each built when it is first needed: a warm store needs neither renderer nor classifier."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from, with_targets
from facing_asymmetry.classifiers.runtimes.choice import with_runtime
from facing_asymmetry.config import RunConfig, identity_block
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.expressions.fit import check_targets
from facing_asymmetry.face_models.own import own_head
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.contrast import contrast_of
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.registry import intervention_from
from facing_asymmetry.interventions.two_sided import check_partners
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.rendering.own import own_renderer
from facing_asymmetry.responses.runner import Studio, blocks_ahead
from facing_asymmetry.runs.objective import read_objective
from facing_asymmetry.runs.stimuli import Stimuli
from facing_asymmetry.statistics.requested_scores import check_requested
from facing_asymmetry.statistics.user_scores import user_scores


@dataclass
class Counts:
    """What a run did: frames rendered, images classified, and cells asked for and found in the store."""

    frames: int = 0
    forward_passes: int = 0
    cells: int = 0
    cells_cached: int = 0


class Study(Stimuli):
    """Everything a configuration names: stimuli, and the classifiers and grid that they are shown to and over.

    Args:
        config: checked values. What they imply is checked here at once: emotions that a classifier lacks, unknown
            names, a palsy and a partner that differ, grids of one point, and `device=cuda` without CUDA raise
            `ConfigError` before anything is computed.
        elsewhere: another machine will compute it, so that this one need not have the device.
    """

    symmetric: ClassVar[bool] = True
    """Whether every face is its own mirror image where it is whole."""

    def __init__(self, config: RunConfig, elsewhere: bool = False) -> None:
        super().__init__(config)
        self.counts = Counts()
        self.grid = Grid.spaced(config.grid.name, config.grid.s, config.grid.t)
        self.interventions: list[Intervention] = [
            intervention_from(name, facts) for name, facts in config.interventions.items()
        ]
        self.records: list[ClassifierRecord] = [
            with_targets(registry.with_fingerprint(record_from(facts, f"classifiers.{name}")), config.targets)
            for name, facts in config.classifiers.items()
        ]
        self.records = [with_runtime(record, config) for record in self.records]
        check_partners(self.interventions)
        check_names(self.records)
        self.optimiser = config.expression.optimiser
        self.contrast = contrast_of(self.interventions, config.statistics.treated, config.statistics.control)
        own = [one.name for one in user_scores(config.statistics.own_scores)]
        shown = [one.name for one in self.interventions]
        check_requested(config.statistics.scores, shown, self.contrast, config.derivative, own)
        self.objective = read_objective(
            config.objective, [record.name for record in self.records], config.emotions, own
        )
        for record in self.records:
            check_targets(record, config.emotions, config.expression.kind)
        if not elsewhere:
            check_device(config.device, config.precision)
        if own_head(self.head):
            self.fitted_head  # noqa: B018  (made now, asked for its errors)
        if part := own_renderer(config.renderer):
            part.imported()

    @property
    def sheet_grid(self) -> Grid:
        """The study's grid, thinned to what the report's explorer shows: contact sheets hold these nodes only."""
        return self.grid.thinned(self.config.report.explorer_nodes)

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the faces that the study shows: all, or those of its block."""
        return identity_block(self.config.identities, self.config.identity_block)

    @property
    def pictured(self) -> bool:
        """Whether pictures of the faces may be written: always of heads, of people only where that was asked for."""
        return True

    @property
    def stimuli(self) -> int:
        """How many faces with an expression each classifier is shown, whole and symmetric."""
        return len(self.config.emotions) * len(self.identities)

    @property
    def to_fit(self) -> int:
        """How many photographs a head must be fitted to before anything is shown."""
        return 0

    @property
    def who(self) -> str:
        """Who is shown, in words."""
        return f"{self.config.identities} synthetic face(s)"

    def files(self) -> dict[str, str]:
        """SHA-256 of each of the user's files that is shown, by path: none of heads."""
        return {}

    def photographed(self, progress: Progress) -> list[Expression]:
        """What people show on photographs: nothing on heads."""
        return []

    def write_about(self, folder: Path) -> None:
        """Write tables about the faces into the run folder: none of heads."""

    def row(self, number: int, emotion: str) -> int:
        """Which row of `framing` a face with an emotion has."""
        return self.identities.index(number)

    def placed(self, number: int, emotion: str) -> tuple[Framing, int]:
        """A framing that holds any face of the model, shown in this study or not, and its row there."""
        return self.framing_of([number]), 0

    @cached_property
    def framing(self) -> Framing:
        """Cameras and textures of the study's faces, in the order of their numbers."""
        return self.framing_of(self.identities)

    @cached_property
    def studio(self) -> Studio:
        """Where the frames of the responses and contact sheets are made."""
        config = self.config
        depth = blocks_ahead(config.renderer.name, config.device)
        return Studio(self.model, self.framing, self.renderer, config.batch, depth, config.precision)

    def classifier(self, record: ClassifierRecord) -> Classifier:
        """The network, loaded and checked against its hash."""
        return registry.load(record).to(self.config.device)


def check_names(records: Sequence[ClassifierRecord]) -> None:
    """`ConfigError` where two classifiers have one name: their files and rows would be one."""
    names = [record.name for record in records]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"classifiers: two have the name {name!r}; set classifiers.KEY.name of one of them")


def check_device(device: str, precision: str) -> None:
    """Set whether products and convolutions on the GPU round their factors to TF32: only where that was asked for.

    Raises:
        ConfigError: CUDA is asked for and absent, or TF32 without CUDA.
    """
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise ConfigError("device = 'cuda', but torch sees no CUDA device here; use device=cpu")
        rounded = precision == "tf32"
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = rounded
    elif precision == "tf32":
        raise ConfigError("precision = 'tf32' needs a GPU; set device=cuda, or precision=fp32")
