"""Make the README's pictures from a run folder: `python tools/readme_pictures.py outputs/quick-KEY`."""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

FIGURES = {
    "expressions": "f2_expressions",
    "curves": "f5_activation_curves",
    "effects": "f6_effect_map",
    "controls": "f0_palsy_cost",
}
WIDTH = 1100


def shrink(image: Image.Image, width: int = WIDTH) -> Image.Image:
    """At most `width` pixels wide, on white."""
    image = image.convert("RGB")
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)


def morph(run: Path) -> Image.Image:
    """One row of a sprite sheet: full intensity, symmetry falling from left to right."""
    sheet = next(
        iter(sorted(run.glob("sprites/faceapi_expression/happiness.png")) or sorted(run.glob("sprites/*/*.png")))
    )
    facts = json.loads(sheet.with_suffix(".json").read_text())
    pixels = np.asarray(Image.open(sheet).convert("RGB"))
    size = facts["size"]
    row = pixels[-size:].reshape(size, len(facts["s"]), size, 3)[:, ::-1]
    return Image.fromarray(row.reshape(size, -1, 3))


def main() -> None:
    """Write `docs/pictures/*.png`."""
    run, target = Path(sys.argv[1]), Path(__file__).parents[1] / "docs" / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    morph(run).save(target / "morph.png", optimize=True)
    for name, figure in FIGURES.items():
        shrink(Image.open(run / "figures" / f"{figure}.png")).save(target / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
