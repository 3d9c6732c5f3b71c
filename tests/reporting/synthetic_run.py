"""A run folder made of planted numbers, in the layout the app writes: what the report is tested on."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from facing_asymmetry.core.emotions import BASIC
from facing_asymmetry.results.response_table import SCHEMA

SCORES = (
    "slope", "slope_standardised",
    "palsy_cost", "additive", "interaction",
    "palsy_cost_standardised", "additive_standardised", "interaction_standardised",
    "flips", "symmetry_specific", "symmetry_specific_standardised",
)  # fmt: skip
FER = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


@dataclass(frozen=True)
class Plan:
    """What to plant: `networks` maps a classifier to its training set; `rejected` pairs never reach their emotion.

    `unit` other than that of logits makes the outputs measured values; `reads` names the class of other stimuli.
    `matching` is the size of the interaction as a share of the palsy cost; `regions` adds the thirds of the face.
    """

    networks: tuple[tuple[str, str], ...] = (("net_a", "FER2013"), ("net_b", "AffectNet-8"))
    emotions: tuple[str, ...] = ("anger", "happiness", "surprise")
    identities: int = 4
    s: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    t: tuple[float, ...] = (0.0, 0.5, 1.0)
    rejected: tuple[tuple[str, str], ...] = (("net_b", "anger"),)
    minimum_identities: int = 20
    size: int = 48
    seed: int = 0
    regions: bool = False
    matching: float = 0.2
    unit: str = "logit"
    reads: tuple[tuple[str, str], ...] = ()

    def share(self, emotion: str) -> float:
        """Share of the palsy cost that is interaction: `matching`, its sign by turns over the emotions."""
        return self.matching * (-1) ** self.emotions.index(emotion)


MANY = Plan(
    networks=tuple((f"{kind}_{n}_of_some_length", known) for n, (kind, known) in enumerate(
        [("xception", "FER2013")] * 5 + [("cnn", "FER2013 + CK+")] + [("densenet", "AffectNet-8")] * 3
        + [("faceapi", "web images (not stated further)")] + [("mobilenet", "not stated")] * 2
    )),
    emotions=BASIC,
    rejected=(("xception_0_of_some_length", "disgust"), ("densenet_7_of_some_length", "anger")),
    minimum_identities=4,
)  # fmt: skip
"""Twelve networks, some of one training set, with claims."""


def write_run(folder: Path, plan: Plan | None = None) -> Path:
    """Write a whole run folder and return it."""
    from facing_asymmetry.config import StatisticsSettings
    from facing_asymmetry.statistics.claims import claims
    from facing_asymmetry.statistics.decomposition import decomposition_table
    from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
    from facing_asymmetry.statistics.optional_tables import optional_tables
    from facing_asymmetry.statistics.score_table import score
    from facing_asymmetry.statistics.shares import shares

    plan = plan or Plan()
    folder.mkdir(parents=True, exist_ok=True)
    responses = plant_responses(plan)
    responses.to_parquet(folder / "responses.parquet", index=False)
    settings = StatisticsSettings(minimum_identities=plan.minimum_identities, resamples=999, scores=SCORES)
    scored = score(responses)
    scores = scored.scores
    tests, decomposition = hypothesis_tests(scores, settings), decomposition_table(scored.parts, settings)
    scores.to_csv(folder / "scores.csv", index=False)
    tests.to_csv(folder / "tests.csv", index=False)
    (folder / "claims.json").write_text(json.dumps(claims(scores, settings, decomposition=decomposition)))
    shares(scores, settings).to_csv(folder / "shares.csv", index=False)
    decomposition.to_csv(folder / "decomposition.csv", index=False)
    for name, table in optional_tables(folder / "responses.parquet", settings):
        table.to_csv(folder / name, index=False)
    if plan.unit == "logit":  # expressions are not optimised for measured values
        _write_expressions(folder / "expressions.csv", plan)
    _write_sprites(folder / "sprites", plan)
    (folder / "manifest.json").write_text(json.dumps(manifest(plan), indent=1))
    (folder / "classifiers.json").write_text(json.dumps([record(*network) for network in plan.networks]))
    return folder


def manifest(plan: Plan) -> dict[str, object]:
    """A manifest as the app writes it."""
    frames = len(plan.networks) * len(plan.emotions) * plan.identities * 3 * len(plan.s) * len(plan.t)
    return {
        "title": "Quick run",
        "command": "facing-asymmetry run grid=quick",
        "created": "2026-01-02T03:04:05+00:00",
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": False,
        "versions": {"facing-asymmetry": "0.1.0", "torch": "2.12.1"},
        "config": {"statistics": {"minimum_identities": plan.minimum_identities}, "face_models": {"makehuman": {}}},
        "hashes": {"face_models": {"makehuman": "ab12"}, "responses.parquet": "cd34"},
        "seeds": {"run": 0, "statistics": 1},
        "counts": {"frames": frames, "forward_passes": frames, "cells": frames // 15, "cells_cached": 0},
        "seconds": {"expressions": 41.2, "responses": 122.4, "scores": 3.1},
    }


def record(name: str, training_set: str) -> dict[str, object]:
    """A classifier's record as JSON."""
    return {
        "name": name, "family": "CNN", "architecture": "small CNN", "training_set": training_set, "labels": list(FER),
        "input_size": 48, "colour": "grey", "parameters": 641_000, "licence": "MIT", "citation": "someone (2017)",
        "reported_accuracy": "0.66 on FER2013", "weights": [{"source": "pypi:some-package==1.0:x.tar.gz"}], "notes": "",
    }  # fmt: skip


def plant_responses(plan: Plan) -> pd.DataFrame:
    """Logits that fall when symmetry falls, each network on its own scale, with an offset per identity."""
    rng = np.random.default_rng(plan.seed)
    parts = []
    for scale, (name, training_set) in enumerate(plan.networks, start=1):
        for emotion in plan.emotions:
            effect = rng.uniform(0.5, 3.0)
            for identity in range(plan.identities):
                offset, tilt = rng.normal(0, 0.3), rng.normal(0, 0.25)
                for intervention in interventions(plan):
                    for side in ("left", "right") if one_sided(intervention) else ("both",):
                        fixed = {"classifier": name, "training_set": training_set, "emotion": emotion, "side": side}
                        fixed |= {"identity": identity, "intervention": intervention}
                        parts.append(_unit(plan, fixed, scale, (effect + tilt, offset)))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(face_model="makehuman", expression="optimised")[SCHEMA.names]


def interventions(plan: Plan) -> list[str]:
    """Names of the interventions of a run, each palsy with its two-sided partner."""
    palsies = ["palsy", *(f"region_{name}" for name in ("upper", "middle", "lower") if plan.regions)]
    return ["bilateral", *(name for palsy in palsies for name in (palsy, f"{palsy}_two_sided"))]


def one_sided(intervention: str) -> bool:
    """Whether an intervention has an affected side."""
    return intervention != "bilateral" and not intervention.endswith("_two_sided")


def _gain(plan: Plan, intervention: str, emotion: str) -> float:
    """Effect of an intervention as a multiple of that of palsy; a two-sided one has twice the additive part."""
    if intervention == "bilateral":
        return 0.55
    palsy = intervention.removesuffix("_two_sided")
    gain = {"palsy": 1.0, "region_upper": 0.3, "region_middle": 0.1, "region_lower": 0.6}[palsy]
    return gain if one_sided(intervention) else 2 * gain * (1 - plan.share(emotion))


def _unit(plan: Plan, fixed: dict[str, object], scale: float, planted: tuple[float, float]) -> pd.DataFrame:
    """All frames of one unit. Activation = offset + scale * t * (gain - effect * (1 - s))."""
    effect, offset = planted
    effect *= _gain(plan, str(fixed["intervention"]), str(fixed["emotion"]))
    wobble = np.random.default_rng([int(fixed["identity"]), len(str(fixed["side"]))])
    s, t = (axis.ravel() for axis in np.meshgrid(plan.s, plan.t, indexing="xy"))
    rejected = (fixed["classifier"], fixed["emotion"]) in plan.rejected
    logits = np.zeros((len(s), len(FER)))
    logits[:, FER.index("neutral")] = 1.0 * scale
    gain = 0.6 if rejected else 3.0
    shown = str(fixed["emotion"])
    target = dict(plan.reads).get(shown, shown)
    logits[:, FER.index(target)] = offset + scale * t * (gain - effect * (1 - s) ** 1.3)
    logits += wobble.normal(0, 0.02, logits.shape)
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    predicted = np.array(FER)[logits.argmax(axis=1)]
    frames = pd.DataFrame(
        {
            "s": s,
            "t": t,
            "predicted": predicted,
            "asymmetry_mm": 2 * t * (1 - s),
            "intensity_mm": t * (1 + s),
            "logit_ds": float("nan"),
            "unit": plan.unit,
        }
    )
    parts = [
        frames.assign(**{"class": name, "logit": logits[:, k], "probability": probability[:, k]})
        for k, name in enumerate(FER)
    ]
    table = pd.concat(parts, ignore_index=True)
    if plan.unit != "logit":
        table = table.assign(predicted="", probability=float("nan"))
    return table.assign(**fixed, accepted=not rejected, is_target=table["class"] == target)


def _write_expressions(path: Path, plan: Plan) -> None:
    rows = [
        {"classifier": name, "emotion": emotion, "accepted": (name, emotion) not in plan.rejected, "probability": 0.9,
         "iterations": 60, "seconds": 1.5, "restart": 0, "seed": 3}
        for name, _ in plan.networks for emotion in plan.emotions
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(path, index=False)


def _write_sprites(folder: Path, plan: Plan) -> None:
    """The first sheet of each pair, and beside it the control and a second face."""
    for name, _ in plan.networks:
        for emotion in plan.emotions:
            place = folder / name
            _write_sheet(place / emotion, plan, emotion, 0, "palsy")
            further = [(n, name) for n in (0, 1) for name in ("palsy", "bilateral", "palsy_two_sided")][1:]
            for identity, intervention in further:
                _write_sheet(place / emotion / f"{intervention}_{identity}", plan, emotion, identity, intervention)


def _write_sheet(path: Path, plan: Plan, emotion: str, identity: int, intervention: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    size, tone = plan.size, (224, 172, 140) if identity == 0 else (150, 105, 80)
    sheet = Image.new("RGB", (len(plan.s) * size, len(plan.t) * size))
    for column, s in enumerate(plan.s):
        for row, t in enumerate(plan.t):
            gain = {"bilateral": (1 + s) / 2, "palsy_two_sided": s}.get(intervention, 1.0)
            state = (s if one_sided(intervention) else 1.0, t * gain)
            sheet.paste(
                draw_face(dict(plan.reads).get(emotion, emotion), *state, size, tone), (column * size, row * size)
            )
    sheet.save(path.with_suffix(".png"))
    sided = one_sided(intervention)
    facts = {"identity": identity, "traits": {"sex": ("female", "male")[identity], "age": 31.0 + identity},
             "side": "left" if sided else "both", "intervention": intervention, "mirrored": sided,
             "size": size, "s": plan.s, "t": plan.t}  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(facts))


def draw_face(emotion: str, s: float, t: float, size: int, tone: tuple[int, int, int] = (224, 172, 140)) -> Image.Image:
    """A drawn face whose mouth and brows on image right (the person's left) move s times as far."""
    lift = {"happiness": -0.09, "surprise": 0.03, "sadness": 0.07, "anger": 0.04, "fear": 0.02, "disgust": 0.05}[
        emotion
    ]
    brow = {"surprise": -0.07, "fear": -0.05, "sadness": -0.02, "anger": 0.05, "disgust": 0.03, "happiness": 0.0}[
        emotion
    ]
    image = Image.new("RGB", (2 * size, 2 * size), (232, 232, 232))
    pen = ImageDraw.Draw(image)

    def at(x: float, y: float) -> tuple[float, float]:
        return 2 * size * x, 2 * size * y

    pen.ellipse([at(0.2, 0.08), at(0.8, 0.95)], fill=tone)
    for sign, gain in ((-1, t), (1, t * s)):
        eye = 0.5 + sign * 0.13
        pen.ellipse([at(eye - 0.05, 0.4), at(eye + 0.05, 0.45)], fill=(250, 250, 250))
        pen.ellipse([at(eye - 0.02, 0.4), at(eye + 0.02, 0.45)], fill=(70, 50, 40))
        pen.line(
            [at(eye - 0.07, 0.34 + brow * gain), at(eye + 0.07, 0.34 + brow * gain)],
            fill=(60, 40, 30),
            width=size // 24,
        )
        pen.line([at(0.5, 0.72), at(0.5 + sign * 0.14, 0.72 + lift * gain)], fill=(150, 50, 60), width=size // 18)
    return image.resize((size, size), Image.Resampling.LANCZOS)
