"""What is present on this machine, and what each missing thing would enable."""

import importlib.metadata
import importlib.util
import os
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import yaml  # type: ignore[import-untyped]

from facing_asymmetry.core.conf_folder import main_config
from facing_asymmetry.core.errors import FacingAsymmetryError
from facing_asymmetry.core.installed import install_command, setup_command


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis.

    Attributes:
        part: what was looked for.
        present: whether it is there.
        detail: its version or state.
        enables: what it enables, or would enable.
        remedy: what to do if it is missing.
        needed: the default run needs it, or it is installed and broken: missing, it is a problem.
    """

    part: str
    present: bool
    detail: str
    enables: str
    remedy: str = ""
    needed: bool = False

    @property
    def problem(self) -> bool:
        """Whether something must be done."""
        return self.needed and not self.present


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
        _transformers,
        _runtimes,
    )
    return [check() for check in checks]


def print_diagnosis(findings: list[Finding]) -> None:
    """A list for people, which fits 80 columns: state, part and detail, and of what is absent what it would enable."""
    from facing_asymmetry.core.console import PlainConsole, styled

    console = PlainConsole()
    for f in findings:
        word, colour = ("ok", "green") if f.present else ("PROBLEM", "bold red") if f.problem else ("absent", "yellow")
        console.print(styled(f"{word:<8}", colour), f"{f.part}{f': {f.detail}' if f.detail else ''}", sep="")
        for heading, text in (("for", f.enables), ("get", f.remedy)) if not f.present else ():
            console.print(_indented(f"{heading}: {text}", console.width))
    wrong = [f.part for f in findings if f.problem]
    console.print(f"\nto be repaired: {', '.join(wrong)}" if wrong else "\nthe default run has what it needs")


def _indented(text: str, width: int) -> str:
    return textwrap.fill(text, min(width, 100), initial_indent=" " * 8, subsequent_indent=" " * 13)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _torch() -> Finding:
    version, pair = _version("torch"), _version("easypytorch3d")
    fits = version is not None and (pair is None or version.partition("+")[0] == "2.12.1")
    remedy = f"{install_command('pytorch3d')} (easypytorch3d is built for torch 2.12.1)"
    return Finding("torch", fits, version or "not installed", "everything", remedy, needed=True)


def _pytorch3d() -> Finding:
    enables = "the reference renderer, its shaders, and the GPU path"
    remedy = f"{install_command('pytorch3d')}, or PyTorch3D's own source where it can be built"
    try:
        import pytorch3d
        from pytorch3d import _C  # noqa: F401
    except ImportError as error:
        broken = importlib.util.find_spec("pytorch3d") is not None
        return Finding("PyTorch3D", False, str(error).splitlines()[0], enables, remedy, needed=broken)
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
        return Finding("face model makehuman", False, str(error), "the default run", setup_command(), needed=True)
    return Finding("face model makehuman", True, f"fingerprint {model.fingerprint[:12]}", "the default run")


def _weights() -> Finding:
    from facing_asymmetry.classifiers import registry

    records = [r for r in map(registry.record, registry.names()) if not (r.from_user or r.own)]
    missing = [r.name for r in records if not registry.state(r).ready]
    detail = f"{len(records) - len(missing)} of {len(records)} classifiers that registries hold"
    if missing:
        detail += f"; not: {', '.join(missing)}"
    remedy = "facing-asymmetry classifiers fetch"
    needed = not set(missing).isdisjoint(_default_classifiers())
    return Finding("weights", not missing, detail, "experiment=working_set", remedy, needed)


def _default_classifiers() -> list[str]:
    parts = yaml.safe_load(main_config().read_text(encoding="utf-8"))["defaults"]
    return next(part["classifier"] for part in parts if isinstance(part, dict) and "classifier" in part)


def _imported() -> Finding:
    from facing_asymmetry.classifiers import registry

    records = [r for r in map(registry.record, registry.names()) if r.official]
    ready = [r.name for r in records if registry.state(r).ready]
    detail = f"{len(ready)} of {len(records)} imported{': ' if ready else ''}{', '.join(ready)}"
    remedy = "facing-asymmetry classifiers fetch --official; classifiers list says where each is published"
    return Finding("published weights", len(ready) == len(records), detail, "experiment=paper_17", remedy)


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
    return Finding("W&B", version is not None, f"{version}, {mode}", "tracking=wandb", install_command("wandb"))


def _transformers() -> Finding:
    version = _version("transformers")
    enables = "Hugging Face folders: classifier=custom, options.loader=huggingface"
    return Finding("transformers", version is not None, version or "", enables, install_command("huggingface"))


def _runtimes() -> Finding:
    versions = {name: _version(name) for name in ("openvino", "onnxruntime")}
    here = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    enables = "networks in less time on a CPU: classifier.runtime=openvino or onnxruntime"
    remedy = f"{install_command('openvino')}, {install_command('onnxruntime')}"
    return Finding("runtimes beside torch", all(versions.values()), here, enables, remedy)


def _chromium() -> Finding:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Finding("Chromium", bool(found), found or "", "browser tests of the report", "Debian's package chromium")
