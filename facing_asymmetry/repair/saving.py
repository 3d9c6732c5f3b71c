"""A gate and the record of the classifier behind it, as files that every command takes."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]
from safetensors.torch import save

from facing_asymmetry.classifiers.defences.gate import HalvesGate
from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.classifiers.user_weights import cached_gate
from facing_asymmetry.core.assets import file_sha256
from facing_asymmetry.core.store import write_atomically

GATE_FILE: Final = "gate.safetensors"
PROOF_FILE: Final = "proof.csv"
REPAIR_FILE: Final = "repair.json"
REPAIR_PAGE: Final = "repair.html"
"""Files of a repair's folder."""

LOOKS: Final = 3
"""Views of a picture that a gate asks its network about."""


def save_repaired(record: ClassifierRecord, gate: HalvesGate, folder: Path, *, repaired: bool) -> ClassifierRecord:
    """Write the gate and the record; the folder then is one for `--config-dir`.

    The gate is kept in the user's cache too, where `defence=gate` finds it.

    Args:
        record: of the classifier, with its fingerprint.
        gate: that was trained.
        folder: of the repair.
        repaired: whether it may be called so.

    Returns:
        The record of the classifier behind the gate.
    """
    content = save({name: tensor.contiguous() for name, tensor in gate.state_dict().items()})
    for path in (folder / GATE_FILE, cached_gate(record)):
        write_atomically(path, content)
    path = (folder / GATE_FILE).resolve()
    wrapped = replace(
        record,
        name=f"{record.name}_{'repaired' if repaired else 'gated'}",
        original=record.name,
        defence="gate",
        gate=str(path),
        gate_sha256=file_sha256(path),
        flops=LOOKS * record.flops,
        notes=f"{record.name} behind a gate over the whole picture and both halves. {record.notes}".strip(),
    )
    write_atomically(folder / "classifier" / f"{wrapped.name}.yaml", record_text(wrapped))
    return wrapped


def record_text(record: ClassifierRecord) -> str:
    """A record as a file of `conf/classifier`."""
    facts = json.loads(json.dumps(asdict(record)))
    written = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=110)
    head = (
        f"# @package classifiers.{record.name}\n# {record.original} behind a gate that facing-asymmetry repair made.\n"
    )
    return f"{head}{written}"
