"""Members that run `facing-asymmetry photographs` on a folder, a list or one file."""

from collections.abc import Callable
from pathlib import Path

from tests.hostile.frame import Member

UNREADABLE = "cannot read the photograph"
OTHER_FORMATS = "first bytes are not those of"
NO_FACE = "no face found"


def in_folder(name: str, make: Callable[[Path], object], says: str, code: int = 2, seconds: int = 20) -> Member:
    """A folder of photographs, which `make` fills: it is called with the folder of one group and emotion."""
    return of_source(name, lambda place: (make(place), place.parents[1])[1], says, code, seconds)


def of_source(name: str, make: Callable[[Path], Path], says: str, code: int = 2, seconds: int = 20) -> Member:
    """What `make` returns: a folder or a list of photographs."""

    def whole(folder: Path) -> list[str]:
        place = folder / "faces" / "g" / "fear"
        place.mkdir(parents=True)
        return ["photographs", str(make(place)), "--into", "out", "--classifier", "simple_cnn_fer2013"]

    return Member(f"photographs: {name}", "photographs", whole, code, says, seconds=seconds)


def one_file(name: str, content: bytes | Callable[[], bytes], says: str = UNREADABLE, file: str = "x.jpg") -> Member:
    """A photograph of these bytes, alone."""
    return in_folder(name, lambda place: (place / file).write_bytes(content() if callable(content) else content), says)


def sparse(path: Path, size: int) -> None:
    """A file of so many bytes that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)
