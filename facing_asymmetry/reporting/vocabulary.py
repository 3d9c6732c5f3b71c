"""What the names in a report mean, in one sentence each."""

from collections.abc import Mapping, Sequence
from typing import Final

INTERVENTIONS: Final[Mapping[str, str]] = {
    "palsy": "One side of the face moves s times as far as it should, the other side moves fully.",
    "palsy_facial_nerve": "As palsy, for the muscles of the facial nerve only: the eyes still open wide.",
    "bilateral": "Control: both sides weaken alike, as far on average as under palsy, so the face stays symmetric.",
    "equal_motion": "Control: one side moves less and the other more, so that the total motion stays the same.",
    "displacement": "Control: a random symmetric change of the face as large as what palsy takes away.",
    "noop": "Control: nothing is changed; the same frame is rendered again at every s.",
    "region_upper": "As palsy, in the upper third of the face only.",
    "region_middle": "As palsy, in the middle third of the face only.",
    "region_lower": "As palsy, in the lower third of the face only.",
    "resting_droop": "Brow, lower lid and mouth corner of one side hang, at rest too, as in a flaccid palsy.",
    "yaw": "Scene control: the symmetric face turns to one side as s falls.",
    "light": "Scene control: the light moves to one side of the symmetric face as s falls.",
    "scale": "Scene control: the symmetric face gets smaller as s falls.",
    "blur": "Scene control: the picture of the symmetric face blurs as s falls.",
}
"""Name of each intervention in `conf/intervention` -> what it does to the face."""

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
    return {name: INTERVENTIONS.get(name, "") for name in interventions}
