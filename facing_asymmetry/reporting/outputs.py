"""Words about logits and classes, said of networks whose outputs are measured values."""

import re
from typing import Final

from facing_asymmetry.core.emotions import CANONICAL
from facing_asymmetry.core.units import LOGIT, OWN_UNITS, plural
from facing_asymmetry.results.finished_run import RunData

CLAUSE: Final = re.compile(r"(?<=[.;]) (?=\S)")
"""Between two clauses of a caption."""

OF_CLASSES: Final = re.compile(r"recognis|accept|predict|probabilit|flips|softmax|margin|another class|class it", re.I)
"""What only classes that exclude each other can be or do."""

STIMULI: Final = (
    (re.compile(r"\b(gives )?(of|to) the emotion (that is )?shown"), r"\1\2 the output that is read for the stimulus"),
    (re.compile(r"\b(as|left|of) the emotion\b"), r"\1 what is read"),
    (re.compile(r"\bemotions\b"), "stimuli"),
    (re.compile(r"\bEmotions\b"), "Stimuli"),
    (re.compile(r"\bemotion\b"), "stimulus"),
    (re.compile(r"\bEmotion\b"), "Stimulus"),
)
"""Words about emotions, and what is said where other stimuli are shown."""

UNIT: Final = re.compile(r"\b([Ll])ogit(s?)\b")


def worded(text: str, data: RunData, classifier: str = "") -> str:
    """A text of the report in the unit of the run's activations, or of one classifier's.

    Where no network has classes, clauses about classes are left out.

    Args:
        text: written about logits.
        data: the run.
        classifier: the one that the text is about; all where it is empty.
    """
    text = of_stimuli(text, data)
    unit = data.outputs[classifier] if classifier else data.unit
    if unit == LOGIT:
        return text
    shown = [classifier] if classifier else data.classifiers
    if not any(data.of_classes(name) for name in shown):
        kept = [clause for clause in CLAUSE.split(text) if not OF_CLASSES.search(clause)]
        text = re.sub(r";$", ".", " ".join(kept))
    return UNIT.sub(lambda found: _unit(unit, found), text)


def of_stimuli(text: str, data: RunData) -> str:
    """A text about emotions, said of stimuli where not all that are shown are emotions."""
    if set(data.emotions) <= set(CANONICAL):
        return text
    for pattern, words in STIMULI:
        text = pattern.sub(words, text)
    return text


def axis_label(data: RunData, classifier: str = "") -> str:
    """Label of an axis of activations, with their unit."""
    unit = data.outputs[classifier] if classifier else data.unit
    return "activation" if unit == "activation" else f"activation ({unit})"


def per_symmetry(data: RunData, classifier: str) -> str:
    """Label of an axis of slopes over symmetry."""
    return f"{plural(data.outputs[classifier])} per unit symmetry\n(+ falls with symmetry)"


def left_out(data: RunData) -> list[str]:
    """What is not said of networks of measured values, in a sentence; nothing where the run has none."""
    if not data.of_values:
        return []
    names = ", ".join(data.of_values)
    return [
        f"{names}: measured values, no classes. Probabilities, predictions, acceptance, flips, thresholds and readings "
        "against other classes have no meaning there and are left out; costs, slopes and interactions are those of the "
        "values."
    ]


def _unit(unit: str, found: re.Match[str]) -> str:
    if unit == OWN_UNITS:
        return "Activation" if found[1] == "L" else "activations" if found[2] else "activation"
    return unit[0].upper() + unit[1:] if found[1] == "L" else unit
