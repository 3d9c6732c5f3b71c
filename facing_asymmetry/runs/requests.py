"""What a cell's content key is made of: everything that can move one of its bits, and nothing else."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.core.code import code_fingerprint, numeric_versions
from facing_asymmetry.expressions.expression import Expression
from facing_asymmetry.interventions.contract import Intervention
from facing_asymmetry.interventions.grid import Grid

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study

FRAME_CODE: Final = ("runs.frames", "rendering.factory", "responses.realised")
EXPRESSION_CODE: Final = ("runs.optimise", "classifiers.registry")
RESPONSE_CODE: Final = (*FRAME_CODE, "runs.intervene", "classifiers.registry")
DERIVATIVE_CODE: Final = (*RESPONSE_CODE, "runs.derivatives")
PICTURE_CODE: Final = (*FRAME_CODE, "responses.contact_sheet")
"""Modules that make each kind of result; what they import counts too."""

WORDS = (
    *("notes", "citation", "licence", "code_licence", "terms", "published_at", "alignment", "reported_accuracy"),
    *("family", "architecture", "parameters", "flops", "recognised"),
)
"""Parts of a classifier's record that change no logit."""


def _image_request(study: "Study") -> dict[str, Any]:
    config = study.config
    return {
        "face_model": study.model.fingerprint,
        "renderer": config.renderer.name,
        "device": config.device,
        "scene": asdict(study.scene),
        "versions": numeric_versions(),
        "batch": config.batch,
    }


def _classifier_request(record: ClassifierRecord) -> dict[str, Any]:
    return {key: value for key, value in asdict(record).items() if key not in WORDS}


def expression_request(study: "Study", record: ClassifierRecord) -> dict[str, Any]:
    """The optimised expressions of one classifier: one cell for all emotions, since they are one batch."""
    expression = study.config.expression
    return {
        **_image_request(study),
        "classifier": _classifier_request(record),
        "emotions": study.config.emotions,
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
        "intervention_code": code_fingerprint(intervention_code(intervention)),
        "half_width_mm": study.config.face_model.half_width_mm,
        "side": side,
        "identity": identity,
        "s": grid.s,
        "t": grid.t,
    }


def intervention_code(intervention: Intervention) -> str:
    """The module of an intervention's class: the registry finds it by its name, so that no import leads to it."""
    return type(intervention).__module__.removeprefix("facing_asymmetry.")


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
        "classifier": _classifier_request(record),
        "emotion": expression.emotion,
        "expression": expression.kind,
        "precision": study.config.precision,
        "code": code_fingerprint(*RESPONSE_CODE),
    }


def derivative_request(responses: Mapping[str, Any]) -> dict[str, Any]:
    """The exact derivatives of a cell, from the request of its responses."""
    return {**responses, "code": code_fingerprint(*DERIVATIVE_CODE)}


def picture_request(
    study: "Study", expression: Expression, intervention: Intervention, side: str, identity: int, grid: Grid
) -> dict[str, Any]:
    """The contact sheet of one cell over the nodes that are shown."""
    frames = _frames_request(study, expression, intervention, side, identity, grid)
    return {**frames, "code": code_fingerprint(*PICTURE_CODE)}
