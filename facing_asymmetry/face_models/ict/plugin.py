"""`face_model=ict`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from facing_asymmetry.assets.cache import file_sha256
from facing_asymmetry.face_models.dressed import DressedHead
from facing_asymmetry.face_models.ict.convert import stored, worn
from facing_asymmetry.face_models.ict.layout import IDENTITIES, files
from facing_asymmetry.face_models.ict.source import NEUTRAL, WHERE, model_folder, read_folder
from facing_asymmetry.face_models.imported import Plugin, keep
from facing_asymmetry.face_models.makehuman import MakeHuman


def head(arrays: Mapping[str, Any], fingerprint: str, provenance: Mapping[str, Any], default: MakeHuman) -> DressedHead:
    """The face model on the dressed arrays."""
    return DressedHead(arrays, "ict", fingerprint, provenance, default)


PLUGIN: Final = Plugin("ict", WHERE, "MIT", worn, head)


def bring(cache: Path, folder: Path, progress: Callable[[str], None] = lambda stem: None) -> dict[str, Any]:
    """Read the user's clone and keep it; returns the facts that are kept with it.

    Raises:
        AssetError: a file is missing, truncated or of another topology; nothing is written.
    """
    content = read_folder(folder, progress)
    facts = {
        "version": "ICT-FaceKit light model",
        "licence": "MIT, (c) 2020 USC Institute for Creative Technologies",
        "files": 1 + len(files()) + IDENTITIES,
        "sha256": {f"{NEUTRAL}.obj": file_sha256(model_folder(folder) / f"{NEUTRAL}.obj")},
    }
    keep(cache, "ict", stored(content), facts)
    return facts
