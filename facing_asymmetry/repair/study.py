"""A repair from beginning to end: pictures, logits, gate, proof, files and page."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import pandas as pd
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.defences.gate import HalvesGate
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import UNDEFENDED
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.progress import Progress
from facing_asymmetry.core.store import write_atomically
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.photographs.listing import Failure, left_out, list_photographs
from facing_asymmetry.photographs.study import failures_table
from facing_asymmetry.repair.caution import train_cautiously
from facing_asymmetry.repair.outcome import Repair, RepairDesign
from facing_asymmetry.repair.page import render_repair
from facing_asymmetry.repair.photograph_proof import photograph_measures
from facing_asymmetry.repair.pictures import proof_pictures, training_pictures
from facing_asymmetry.repair.proof import GATED, HELD_OUT, PLAIN, Proof
from facing_asymmetry.repair.samples import PALSIED, VIEWS, Sample
from facing_asymmetry.repair.saving import PROOF_FILE, REPAIR_FILE, REPAIR_PAGE, save_repaired
from facing_asymmetry.repair.seeing import Eye, store_at
from facing_asymmetry.repair.training import PictureRows, stacked, train
from facing_asymmetry.repair.verdict import judge
from facing_asymmetry.results.files import claim_folder, write_csv, write_json
from facing_asymmetry.results.layout import FAILURES_FILE

MOST_FOLDS: Final = 10
"""Gates that are trained for people who are left out."""


def repair_classifier(
    record: ClassifierRecord,
    into: Path,
    store: Path,
    source: Path | None = None,
    design: RepairDesign | None = None,
    progress: Progress | None = None,
) -> Repair:
    """Train a gate for a classifier, prove what it does, and write it.

    Args:
        record: of the classifier.
        into: folder for `repair.html`, `repair.json`, `proof.csv`, `failures.csv`, the gate and the record.
        store: folder of logits that are kept.
        source: photographs, a folder or CSV as `list_photographs` reads it; None: renders alone.
        design: which people; None: the usual ones.
        progress: shows how far it is.

    Raises:
        ConfigError: the folder holds files of others, the classifier is behind a defence already, or it reads none
            of the six emotions.
        AssetError: its weights are missing.
    """
    design = design or RepairDesign()
    if record.defence != UNDEFENDED:
        raise ConfigError(f"{record.name} is behind a defence already ({record.defence}); repair {record.loaded_as}")
    photographs = [] if source is None else list_photographs(source)
    record = registry.with_fingerprint(record)
    network, model = registry.load(record), load_face_model(design.face_model, cache_folder())
    claim_folder(into)
    eye = Eye(network, model, store_at(store), progress or Progress())
    rendered = eye.rendered("rendered people", design.learnt, lambda number: training_pictures(model, number))
    held = eye.rendered("people of the proof", design.proof, lambda number: proof_pictures(model), VIEWS)
    people, failures = eye.photographed(photographs)
    failures += [] if source is None else left_out(source)
    rows = stacked(rendered, people, _folds(people))
    trained = train_cautiously(rows, exclusive=record.exclusive, steps=design.steps)
    proof = Proof(held, record)
    columns = _columns(proof, rows, trained.gate, design)
    before = photograph_measures(rows, rows.logits[:, 0], record)
    after = photograph_measures(rows, trained.left_out, record)
    verdict = judge(columns[PLAIN], columns[GATED], after)
    wrapped = save_repaired(record, trained.gate, into, repaired=verdict.repaired)
    table = pd.DataFrame(columns).rename_axis("measure").reset_index()
    both = {name: (value, after[name]) for name, value in before.items()}
    made = Repair(record, wrapped, verdict, table, both, float(trained.gate.caution), into / REPAIR_PAGE)
    _write(made, into, failures, render_repair(made, model, trained.gate, network, failures, design))
    return made


def _folds(people: Sequence[Sample]) -> int:
    """One person who shows an emotion in each fold, as far as there are not too many."""
    shown = sum(any(one.kind == PALSIED for one in sample.shown) for sample in people)
    return min(MOST_FOLDS, max(4, shown))


def _columns(proof: Proof, rows: PictureRows, gate: HalvesGate, design: RepairDesign) -> dict[str, dict[str, float]]:
    """Measures of every defence on the proof's people."""
    found = {name: proof.measures(logits) for name, logits in proof.rules().items()}
    with torch.inference_mode():
        found[GATED] = proof.measures(gate(proof.views[:, 0], proof.views[:, 1:3]))
        blind = {}
        for emotion in (one for one in BASIC if one in proof.emotions):
            others = rows.only(~rows.where(lambda one, emotion=emotion: emotion in one.emotions))  # type: ignore[misc]
            with torch.inference_mode(False), torch.enable_grad():
                other = train(others, exclusive=gate.exclusive, steps=design.steps)
            other.caution.copy_(gate.caution)
            blind[emotion] = other(proof.views[:, 0], proof.views[:, 1:3])
        found[HELD_OUT] = proof.measures(proof.with_emotions_left_out(blind))
    return found


def _write(made: Repair, into: Path, failures: Sequence[Failure], page: str) -> None:
    write_csv(into, PROOF_FILE, made.table)
    write_csv(into, FAILURES_FILE, failures_table(failures))
    facts = {
        "classifier": made.record.name,
        "wrapped": made.wrapped.name,
        "verdict": asdict(made.verdict),
        "caution": made.caution,
        "gate_sha256": made.wrapped.gate_sha256,
        "photographs": {name: list(values) for name, values in made.photographs.items()},
        "renders": made.table.set_index("measure").to_dict(orient="index"),
    }
    write_json(into, REPAIR_FILE, facts)
    write_atomically(made.page, page)
