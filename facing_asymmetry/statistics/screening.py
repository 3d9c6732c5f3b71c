"""The claim sheet of a screening run, whose pictures are too coarse for claims."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from facing_asymmetry.config import SCREENING
from facing_asymmetry.statistics.hypotheses import CANT_TELL

_FEW: Final = re.compile(r"can't tell with [\d,]+ identities \(would need [^)]*\)", re.I)
_SIDES: Final = re.compile(r"can't tell symmetry from intensity in whether", re.I)


def screened(sheet: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sentences of a screening run: each says what was measured and that it is no claim.

    Args:
        sheet: claims about the scores; all of their verdicts become "can't tell".
    """
    groups = dict.fromkeys((claim["face_model"], claim["expression"]) for claim in sheet)
    said = [{**claim, **_words(str(claim["text"])), "verdict": CANT_TELL, "needed": 0} for claim in sheet]
    return [*(_banner(sheet, *group) for group in groups), *(one for one in said if one["hypothesis"] != "none")]


def _words(text: str) -> dict[str, str]:
    plain = _SIDES.sub("can't tell whether", _FEW.sub("can't tell", text))
    return {"text": f"Screening, not a claim: {plain[0].lower()}{plain[1:]}", "short": "Screening, can't tell"}


def _banner(sheet: Sequence[Mapping[str, Any]], face_model: str, expression: str) -> dict[str, Any]:
    """The sentence about a head's run, with the other keys of its claims empty."""
    own = [claim for claim in sheet if (claim["face_model"], claim["expression"]) == (face_model, expression)]
    empty = {key: None for key, value in own[0].items() if value is None or isinstance(value, float)}
    return {
        **own[0], **empty, "text": SCREENING, "short": "Screening: not a claim",
        "clause": "the numbers say where to look", "verdict": CANT_TELL, "level": "run", "hypothesis": "none",
        "sensitivity": False, "classifier": "all", "sign": "", "unit": "", "correction": "", "control": "", "needed": 0,
    }  # fmt: skip
