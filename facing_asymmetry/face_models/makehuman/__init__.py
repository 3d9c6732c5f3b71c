"""The embedded default head: hm08 (CC0), built at set-up, exactly symmetric."""

from facing_asymmetry.face_models.makehuman.build import build, built_file, is_built
from facing_asymmetry.face_models.makehuman.model import PROVENANCE, MakeHuman, load, load_built

__all__ = ["PROVENANCE", "MakeHuman", "build", "built_file", "is_built", "load", "load_built"]
