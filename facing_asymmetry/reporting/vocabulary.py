"""What the names in a report mean, in one sentence each."""

from collections.abc import Mapping, Sequence
from typing import Final

GLOSSARY: Final[Mapping[str, str]] = {
    "symmetry s": "1: both sides of the face move alike; 0: the affected side does not move at all.",
    "intensity t": "0: neutral face; 1: the full expression.",
    "activation": "The logit, the classifier's raw output before softmax, of the emotion that is shown.",
    "slope": "How much the activation falls per unit of symmetry lost, in logits. Positive: less symmetry, lower "
    "activation.",
    "standardised slope": "The slope as a share of what the expression itself adds to the activation, from neutral to "
    "full: 0.3 means that a face with one side still keeps 70 % of it. This can be compared between classifiers.",
    "symmetry-specific": "The slope under palsy minus the slope under the bilateral control: what is left when lost "
    "motion, which both share, is taken out.",
    "accepted": "The classifier recognises the full, symmetric expression on most of the faces. What is not accepted "
    "stays in every table and picture, marked.",
    "identity": "One synthetic face. Identities are the sample: intervals and tests are over them.",
    "interval": "Where the mean over all such faces plausibly lies (95 % unless the run says otherwise), by "
    "bootstrap over the identities.",
    "claim": "A sentence that the test supports after correction for the number of tests; it needs enough identities.",
}
"""Words that figures and tables use -> what they mean."""


def meanings(interventions: Sequence[str]) -> dict[str, str]:
    """The interventions of a run with what they do; a name of the user's own has an empty meaning."""
    from facing_asymmetry.interventions.registry import catalogue  # imports torch, which a report has no other use for

    known = catalogue()
    return {name: known[name].worded(known[name].summary) if name in known else "" for name in interventions}
