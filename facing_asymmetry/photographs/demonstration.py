"""Eight faces for trying things out, fetched on demand: seven generated portraits and one photograph.

The portraits show seven different people who don't exist; nobody has to be asked. No two pictures show the same person,
so nobody has an own neutral photograph. The astronaut is Eileen Collins (NASA, public domain).
"""

from pathlib import Path
from typing import Final

from facing_asymmetry.core.assets import cache_folder, fetch
from facing_asymmetry.core.assets.cache import matches
from facing_asymmetry.core.files import write_atomically

DEMONSTRATION: Final = "demonstration"
"""Stands for the folder of these faces where a folder of photographs is asked for."""

PORTRAITS: Final = "pypi:face-projection==1.1.1:face-projection-1.1.1.tar.gz"
"""Generated with Stable Diffusion; the package is under the MIT licence."""

ASTRONAUT: Final = (
    "pypi:scikit-image==0.26.0:scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl"
)
"""Read as an archive, on any machine."""

_PORTRAIT: Final = "face-projection-1.1.1/example/data/stable_diffusion_{}.png"

FACES: Final = {
    "generated/anger/face1.png": (
        *(PORTRAITS, _PORTRAIT.format("angry")),
        "43b6e0747a5c95c0fcced3c81465e024ef8b0e30233cd2bab9c86d34d25656e1",
    ),
    "generated/disgust/face2.png": (
        *(PORTRAITS, _PORTRAIT.format("disgusted")),
        "2552750a319ccf8d92ea06ad677f1acdb44e910550980bb6c904b041e4ca4adc",
    ),
    "generated/fear/face3.png": (
        *(PORTRAITS, _PORTRAIT.format("fearful")),
        "dc219a7fd6a1e0913ac24392f4509e301664471a52aa27c965e5b4b122eb1e34",
    ),
    "generated/happiness/face4.png": (
        *(PORTRAITS, _PORTRAIT.format("happy")),
        "73dfbb6f6cd693d2d21fb39385bd6407b8bab6ad3dca43b3fa9ee3e24016f398",
    ),
    "generated/neutral/face5.png": (
        *(PORTRAITS, _PORTRAIT.format("neutral")),
        "03a9565019ca9b132f2cc2fd6df080ab23be1d3958b43ff922f99e560718058c",
    ),
    "generated/sadness/face6.png": (
        *(PORTRAITS, _PORTRAIT.format("sad")),
        "e5171171c718adc3e5079c5d0c2f64c4710d43f65236e65307104481e392686d",
    ),
    "generated/surprise/face7.png": (
        *(PORTRAITS, _PORTRAIT.format("surprised")),
        "8d319b6b6bb96289c6b11eecea81ed97f5652847221296bb72f44883b5d444ab",
    ),
    "photograph/happiness/collins.png": (
        *(ASTRONAUT, "skimage/data/astronaut.png"),
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
}
"""Path of each face below the folder -> archive, member, SHA-256."""


def photographs_source(name: str) -> Path:
    """The folder or CSV that a setting or an argument names; `demonstration` stands for the faces of this module.

    Raises:
        AssetError: the faces can't be fetched.
    """
    return demonstration_folder() if name == DEMONSTRATION else Path(name).expanduser()


def demonstration_folder() -> Path:
    """Folder of the faces in the user's cache, laid out GROUP/EMOTION/SUBJECT.png; fetched the first time.

    Raises:
        AssetError: an archive can't be fetched.
    """
    folder = cache_folder() / "photographs" / DEMONSTRATION
    absent = {place: asset for place, asset in FACES.items() if not matches(folder / place, asset[2])}
    for source in dict.fromkeys(asset[0] for asset in absent.values()):
        members = {member: sha256 for archive, member, sha256 in absent.values() if archive == source}
        found = fetch(source, members, folder.parent)
        for place, (archive, member, _) in absent.items():
            if archive == source:
                write_atomically(folder / place, found[member].read_bytes())
    return folder
