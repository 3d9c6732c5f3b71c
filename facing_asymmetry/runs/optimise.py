"""Stage 1: the expressions that each classifier is shown."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import PHOTOGRAPHED
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.expressions.authored import authored_weights
from facing_asymmetry.expressions.expression import Expression, dump, load
from facing_asymmetry.expressions.fit import FitRequest, fit_expressions
from facing_asymmetry.expressions.objective import FitFaces, coarse_scene
from facing_asymmetry.rendering.contract import Renderer
from facing_asymmetry.runs.cells import check_weights, expression_request

if TYPE_CHECKING:
    from facing_asymmetry.runs.study import Study


def find_expressions(study: "Study", progress: Progress) -> dict[str, list[Expression]]:
    """Expressions of every classifier, from the store where they are there."""
    if study.config.expression.kind != "optimised":
        shown = study.photographed(progress) if study.config.expression.kind == PHOTOGRAPHED else authored(study)
        return {record.name: shown for record in study.records}
    found: dict[str, list[Expression]] = {}
    check_weights(r for r in study.records if not study.store.has("expressions", expression_request(study, r)))
    with progress.task("optimise expressions", len(study.records)) as step:
        for record in study.records:
            found[record.name] = _of_classifier(study, record, progress)
            step(1, record.name)
    return found


def authored(study: "Study") -> list[Expression]:
    """The authored expressions of the configured stimuli."""
    stimuli = study.config.stimuli
    return [
        Expression(e, None, "facs", tuple(map(float, authored_weights(e, study.model, stimuli))))
        for e in study.config.emotions
    ]


def _of_classifier(study: "Study", record: ClassifierRecord, progress: Progress) -> list[Expression]:
    request = expression_request(study, record)
    stored = study.store.read_as("expressions", request, lambda content: _asked_for(load(content), study))
    if stored is not None:
        return stored
    fitted = _fit(study, record, progress)
    study.store.write("expressions", request, dump(fitted))
    return fitted


def _asked_for(found: list[Expression], study: "Study") -> list[Expression]:
    """Expressions of a cell; `ValueError` where they are not those of the study."""
    units = len(study.model.blendshapes)
    if {e.emotion for e in found} != set(study.config.emotions) or any(len(e.weights) != units for e in found):
        raise ValueError(f"expressions of {len(found[0].weights)} weights; {units} for each emotion are expected")
    return found


def _fit(study: "Study", record: ClassifierRecord, progress: Progress) -> list[Expression]:
    config = study.config
    identities = study.identities if config.expression.per_identity else tuple(config.expression.fit_identities)
    request = FitRequest(
        emotions=tuple(config.emotions),
        identities=identities,
        per_identity=config.expression.per_identity,
        presets={e: np.asarray(authored_weights(e, study.model, config.stimuli)) for e in config.emotions},
        seed=config.seed,
        settings=study.optimiser,
    )
    classifier = study.classifier(replace(record, runtime="torch"))  # a search needs the gradient
    faces = _faces(study, identities)
    with progress.task(f"  {record.name}", study.optimiser.steps) as step:

        def advance(_: int, active: int) -> None:
            step(1, f"{active} rows left")

        torch.manual_seed(config.seed)
        fitted, frames = fit_expressions(
            request, faces, study.renderer, classifier, advance, _coarse_renderer(study, record)
        )
    study.counts.frames += frames
    study.counts.forward_passes += frames
    return fitted


def _faces(study: "Study", identities: tuple[int, ...]) -> FitFaces:
    faces = [study.identity(n) for n in identities]
    return FitFaces.of(study.model, faces, study.framing_of(identities))


def _coarse_renderer(study: "Study", record: ClassifierRecord) -> Renderer | None:
    """Draws the frames that are searched through; None where they are the study's own."""
    scene = coarse_scene(study.scene, record) if study.optimiser.coarse else None
    if scene is None:
        return None
    return study.renderer_of(scene)
