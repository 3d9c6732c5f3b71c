"""A folder of people who lack emotions, with files that nobody can use: rendered faces saved as photographs."""

from pathlib import Path

import numpy as np

from tests.photographs.people import rendered_people
from tests.photographs.pictures import save

EMOTIONS = ("neutral", "happiness", "surprise")
USED = {(0, "happiness"), (0, "surprise"), (1, "happiness"), (2, "happiness"), (2, "surprise")}
"""Who shows what: persons 0 and 1 are controls, 2 is a proband; person 1 has no surprise, and no neutral photograph."""

STUDY = ("debug=tiny", "face_model=photographs", "emotions=[happiness,surprise,anger]")


def people_folder(folder: Path) -> Path:
    """Write it; controls s40 and s41, proband s42, and four files of no use."""
    rendered_people(folder, {"controls": (1.0, 1.0)}, 2, EMOTIONS)
    moved = {"happiness": "s41_1", "surprise": "s41_1", "neutral": "s41_1"}
    rendered_people(folder.parent / "more", {"probands": (1.0, 1.0)}, 3, EMOTIONS)
    for emotion in EMOTIONS:
        target = folder / "probands" / emotion / "s42.png"
        target.parent.mkdir(parents=True)
        (folder.parent / "more" / "probands" / emotion / "s42_2.png").rename(target)
    for emotion in ("surprise", "neutral"):
        (folder / "controls" / emotion / f"{moved[emotion]}.png").unlink()
    save(folder / "probands" / "happiness" / "s43.png", np.full((80, 80, 3), 128, np.uint8))
    save(folder / "probands" / "contempt" / "s42.png", np.full((80, 80, 3), 127, np.uint8))
    (folder / "probands" / "happiness" / "notes.txt").write_text("no photograph")
    save(folder / "stray.png", np.full((80, 80, 3), 126, np.uint8))
    return folder


def contents(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of everything below a folder."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}
