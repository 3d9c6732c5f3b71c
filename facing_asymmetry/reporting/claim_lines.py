"""Claim sentences in two parts: a short verdict, and below it the sentence with its numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

VERDICT_CLASS: Final = {"supported": "yes", "not supported": "no"}
"""CSS class of a claim by its verdict; `open` for all others."""


@dataclass(frozen=True)
class ClaimLine:
    """One sentence of the claim sheet.

    Attributes:
        verdict: the verdict, with the number of faces where it can't be told.
        rest: what is claimed, after a colon; empty where the run folder's claims have no short form.
        text: the whole sentence with p, interval, correction and control.
        kind: CSS class.
        level: `run` for sentences about all classifiers, else `classifier`.
    """

    verdict: str
    rest: str
    text: str
    kind: str
    level: str

    @property
    def short(self) -> str:
        """Verdict and clause in one line."""
        return f"{self.verdict}{self.rest}."


def claim_lines(claims: Iterable[Mapping[str, Any]]) -> list[ClaimLine]:
    """The sentences of a claim sheet in its order."""
    return [_line(claim) for claim in claims]


def _line(claim: Mapping[str, Any]) -> ClaimLine:
    verdict, clause = str(claim["verdict"]), str(claim.get("clause", ""))
    short = str(claim.get("short") or f"{verdict[0].upper()}{verdict[1:]}")
    rest = f": {clause}" if clause else ""
    return ClaimLine(
        short, rest, str(claim["text"]), VERDICT_CLASS.get(verdict, "open"), str(claim.get("level", "run"))
    )
