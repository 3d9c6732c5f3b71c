"""The cells of a study: one classifier, identity, expression, intervention and side each; their keys and networks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.contract import Classifier
from facing_asymmetry.classifiers.record import PACE, ClassifierRecord, target_of
from facing_asymmetry.classifiers.runtimes.choice import runtime_versions
from facing_asymmetry.config import RendererConfig
from facing_asymmetry.core.code import PACKAGE, code_fingerprint, numeric_versions
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.core.user_code import source_of
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.grid import Grid
from facing_asymmetry.rendering.own import own_renderer

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


@dataclass(frozen=True)
class Cell:
    """One cell of the study and the content it is asked for by."""

    record: ClassifierRecord
    expression: Expression
    identity: int
    intervention: Intervention
    side: str

    @property
    def label(self) -> str:
        """For progress lines."""
        return f"{self.record.name} {self.expression.emotion} face {self.identity} {self.intervention.name} {self.side}"

    @property
    def shown(self) -> tuple[int, str, tuple[float, ...], str, str]:
        """What its frames depend on: cells of one `shown` differ in the network only."""
        expression = self.expression
        return self.identity, expression.emotion, expression.weights, self.intervention.name, self.side


def cells_of(study: "Study", expressions: Mapping[str, Sequence[Expression]]) -> Iterator[Cell]:
    """Every cell, classifier by classifier, expressions shown on the faces they belong to."""
    for record in study.records:
        for expression in expressions[record.name]:
            for identity in study.identities:
                if expression.identity in (None, identity):
                    for intervention in study.interventions:
                        for side in intervention.sides:
                            yield Cell(record, expression, identity, intervention, side)


def request_of(study: "Study", cell: Cell) -> dict[str, object]:
    """The content key's material."""
    return response_request(study, cell.record, cell.expression, cell.intervention, cell.side, cell.identity)


def shared_frames(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells grouped by what they show, faces of one classifier beside each other, so that little is made twice."""
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.shown, []).append(cell)
    place = {name: n for n, name in enumerate(dict.fromkeys(g[0].record.name for g in groups.values()))}
    return sorted(groups.values(), key=lambda group: (place[group[0].record.name], group[0].identity))


def check_weights(records: Iterable[ClassifierRecord]) -> None:
    """Raise `AssetError` that names every classifier whose weights are not here, and what to do for each."""
    states = {record.name: registry.state(record) for record in records}
    lacking = [f"  {name}: {state.remedy}" for name, state in states.items() if not state.ready]
    if len(lacking) > 1:  # one alone is named by the loader, with its file
        raise AssetError(f"{len(lacking)} of {len(states)} classifiers lack their weights:\n" + "\n".join(lacking))


class Networks:
    """Gives the networks of each group of cells.

    Args:
        groups: of cells that share frames, in the order in which they will be asked for.
    """

    def __init__(self, study: "Study", groups: Sequence[Sequence[Cell]]) -> None:
        self.study = study
        self._last = {cell.record.name: n for n, group in enumerate(groups) for cell in group}
        self._held: dict[str, Classifier] = {}

    def of(self, number: int, group: Sequence[Cell]) -> list[Classifier]:
        """The networks of group `number`, in the order of its cells."""
        self._held = {name: network for name, network in self._held.items() if self._last[name] >= number}
        for cell in group:
            if cell.record.name not in self._held:
                self._held[cell.record.name] = self.study.classifier(cell.record)
        return [self._held[cell.record.name] for cell in group]


FRAME_CODE: Final = ("runs.frames", "rendering.factory", "responses.realised")
EXPRESSION_CODE: Final = ("runs.optimise", "classifiers.registry")
RESPONSE_CODE: Final = (*FRAME_CODE, "runs.intervene", "classifiers.registry")
DERIVATIVE_CODE: Final = (*RESPONSE_CODE, "runs.derivatives")
SHEET_CODE: Final = (*FRAME_CODE, "responses.contact_sheet")
"""Modules that make each kind of result; what they import counts too."""

WORDS = (
    *("notes", "citation", "licence", "code_licence", "terms", "published_at", "alignment", "reported_accuracy"),
    *(
        "official",
        "official_blob",
        "family",
        "architecture",
        "parameters",
        "flops",
        "recognised",
        "unit",
        "targets",
        "gate",
    ),
)
"""Parts of a classifier's record that change no output; which of them is read stands in the key beside them."""


def _image_request(study: "Study") -> dict[str, Any]:
    config = study.config
    return {
        "face_model": study.model.fingerprint,
        "renderer": renderer_code(config.renderer) or config.renderer.name,
        "device": config.device,
        "scene": asdict(study.scene),
        "versions": numeric_versions(),
        "batch": config.batch,
    }


def renderer_code(config: RendererConfig) -> str:
    """Hash of what a renderer of the user's own rests on; "" for one of the package."""
    part = own_renderer(config)
    return part.fingerprint if part else ""


def classifier_request(record: ClassifierRecord) -> dict[str, Any]:
    """What of a classifier its outputs depend on."""
    # expressions are the same whatever runs the network later; requests of responses name the runtime themselves
    facts = {key: value for key, value in asdict(record).items() if key not in (*WORDS, "runtime")}
    return {**facts, "options": {key: value for key, value in record.options.items() if key not in PACE}}


def expression_request(study: "Study", record: ClassifierRecord) -> dict[str, Any]:
    """The optimised expressions of one classifier: one cell for all emotions, since they are one batch."""
    expression = study.config.expression
    return {
        **_image_request(study),
        "classifier": classifier_request(record),
        "emotions": study.config.emotions,
        "targets": [target_of(record, name) for name in study.config.emotions],
        "authored": [study.config.stimuli.get(name) for name in study.config.emotions],
        "identities": study.identities if expression.per_identity else expression.fit_identities,
        "per_identity": expression.per_identity,
        "optimiser": asdict(study.optimiser),
        "seed": study.config.seed,
        "code": code_fingerprint(*EXPRESSION_CODE),
    }


def _frames_request(
    study: "Study", expression: Expression, intervention: Intervention, side: str, identity: int, grid: Grid
) -> dict[str, Any]:
    """The frames of one cell: no classifier beyond the expression that was optimised for it."""
    return {
        **_image_request(study),
        "weights": expression.weights,
        "intervention": {"kind": intervention.kind, **asdict(intervention)},
        "intervention_code": intervention_code(intervention),
        "half_width_mm": study.head.half_width_mm,
        "side": side,
        "identity": identity,
        **study.material(identity, expression.emotion),
        "s": grid.s,
        "t": grid.t,
    }


def intervention_code(intervention: Intervention) -> str:
    """Hash of the code of an intervention's class: the registry finds it by its name, so that no import leads to it."""
    module = type(intervention).__module__
    if of_the_package(intervention):
        return code_fingerprint(module.removeprefix(f"{PACKAGE.name}."))
    return source_of(module).fingerprint


def of_the_package(intervention: Intervention) -> bool:
    """Whether an intervention's class is one of this package."""
    return type(intervention).__module__.startswith(f"{PACKAGE.name}.")


def response_request(
    study: "Study",
    record: ClassifierRecord,
    expression: Expression,
    intervention: Intervention,
    side: str,
    identity: int,
) -> dict[str, Any]:
    """Responses of one classifier to one face, expression, intervention and side over the grid."""
    return {
        **_frames_request(study, expression, intervention, side, identity, study.grid),
        "classifier": classifier_request(record),
        "emotion": expression.emotion,
        "target": target_of(record, expression.emotion),
        "unit": record.unit_read,
        "expression": expression.kind,
        "precision": study.config.precision,
        "runtime": runtime_versions(record.runtime),
        "code": code_fingerprint(*RESPONSE_CODE),
    }


def derivative_request(responses: Mapping[str, Any]) -> dict[str, Any]:
    """The exact derivatives of a cell, from the request of its responses."""
    return {**responses, "code": code_fingerprint(*DERIVATIVE_CODE)}


def sheet_request(
    study: "Study", expression: Expression, intervention: Intervention, side: str, identity: int, grid: Grid
) -> dict[str, Any]:
    """The contact sheet of one cell over the nodes that are shown."""
    frames = _frames_request(study, expression, intervention, side, identity, grid)
    return {**frames, "code": code_fingerprint(*SHEET_CODE)}
