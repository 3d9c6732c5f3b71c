"""What is present on this machine, and what each missing thing would enable."""

import importlib.metadata
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

from facing_asymmetry.core.errors import FacingAsymmetryError


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis.

    Attributes:
        part: what was looked for.
        present: whether it is there.
        detail: its version or state.
        enables: what it enables, or would enable.
        remedy: what to do if it is missing.
    """

    part: str
    present: bool
    detail: str
    enables: str
    remedy: str = ""


def diagnose() -> list[Finding]:
    """Look at everything; nothing is installed, fetched or changed."""
    checks: tuple[Callable[[], Finding], ...] = (
        _torch,
        _pytorch3d,
        _gpu,
        _face_model,
        _weights,
        _imported,
        _brought_faces,
        _npm,
        _slurm,
        _chromium,
        _wandb,
    )
    return [check() for check in checks]


def print_diagnosis(findings: list[Finding]) -> None:
    """A table for people."""
    from rich.table import Table

    from facing_asymmetry.core.console import PlainConsole, styled

    table = Table(title="facing-asymmetry doctor", title_justify="left")
    for heading in ("part", "state", "enables", "to get it"):
        table.add_column(heading, overflow="fold")
    for f in findings:
        state = styled(f.detail, "green") if f.present else styled("absent", "yellow").append(f" {f.detail}", "default")
        table.add_row(f.part, state, f.enables, "" if f.present else f.remedy)
    PlainConsole().print(table)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _torch() -> Finding:
    version = _version("torch")
    detail = version or "not installed"
    return Finding(
        "torch", version == "2.12.1", detail, "everything", "make setup (2.12.1: PyTorch3D's build needs it)"
    )


def _pytorch3d() -> Finding:
    enables = "the reference renderer, its shaders, and the GPU path"
    remedy = "make setup (easypytorch3d 0.7.9.post1), or PyTorch3D's own source where it can be built"
    try:
        import pytorch3d
        from pytorch3d import _C  # noqa: F401
    except ImportError as error:
        return Finding("PyTorch3D", False, str(error).splitlines()[0], enables, remedy)
    packaged = _version("easypytorch3d")
    source = f"easypytorch3d {packaged}" if packaged else "built from its source"
    return Finding("PyTorch3D", True, f"{pytorch3d.__version__} ({source})", enables, remedy)


def _gpu() -> Finding:
    import torch

    present = torch.cuda.is_available()
    detail = torch.cuda.get_device_name(0) if present else ""
    return Finding("GPU", present, detail, "device=cuda", "a machine with a CUDA device; everything runs without one")


def _face_model() -> Finding:
    from facing_asymmetry.core.assets import cache_folder
    from facing_asymmetry.face_models.registry import load_face_model

    try:
        model = load_face_model("makehuman", cache_folder())
    except FacingAsymmetryError as error:
        return Finding("face model makehuman", False, str(error), "the default run", "facing-asymmetry setup")
    return Finding("face model makehuman", True, f"fingerprint {model.fingerprint[:12]}", "the default run")


def _weights() -> Finding:
    from facing_asymmetry.classifiers import registry

    records = [r for r in map(registry.record, registry.names()) if not (r.from_user or r.own)]
    missing = [r.name for r in records if not registry.state(r).ready]
    detail = f"{len(records) - len(missing)} of {len(records)} classifiers that registries hold"
    if missing:
        detail += f"; not: {', '.join(missing)}"
    return Finding("weights", not missing, detail, "experiment=working_set", "facing-asymmetry classifiers fetch")


def _imported() -> Finding:
    from facing_asymmetry.classifiers import registry

    records = [r for r in map(registry.record, registry.names()) if r.from_user]
    ready = [r.name for r in records if registry.state(r).ready]
    detail = f"{len(ready)} of {len(records)} imported{': ' if ready else ''}{', '.join(ready)}"
    remedy = "facing-asymmetry classifiers list says where each is published and how to import it"
    return Finding("weights that you bring", len(ready) == len(records), detail, "experiment=paper_17", remedy)


def _brought_faces() -> Finding:
    from facing_asymmetry.face_models.registry import listing

    rows = [row for row in listing() if row["brought"]]
    ready = [f"{row['name']} ({row['version']})" for row in rows if row["state"] == "ready"]
    enables = " and ".join(f"face_model={row['name']}" for row in rows)
    remedy = "facing-asymmetry faces list says where each is published and how to import it"
    return Finding("face models that you bring", len(ready) == len(rows), ", ".join(ready), enables, remedy)


def _npm() -> Finding:
    found = shutil.which("npm")
    enables = "faceapi_expression, densenet121_fer2013, photographed skins"
    return Finding("npm", bool(found), found or "", enables, "install Node.js; without it PyPI's classifiers are used")


def _slurm() -> Finding:
    found = shutil.which("sbatch")
    plugin = importlib.util.find_spec("hydra_plugins") is not None and _version("hydra-submitit-launcher")
    detail = f"{found or 'no sbatch'}; hydra-submitit-launcher {plugin or 'absent'}"
    return Finding(
        "SLURM", bool(found and plugin), detail, "hydra/launcher=submitit_slurm", "a cluster; pip extra `slurm`"
    )


def _wandb() -> Finding:
    version = _version("wandb")
    mode = os.environ.get("WANDB_MODE", "offline by default; tracking.mode=online with a login")
    return Finding("W&B", version is not None, f"{version}, {mode}", "tracking=wandb", "make setup")


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Finding("Chromium", bool(found), found or "", "browser tests of the report", "Debian's package chromium")
