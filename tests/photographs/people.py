"""A folder of rendered people, laid out as a clinic's would be: groups, emotions, subjects of known symmetry."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from facing_asymmetry.config import Lights, Scene
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.registry import load_face_model
from facing_asymmetry.rendering.camera import frame_identities
from facing_asymmetry.rendering.factory import make_renderer
from facing_asymmetry.validation.photographs.rendered import expression_states, pixels_of
from tests.photographs.pictures import save

EMOTIONS = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")


def rendered_people(
    folder: Path, groups: dict[str, tuple[float, float]], subjects: int, emotions: tuple[str, ...] = EMOTIONS
) -> dict[tuple[str, str], float]:
    """Write GROUP/EMOTION/SUBJECT.png; each subject has one s, drawn between the group's bounds, for all emotions.

    Head and light are turned a little, otherwise for each picture.

    Returns:
        The true s by group and subject.
    """
    model, rng = load_face_model("makehuman", cache_folder()), np.random.default_rng(7)
    truth, number = {}, 40
    for group, (low, high) in groups.items():
        for place in range(subjects):
            s, side = float(rng.uniform(low, high)), str(rng.choice(["left", "right"]))
            subject = model.identity(number)
            truth[group, f"s{number}"] = s
            for emotion in emotions:
                scene = replace(Scene(), yaw=rng.normal(0, 3), lights=replace(Lights(), azimuth=rng.normal(0, 8)))
                states = expression_states(model, subject, emotion, side, (s,))
                renderer = make_renderer("fast", model.surface, scene)
                pixels = pixels_of(renderer, states, frame_identities(model, [subject]))
                save(folder / group / emotion / f"s{number}_{place}.png", pixels[0])
            number += 1
    return truth
