"""Contact sheets of rendered faces: written, read, cut into frames, shrunk for a page."""

import base64
import io
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.json_files import parse_json
from facing_asymmetry.core.names import slug
from facing_asymmetry.core.thinning import thin
from facing_asymmetry.results.files import write_json
from facing_asymmetry.results.layout import SHEETS_FOLDER
from facing_asymmetry.results.shapes import Sheet

_KEYS: Final = ("identity", "side", "s", "t", "size")
LADDER: Final = ((224, 82), (224, 72), (192, 72), (160, 72), (128, 70), (112, 60), (96, 50), (72, 40), (56, 35))
"""(pixels, WebP quality) tried in turn until all sheets fit."""


@dataclass(frozen=True)
class ContactSheet:
    """One lossless contact sheet: rows are t ascending, columns are s ascending.

    Attributes:
        path: the PNG; a JSON file of the same name describes it.
        identity: number of the identity.
        traits: of the identity, as far as the face model says.
        side: the person's affected side.
        intervention: name of the intervention.
        s: `(S,)` symmetry, ascending.
        t: `(T,)` intensity, ascending.
        size: pixels of one square frame.
        mirrored: whether the mirror image of every frame is the face with the other side affected.
    """

    path: Path
    identity: int
    traits: Mapping[str, object]
    side: str
    intervention: str
    s: tuple[float, ...]
    t: tuple[float, ...]
    size: int
    mirrored: bool = False

    @property
    def summary(self) -> str:
        """The cell of the response table that the sheet shows."""
        return f"identity {self.identity}, side {self.side}, intervention {self.intervention}"

    @property
    def traits_text(self) -> str:
        """Sex, age and ancestry, as far as the face model says; else the name of the skin, or a person's own."""
        age = self.traits.get("age")
        years = f"{age:.0f} years" if isinstance(age, int | float) else age
        own = ", ".join(str(word) for word in (self.traits.get("sex"), years, self.traits.get("ancestry")) if word)
        if self.traits.get("subject"):
            own = f"{self.traits.get('group')}, {self.traits['subject']}"
        return own or (f"skin: {self.traits['skin']}" if self.traits.get("skin") else "")

    def pixels(self) -> UInt8[ndarray, "H W 3"]:
        """The whole sheet, sRGB."""
        with Image.open(self.path) as image:
            return np.asarray(image.convert("RGB"))

    def frame(self, s: float, t: float) -> UInt8[ndarray, "size size 3"]:
        """The face at the node nearest to (s, t)."""
        return self.frames([(s, t)])[0]

    def frames(self, nodes: Sequence[tuple[float, float]]) -> list[UInt8[ndarray, "size size 3"]]:
        """The faces at the nodes nearest to each (s, t), the sheet being read once."""
        pixels, size = self.pixels(), self.size
        cuts = [
            (int(np.abs(np.subtract(self.s, s)).argmin()), int(np.abs(np.subtract(self.t, t)).argmin()))
            for s, t in nodes
        ]
        return [pixels[row * size : (row + 1) * size, column * size : (column + 1) * size] for column, row in cuts]


def contact_sheet_path(folder: Path, classifier: str, emotion: str, further: tuple[str, int] | None = None) -> Path:
    """Where a contact sheet lies in a run folder.

    Args:
        folder: the run folder.
        classifier: name of the classifier that the expression was optimised for.
        emotion: the emotion shown.
        further: intervention and identity of a sheet beside the one that figures are drawn from.
    """
    place = folder / SHEETS_FOLDER / slug(classifier)
    if further is None:
        return place / f"{slug(emotion)}.png"
    return place / slug(emotion) / f"{slug(further[0])}_{further[1]}.png"


def write_contact_sheet(sheet: ContactSheet, png: bytes) -> None:
    """Write a sheet's PNG and the JSON file that says what its rows and columns are."""
    write_atomically(sheet.path, png)
    facts = {
        "identity": sheet.identity,
        "traits": sheet.traits,
        "intervention": sheet.intervention,
        "side": sheet.side,
        "mirrored": sheet.mirrored,
        "s": sheet.s,
        "t": sheet.t,
        "size": sheet.size,
    }
    write_json(sheet.path.parent, sheet.path.with_suffix(".json").name, facts)


def read_contact_sheets(folder: Path) -> dict[tuple[str, str], ContactSheet]:
    """All sheets `CLASSIFIER/EMOTION.png` with their JSON; none where the folder is absent."""
    found = {}
    for path in sorted(folder.glob("*/*.png")):
        found[(path.parent.name, path.stem)] = _read_contact_sheet(path)
    return found


def read_further_sheets(folder: Path) -> dict[tuple[str, str], list[ContactSheet]]:
    """Sheets of other faces and interventions, `CLASSIFIER/EMOTION/*.png`, ordered by identity, then intervention."""
    found: dict[tuple[str, str], list[ContactSheet]] = {}
    for path in sorted(folder.glob("*/*/*.png")):
        found.setdefault((path.parents[1].name, path.parent.name), []).append(_read_contact_sheet(path))
    return {pair: sorted(s, key=lambda one: (one.identity, one.intervention)) for pair, s in found.items()}


def encode_sheets(sheets: Sequence[ContactSheet], budget: int, most: int, least: int = 0) -> tuple[list[str], int]:
    """WebP data URIs of the thinned sheets that together stay under `budget` bytes, and the most pixels of one frame.

    Every sheet gets the same size, at least `least` pixels a frame, and quality. `DataError` where that does not fit.
    """
    if not sheets:
        return [], LADDER[0][0]
    probes = [(sheet, _cut(sheet, most)) for sheet in sheets[:: max(1, len(sheets) // 3)]]
    for pixels, quality in (step for step in LADDER if step[0] >= least):
        expected = sum(len(_encode(s.size, sheet, pixels, quality)) for s, sheet in probes) / len(probes) * len(sheets)
        if 1.03 * expected > budget:
            continue
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(_cut_and_encode, sheet, most, pixels, quality) for sheet in sheets]
            pages = [job.result() for job in jobs]
        if sum(map(len, pages)) <= budget:
            return pages, pixels
    raise DataError(f"{len(sheets)} face sheets do not fit into {budget:,} bytes; lower report.explorer_nodes")


def data_uri(image: Image.Image, quality: int) -> str:
    """The image as a WebP data URI."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _cut(sheet: ContactSheet, most: int) -> Image.Image:
    """The sheet with at most `most` rows and columns."""
    rows, columns, size = thin(len(sheet.t), most), thin(len(sheet.s), most), sheet.size
    grid = sheet.pixels().reshape(len(sheet.t), size, len(sheet.s), size, 3)[rows][:, :, columns]
    return Image.fromarray(grid.reshape(len(rows) * size, len(columns) * size, 3))


def _encode(size: int, sheet: Image.Image, pixels: int, quality: int) -> str:
    """A sheet of `size`-pixel frames as a data URI, each frame shrunk to `pixels`."""
    if pixels < size:
        across, down = sheet.width // size * pixels, sheet.height // size * pixels
        sheet = sheet.resize((across, down), Image.Resampling.LANCZOS)
    return data_uri(sheet, quality)


def _cut_and_encode(sheet: ContactSheet, most: int, pixels: int, quality: int) -> str:
    return _encode(sheet.size, _cut(sheet, most), pixels, quality)


def _read_contact_sheet(path: Path) -> ContactSheet:
    """One sheet's description, checked against the picture's size."""
    described = path.with_suffix(".json")
    try:
        facts = parse_json(described.read_bytes(), Sheet)
        with Image.open(path) as image:
            width, height = image.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: the face sheet or its {described.name} cannot be read: {error}") from error
    missing = [key for key in _KEYS if key not in facts]
    if missing:
        raise DataError(f"{described}: lacks the key(s) {', '.join(missing)}")
    s, t, size = tuple(map(float, facts["s"])), tuple(map(float, facts["t"])), int(facts["size"])
    if (width, height) != (len(s) * size, len(t) * size):
        raise DataError(
            f"{path} is {width} x {height} pixels; {described.name} describes {len(s) * size} x {len(t) * size}"
        )
    whose = (path, int(facts["identity"]), dict(facts.get("traits") or {}))
    done = (str(facts["side"]), str(facts.get("intervention", "palsy")))
    return ContactSheet(*whose, *done, s, t, size, bool(facts.get("mirrored", False)))
