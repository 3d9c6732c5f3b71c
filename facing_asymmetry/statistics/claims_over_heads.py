"""On which heads a claim holds: each claim says so."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from facing_asymmetry.config import PHOTOGRAPHS, StatisticsSettings
from facing_asymmetry.core.emotions import ALL_EMOTIONS
from facing_asymmetry.results.published import photograph_bias
from facing_asymmetry.statistics.claims import Claim
from facing_asymmetry.statistics.evidence import p_text
from facing_asymmetry.statistics.heads import PAIR, shared_expression
from facing_asymmetry.statistics.hypotheses import CANT_TELL, NOT_SUPPORTED, SUPPORTED


def claims_over_heads(
    sheet: Sequence[Claim], heads: pd.DataFrame, settings: StatisticsSettings, treated: str = "palsy"
) -> list[Claim]:
    """Add to each claim on which heads it holds, as its key `heads` and in its text.

    Of one head: "on this head (NAME)". Of several: "on both heads" or "on all N heads" where each supports it with the
    same sign; "differs between heads" where verdicts or signs contradict, or the difference is significant; else which
    head says what. A claim about all classifiers has no test of its difference: its verdicts are compared.

    Args:
        sheet: Claims of every head.
        heads: `heads_table` of the same scores.
        settings: Level of the difference, after Holm, and the identities of each head that it needs.
        treated: Intervention that the claims are about.
    """
    names = list(dict.fromkeys(claim["face_model"] for claim in sheet))
    expression = shared_expression(pd.DataFrame(sheet, columns=["face_model", "expression"]))
    if len(names) == 1:
        return [_said(claim, f"on this head ({names[0]})", "") for claim in sheet]
    keys = [_same(claim, expression) for claim in sheet]
    groups: dict[tuple[Any, ...], list[Claim]] = {}
    for key, claim in zip(keys, sheet, strict=True):
        groups.setdefault(key, []).append(claim)
    found = {}
    for key, group in groups.items():
        enough = not settings.no_claim(min(claim["n"] for claim in group))
        found[key] = _agreement(group, _tested(group[0], heads, expression, treated) if enough else [], settings.alpha)
    said = zip(sheet, keys, strict=True)
    return [_said(claim, found[key], f"On {claim['face_model']}: ") for claim, key in said]


def _said(claim: Claim, words: str, before: str) -> Claim:
    """The claim with its words about heads, and of people their bias; that a run makes no claim needs none of them."""
    after = "" if claim["hypothesis"] == "none" else f" {words[0].upper()}{words[1:]}."
    text = f"{before}{claim['text'].rstrip()}{after}"
    short, clause = claim["short"], claim["clause"] + (f" (on {claim['face_model']})" if before else "")
    if claim["face_model"] == PHOTOGRAPHS:
        short = short.replace("faces", "people").replace("face", "person")
        clause = clause.replace("these faces", "these people")
        text = re.sub(r"\b1 people", "1 person", text.replace("identities", "people").replace("identity", "person"))
        text = text if claim["hypothesis"] == "none" else f"{text} {photograph_bias()}"
    return {**claim, "text": text, "short": short, "clause": clause, "heads": words}


def _same(claim: Claim, expression: str) -> tuple[Any, ...]:
    return expression or claim["expression"], *(claim[key] for key in ("level", "hypothesis", "classifier"))


def _tested(claim: Claim, heads: pd.DataFrame, expression: str, treated: str) -> list[float]:
    """P values, after Holm, of the differences between two heads in the score of a classifier's claim."""
    rows = heads[
        (heads["comparison"] == PAIR)
        & (heads["emotion"] == ALL_EMOTIONS)
        & (heads["intervention"] == treated)
        & (heads["score"] == claim["hypothesis"])
        & (heads["classifier"] == claim["classifier"])
        & (heads["expression"] == (expression or claim["expression"]))
    ]
    return [float(p) for p in rows["p_holm"].dropna()]


def _word(claim: Claim, signed: bool) -> str:
    """The verdict; where supported claims have different signs, the sign."""
    if signed and claim["verdict"] == SUPPORTED:
        return "positive" if claim["mean"] > 0 else "negative"
    return str(claim["verdict"])


def _agreement(group: Sequence[Claim], tested: Iterable[float], alpha: float) -> str:
    """What the heads say together of one claim."""
    p = min(tested, default=float("nan"))
    apart = f" ({p_text(p)}, Holm)" if p <= alpha else ""
    verdicts = {claim["verdict"] for claim in group}
    signs = {claim["mean"] > 0 for claim in group if claim["verdict"] == SUPPORTED and claim["mean"] is not None}
    told = "; ".join(f"{_word(claim, len(signs) > 1)} on {claim['face_model']}" for claim in group)
    everywhere = f"on {'both' if len(group) == 2 else f'all {len(group)}'} heads"
    if len(group) == 1:
        return f"on this head ({group[0]['face_model']}) only: no other has this claim"
    if verdicts == {SUPPORTED} and len(signs) < 2:
        return everywhere + (f", of different size{apart}" if apart else "")
    if apart or len(signs) > 1 or {SUPPORTED, NOT_SUPPORTED} <= verdicts:
        return f"differs between heads{apart}: {told}"
    return f"{verdicts.pop()} {everywhere}" if verdicts in ({NOT_SUPPORTED}, {CANT_TELL}) else told
