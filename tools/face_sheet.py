"""Contact sheet of authored expressions: `python tools/face_sheet.py docs/pictures/faces.png 0 1 2 ...`."""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facing_asymmetry.assets import cache_folder
from facing_asymmetry.expressions.facs import authored_weights
from facing_asymmetry.expressions.recognition import SHOWN
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.camera import stage_subjects
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.responses.sprite import to_bytes

COLUMNS = ("neutral", *(name for name in SHOWN if name != "neutral"))
TILE = 160


def main() -> None:
    """One row per face, neutral first, then the six emotions."""
    target, numbers = Path(sys.argv[1]), [int(n) for n in sys.argv[2:]] or list(range(8))
    model = load_face_model("makehuman", cache_folder())
    renderer = make_renderer("fast", model.surface)
    rows = []
    for number in numbers:
        subject = model.subject(number)
        weights = np.stack([authored_weights(emotion, model) for emotion in COLUMNS])
        states = torch.from_numpy((subject.rest + model.basis(subject).displace(weights).total).astype(np.float32))
        with torch.inference_mode():
            images = renderer.render(states, stage_subjects(model, [subject]), torch.zeros(len(states)).long())
        rows.append(np.concatenate(list(to_bytes(images)), axis=1))
    sheet = Image.fromarray(np.concatenate(rows))
    sheet = sheet.resize((TILE * len(COLUMNS), TILE * len(numbers)), Image.Resampling.LANCZOS)
    sheet.save(target, optimize=True)


if __name__ == "__main__":
    main()
