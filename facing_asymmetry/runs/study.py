"""The parts of a study, each built when it is first needed: a warm store needs neither renderer nor classifier."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import ClassifierRecord, record_from
from facing_asymmetry.classifiers.user_weights import with_fingerprint
from facing_asymmetry.config import RunConfig, identity_block, read_config
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.expressions.fit import check_emotions
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.interventions.registry import intervention_from
from facing_asymmetry.interventions.two_sided import check_partners
from facing_asymmetry.rendering.contract import Framing
from facing_asymmetry.responses.runner import Studio
from facing_asymmetry.results.manifest import read_manifest
from facing_asymmetry.runs.stimuli import Stimuli
from facing_asymmetry.statistics.requested_scores import check_requested


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

    def __init__(self, config: RunConfig, elsewhere: bool = False) -> None:
        super().__init__(config)
        self.counts = Counts()
        self.grid = Grid.spaced(config.grid.name, config.grid.s, config.grid.t)
        self.interventions: list[Intervention] = [
            intervention_from(name, facts) for name, facts in config.interventions.items()
        ]
        self.records: list[ClassifierRecord] = [
            with_fingerprint(record_from(facts, f"classifiers.{name}")) for name, facts in config.classifiers.items()
        ]
        check_partners(self.interventions)
        check_names(self.records)
        self.optimiser = config.expression.optimiser
        check_requested(config.statistics.scores, [intervention.name for intervention in self.interventions])
        for record in self.records:
            check_emotions(record.name, record.labels, config.emotions)
        if not elsewhere:
            check_device(config.device)

    @property
    def sheet_grid(self) -> Grid:
        """The study's grid, thinned to what the report's explorer shows: contact sheets hold these nodes only."""
        return self.grid.thinned(self.config.report.explorer_nodes)

    @property
    def identities(self) -> tuple[int, ...]:
        """Numbers of the faces that the study shows: all, or those of its block."""
        return identity_block(self.config.identities, self.config.identity_block)

    @cached_property
    def framing(self) -> Framing:
        """Cameras and textures of the study's faces, in the order of their numbers."""
        return self.framing_of(self.identities)

    @cached_property
    def studio(self) -> Studio:
        """Where the frames of the responses and contact sheets are made."""
        config = self.config
        depth = 1 if config.device == "cpu" else 0
        return Studio(self.model, self.framing, self.renderer, config.batch, depth, config.precision)

    def classifier(self, record: ClassifierRecord) -> Classifier:
        """The network, loaded and checked against its hash."""
        return registry.load(record).to(self.config.device)


def study_of(run: Path) -> Study:
    """The study that a run folder's manifest describes; of several heads, that of the first.

    Raises:
        DataError: there is no manifest.
        ConfigError: this version can't read its configuration.
    """
    config = read_config(read_manifest(run)["config"])
    return Study(replace(config, face_models=dict([next(iter(config.face_models.items()))])))


def check_names(records: Sequence[ClassifierRecord]) -> None:
    """`ConfigError` where two classifiers have one name: their files and rows would be one."""
    names = [record.name for record in records]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"classifiers: two have the name {name!r}; set classifiers.KEY.name of one of them")


def check_device(device: str) -> None:
    """`ConfigError` where CUDA is asked for and absent; convolutions on it in full single precision."""
    if device == "cuda":
        import torch

        if not torch.cuda.is_available():
            raise ConfigError("device = 'cuda', but torch sees no CUDA device here; use device=cpu")
        torch.backends.cudnn.allow_tf32 = False  # single precision means single precision
