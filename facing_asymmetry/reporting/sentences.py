"""The text of a report: glossary, what was measured, on what, and what came out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from facing_asymmetry.config import SCREENING
from facing_asymmetry.reporting.claim_lines import claim_lines
from facing_asymmetry.reporting.outputs import left_out, worded
from facing_asymmetry.reporting.style import readable
from facing_asymmetry.results.finished_run import RunData
from facing_asymmetry.results.layout import SHOWN_KEY
from facing_asymmetry.results.published import published, with_error

GLOSSARY: Final[Mapping[str, str]] = {
    "symmetry s": "1: both sides of the face move alike; 0: the affected side does not move at all.",
    "intensity t": "0: neutral face; 1: the full expression.",
    "activation": "The logit, the classifier's raw output before softmax, of the emotion that is shown.",
    "slope": "How much the activation falls per unit of symmetry lost, in logits. Positive: less symmetry, lower "
    "activation.",
    "standardised slope": "The slope as a share of what the expression itself adds to the activation, from neutral to "
    "full: 0.3 means that a face with one side still keeps 70 % of it. This can be compared between classifiers.",
    "palsy cost": "How much lower the activation is when one side is weak than when none is, both sides averaged; the "
    "mean over s and t unless said otherwise. It is the sum of the two parts below.",
    "additive part": "The price of two weak halves: half of what it costs when both sides are as weak. A classifier "
    "that judges each half of the face on its own and adds up pays nothing else, whatever the shape of its response.",
    "interaction": "The price of the halves' not matching: the palsy cost less its additive part. Above 0: the "
    "asymmetric face gets less activation than the two symmetric faces it is made of do on average; below 0: more. A "
    "sentence about symmetry itself rests on this.",
    "symmetry-specific": "An older estimate, kept as a check of sensitivity: the slope under palsy minus the slope "
    "under the bilateral control. It holds the curvature of the response.",
    "accepted": "The classifier recognises the full, symmetric expression on most of the faces. What is not accepted "
    "stays in every table and picture, marked.",
    "identity": "One synthetic face. Identities are the sample: intervals and tests are over them.",
    "interval": "Where the mean over all such faces plausibly lies (95 % unless the run says otherwise), by "
    "bootstrap over the identities.",
    "claim": "A sentence that the test supports after correction for the number of tests; it needs enough identities.",
}
"""Terms of figures and tables with their meaning."""

ON_PHOTOGRAPHS: Final[Mapping[str, str]] = {
    "symmetry s": "1: the face as it was photographed; 0: the affected side does not take part in the expression.",
    "intensity t": "1: the expression as it was photographed; 0: the person's neutral face, as far as it is known.",
    "identity": "One person. People are the sample, however many photographs there are of each: intervals and tests "
    "are over them.",
    "accepted": "The classifier recognises the photographs as they are, on most people who show the emotion. What is "
    "not accepted stays in every table and picture, marked.",
}
"""What these terms mean where people on photographs are shown."""

TERMS: Final = {"version": "version", "licence": "licence", "attribution": "attribution", "citation": "citation"}
"""Keys of a face model's facts in the manifest, with the word that is printed before each."""


ACTIVATION: Final = "The value that the classifier gives to the output that is read for the stimulus."
"""What the activation is where a network returns measured values."""


def glossary(data: RunData) -> Mapping[str, str]:
    """Terms of a run's figures and tables with their meaning, in the unit of its activations."""
    terms = {**GLOSSARY, **(ON_PHOTOGRAPHS if data.of_people else {})}
    if data.of_values:
        terms["activation"] = ACTIVATION
    said = {name: worded(text, data) for name, text in terms.items()}
    return {name: text for name, text in said.items() if text}


SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def counted(number: int, singular: str, plural: str = "") -> str:
    """`one face`, `three faces`, `1,300 faces`."""
    figure = SMALL[number] if number < len(SMALL) else f"{number:,}"
    return f"{figure} {singular if number == 1 else plural or singular + 's'}"


def listed(names: Sequence[str]) -> str:
    """`one`, `one and two`, `one, two and three`."""
    words = [name.replace("_", " ") for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def meanings(interventions: Sequence[str]) -> dict[str, str]:
    """What each intervention of a run does; empty for an intervention that the user added without a summary."""
    from facing_asymmetry.interventions.registry import catalogue  # imports torch, which a report has no other use for

    known = catalogue()
    return {name: known[name].worded(known[name].summary) if name in known else "" for name in interventions}


def grid_size(data: RunData) -> tuple[int, int]:
    """Number of values of s and of t."""
    return len(data.axes[0]), len(data.axes[1])


def image_count(data: RunData) -> int:
    """Images that classifiers judged: one per node of the grid for each classifier, emotion, face and side."""
    replicates = data.target.drop_duplicates(list(SHOWN_KEY))
    return len(replicates) * len(data.axes[0]) * len(data.axes[1])


def lead(data: RunData) -> str:
    """One paragraph that says what was measured, on what."""
    s, t = grid_size(data)
    model = ", ".join(data.heads)
    how = " and ".join(sorted(data.responses["expression"].unique()))
    sets = len(set(data.training_sets.values()))
    faces, whose = "rendered faces", counted(len(data.identities), "synthetic identity", "synthetic identities")
    if data.of_people:
        faces, whose = "photographed faces", counted(len(data.identities), "person", "people")
    sentence = (
        f"{counted(len(data.classifiers), 'published expression classifier')} ({counted(sets, 'training set')}) "
        f"judged {faces} that lose their symmetry while everything else in the picture is held fixed: "
        f"{counted(len(data.emotions), 'emotion')} ({', '.join(data.emotions)}; {how} expressions) on "
        f"{whose} ({model}), over a grid of {s} "
        f"values of symmetry s × {t} of intensity t, under the "
        f"{'interventions' if len(data.interventions) > 1 else 'intervention'} {listed(data.interventions)}: "
        f"{image_count(data):,} images in all."
    )
    if not data.weakens_one_side:
        sentence += " None of them weakens one side."
    if data.treated != "palsy":
        sentence += f" Where figures and tables speak of a palsy, {data.treated} is meant."
    return sentence[0].upper() + sentence[1:]


def design(data: RunData) -> dict[str, str]:
    """What was varied, held fixed, measured and compared, and how sure the result is; one sentence or two each."""
    s, t = data.axes
    n, needed = len(data.identities), data.minimum_identities
    compared = counted(n, "person", "people") if data.of_people else counted(n, "face")
    done = {name.replace("_", " "): words for name, words in meanings(data.interventions).items() if words}
    return {
        "Varied": f"Symmetry s, from {s.max():g} (both sides move alike) to {s.min():g} (one side still), and "
        f"intensity t, from {t.min():g} (neutral) to {t.max():g} (full expression).",
        **{f"… under {name}": words for name, words in done.items()},
        "Held fixed": (
            "Person, skin, hair, camera, crop, light and background: every picture is the same photograph, in which a "
            "fitted head moves the pixels; at s = 1 and t = 1 it is the photograph itself. The classifiers are used as "
            if data.of_people
            else "Face, expression, skin, hair, camera, crop, light and background of each picture, and the "
            "classifiers: they are used as "
        )
        + "published. Left and right are each the affected side in turn. "
        + face_model(data),
        "Measured": (
            f"The activation. {ACTIVATION} {_read_through(data)}"
            if data.of_values
            else "The activation: the logit a classifier gives to the emotion that is shown; and which class it "
            f"names. {_read_through(data)}"
        ).strip(),
        "Compared": f"{compared.capitalize()}, both sides averaged: they are the sample, not the "
        f"{image_count(data):,} images.",
        "How sure": SCREENING if data.screening else _sureness(n, needed, data.may_claim),
    }


def _read_through(data: RunData) -> str:
    """Which outputs are read where they are not those of the stimulus's own name; empty where all are."""
    named = {
        f"{emotion} through {label}" + (f" ({readable(name)})" if len(data.classifiers) > 1 else "")
        for (name, emotion), label in data.targets.items()
        if label != emotion
    }
    return f"Read through another output: {', '.join(sorted(named))}." if named else ""


def head_named(data: RunData) -> str:
    """For the end of a caption: which head is shown, where the run has several; else nothing."""
    return f" Head: {data.heads[0]}." if data.whole else ""


def face_model(data: RunData) -> str:
    """Which face models were rendered, with the terms of use and attribution that the manifest has."""
    data = data.whole or data
    known: Mapping[str, Mapping[str, Any]] = data.manifest.get("face_models") or {}
    heads = []
    for name in data.heads:
        facts = known.get(name, {})
        terms = [f"{word}: {facts[key]}" for key, word in TERMS.items() if facts.get(key)]
        terms = [f"moved by the head {facts['fitted_head']}", *terms] if facts.get("fitted_head") else terms
        heads.append(name + (f" ({'; '.join(terms)})" if terms else ""))
    return f"Face model{'s' if len(heads) > 1 else ''}: {listed(heads)}."


def _sureness(n: int, needed: int, may_claim: bool) -> str:
    """How far the run's statistics carry."""
    record = published()
    checked = (
        "Where symmetry has no effect, the test used here says otherwise in "
        f"{with_error(record['false_positive_rate'])} of simulated data sets (it should be 5 %), and the 95 % interval "
        f"holds the true mean in {with_error(record['coverage'])} (F9)."
    )
    if may_claim:
        return (
            "Every estimate has an interval (bootstrap over faces) and a p-value (sign flips over faces), corrected "
            f"for the number of tests; the claim sheet says in words what follows. {checked}"
        )
    return (
        f"Not sure: {counted(n, 'face')}, and a claim needs {needed}. Intervals and p-values are shown, but they are "
        f"impressions. {checked}"
    )


def verdict(data: RunData) -> list[str]:
    """The sentences a reader must not miss: how far the result carries."""
    if data.screening:
        return ["Screening: not a claim. The numbers say where to look."]
    if not data.may_claim and data.weakens_one_side:
        n = int(data.tests["n"].max()) if len(data.tests) else 0
        kind = counted(n, "person", "people") if data.of_people else counted(n, "face")
        return [
            f"No claim: {kind}, {data.minimum_identities} needed. "
            f"The numbers are about {'these' if n > 1 else 'this one'} alone."
        ]
    about_run = [claim for claim in data.claims if claim.get("level", "run") == "run" and not claim.get("sensitivity")]
    sentences = [line.short for line in claim_lines(about_run)]
    if not sentences:
        return [f"Claims are allowed (n = {int(data.tests['n'].max())} identities), but this run has no claim sheet."]
    return sentences


def findings(data: RunData) -> list[str]:
    """Counts that describe the sample, without inference."""
    slope = _means(data, "slope", data.treated)
    interaction = _means(data, "interaction", data.treated)
    specific = _means(data, "symmetry_specific", None)
    of_classes = [name for name in data.classifiers if data.of_classes(name)]
    accepted = sum(data.accepted.get((c, e), False) for c in of_classes for e in data.emotions)
    pairs = len(of_classes) * len(data.emotions)
    lines = left_out(data)
    lines += (
        []
        if not pairs
        else [
            f"{accepted} of {pairs} classifier × emotion pairs are accepted: the full symmetric face is recognised on "
            f"most {data.people}."
        ]
    )
    if slope:
        lines.append(
            f"The mean activation is lower on the asymmetric face in {sum(v > 0 for v in slope)} of {len(slope)} "
            f"{'accepted pairs' if of_classes else 'pairs'}."
        )
    if interaction:
        above = sum(v > 0 for v in interaction)
        lines.append(
            f"The halves' not matching adds to that cost in {above} of {len(interaction)} (interaction above 0) and "
            "saves some of it in the others; the rest is the price of two weak halves. Only the interaction speaks "
            "about symmetry itself."
        )
    if specific:
        above = sum(v > 0 for v in specific)
        lines.append(
            f"Sensitivity: the activation is lower still than when both sides weaken alike (bilateral) in {above} of "
            f"{len(specific)}; that older difference holds the curvature of the response."
        )
    return lines


def _means(data: RunData, score: str, intervention: str | None) -> list[float]:
    """Finite means of accepted pairs."""
    rows = data.tested(score, intervention).reset_index()[["classifier", "emotion", "mean"]].itertuples(index=False)
    return [float(mean) for c, e, mean in rows if data.accepted.get((c, e), False) and np.isfinite(mean)]
