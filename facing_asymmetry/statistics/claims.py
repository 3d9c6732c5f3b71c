"""The claim sheet: sentences about the scores, each with its interval, correction and control."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.statistics.evidence import (
    CANT_TELL,
    FALLS,
    HYPOTHESES,
    NOT_SUPPORTED,
    SUPPORTED,
    Evidence,
    TestRow,
    measured,
    p_text,
    state,
)
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.multiplicity import intersection_union
from facing_asymmetry.statistics.shares import shares

Claim = dict[str, Any]
"""A sentence, ready for JSON (None where there is no number).

Its keys:

- `text`; `verdict` ("supported", "not supported", "can't tell"); `level` ("run" or "classifier").
- `hypothesis` (a key of `HYPOTHESES`, or "none"); `face_model`, `expression`, `classifier` ("all" for the run).
- `n` identities; `mean`, `low`, `high` in `unit`; `p` after `correction`; `control` in words.
- `needed` identities (0 where settled).
"""


def claims(
    scores: pd.DataFrame,
    settings: StatisticsSettings,
    treated: str = "palsy",
    control: str = "bilateral",
    tests: pd.DataFrame | None = None,
    parts: pd.DataFrame | None = None,
) -> list[Claim]:
    """Return what the scores allow one to say: about the run first, then the sentences about each classifier.

    Judged are the `HYPOTHESES`, over the mean of the emotions: the activation falls when symmetry falls (`slope` under
    `treated`); it falls by more than under the `control` that weakens both sides alike (`symmetry_specific`); and,
    where those interventions were run, it falls at constant total motion (`equal_motion`), and by more than under a
    random symmetric displacement (`beyond_displacement`). The first names the second as its control and can't be
    supported without it. "All classifiers" is an intersection-union claim by the largest two-sided p of a mean above
    zero (skew hurts one-sided tests most, docs/calibration); one classifier whose own verdict is "not supported"
    breaks it. With fewer than `minimum_identities` the first sentence says that no claim is made, and every verdict is
    "can't tell".

    Args:
        scores: Score table with `slope` and, optionally, its standardised form and the other hypotheses' scores.
        settings: Settings of the tests.
        treated: One-sided intervention.
        control: Its two-sided control.
        tests: `hypothesis_tests` of the same scores and settings, if computed; computed again
            if it lacks one of the scores.
        parts: `shares` of the same scores and settings, if computed.

    Raises:
        DataError: The table lacks a column, or has no `slope` under `treated`.
    """
    names = dict.fromkeys(f"{h.score}{form}" for h in HYPOTHESES.values() for form in ("", "_standardised"))
    chosen = replace(settings, scores=tuple(names))
    if tests is None or not names.keys() & set(scores["score"]) <= set(tests["score"]):
        tests = hypothesis_tests(scores, chosen)
    tables = tests, hypothesis_tests(scores, chosen, pooled=True)
    if not ((scores["score"] == FALLS) & (scores["intervention"] == treated)).any():
        raise DataError(f"score table has no score {FALLS} under the intervention {treated}: nothing can be claimed")
    made_of = shares(scores, settings, treated, control) if parts is None else parts
    groups = scores[["face_model", "expression"]].drop_duplicates().sort_values(["face_model", "expression"])
    sheet: list[Claim] = []
    for face_model, expression in groups.itertuples(index=False):
        per_emotion, pooled, parts = (
            t[(t["face_model"] == face_model) & (t["expression"] == expression)] for t in (*tables, made_of)
        )
        evidence = Evidence(per_emotion, pooled, parts, settings, treated, control)
        sheet += [{**claim, "face_model": face_model, "expression": expression} for claim in _group(evidence)]
    return sorted(sheet, key=lambda claim: claim["level"] != "run")


def _group(evidence: Evidence) -> Iterator[Claim]:
    slopes = evidence.rows(FALLS)
    fewest, least = min((row["n"] for row in slopes), default=0), evidence.settings.minimum_identities
    if slopes and fewest < least:
        text = (
            f"This run makes no claim: {fewest} identities, fewer than the {least} that a claim needs. Its numbers "
            "describe these faces and nothing beyond them."
        )
        yield _claim(text, CANT_TELL, "run", "none", {"classifier": "all", "n": fewest}, needed=least)
    single = {key: [_classifier(evidence, row) for row in evidence.rows(key)] for key in HYPOTHESES}
    for key, sentences in single.items():
        if len(sentences) > 1:
            yield _every(evidence, key, sentences)
    yield from sorted((claim for each in single.values() for claim in each), key=lambda c: str(c["classifier"]))


def _classifier(evidence: Evidence, row: TestRow) -> Claim:
    """Sentence of one classifier under one hypothesis."""
    settings, verdict, control = evidence.settings, evidence.judged(row), evidence.control_text(row)
    word = verdict.word if control or verdict.word != SUPPORTED else CANT_TELL
    clause = HYPOTHESES[row["key"]].clause.format(who=row["classifier"], its="its", s="s")
    head = _head(clause, word, row["n"], verdict.needed, bool(control))
    text = f"{head}: {measured(row, settings)}, n = {row['n']}, sign-flip {p_text(verdict.p)} ({verdict.correction}). "
    if verdict.small:
        text += f"This is below {settings.equivalence_margin:.0%} of the expression's activation (TOST). "
    text += f"Control: {control}. {evidence.by_emotion(row)}" if control else _missing_control(evidence)
    return _claim(
        text,
        word,
        "classifier",
        row["key"],
        row,
        p=verdict.p,
        correction=verdict.correction,
        control=control,
        needed=verdict.needed,
    )


def _every(evidence: Evidence, key: str, sentences: list[Claim]) -> Claim:
    """Intersection-union sentence over all classifiers of a group."""
    settings, rows = evidence.settings, evidence.rows(key)
    weakest = min(rows, key=lambda row: row["mean"] if row["n"] else float("inf"))
    p = intersection_union(np.array([row["p_two_sided"] if row["mean"] > 0 else 1.0 for row in rows], dtype=float))
    fewest = min(row["n"] for row in rows)
    words = [claim["verdict"] for claim in sentences]
    controlled = all(claim["control"] for claim in sentences)
    word = NOT_SUPPORTED if NOT_SUPPORTED in words else CANT_TELL
    if word == CANT_TELL and controlled and fewest >= settings.minimum_identities and p <= settings.alpha:
        word = SUPPORTED
    needed = max(claim["needed"] for claim in sentences) if word == CANT_TELL else 0
    clause = HYPOTHESES[key].clause.format(who=f"all {len(rows)} classifiers", its="their", s="")
    correction = f"intersection-union over {len(rows)} classifiers"
    built_in = evidence.control_text(weakest) if HYPOTHESES[key].control else ""
    control = (built_in or f"{evidence.control}, in each classifier's own sentence") if controlled else ""
    counts = ", ".join(f"{words.count(each)} {each}" for each in (SUPPORTED, NOT_SUPPORTED, CANT_TELL) if each in words)
    text = (
        f"{_head(clause, word, fewest, needed, controlled)}: largest two-sided sign-flip {p_text(p)} ({correction}); "
        f"the smallest effect is that of {weakest['classifier']}, {measured(weakest, settings)}. One by one: {counts}. "
        + (f"Control: {control}." if controlled else _missing_control(evidence))
    )
    row = {**weakest, "classifier": "all", "n": fewest}
    return _claim(text, word, "run", key, row, p=p, correction=correction, control=control, needed=needed)


def _head(clause: str, word: str, n: int, needed: int, controlled: bool) -> str:
    if word == CANT_TELL and not controlled:
        return f"Can't tell symmetry from intensity in whether {clause}"
    return state(clause, word, n, needed)


def _missing_control(evidence: Evidence) -> str:
    return f"Control missing: {evidence.control} was not run for every classifier here."


def _claim(
    text: str,
    verdict: str,
    level: str,
    hypothesis: str,
    row: TestRow,
    p: float | None = None,
    correction: str = "",
    control: str = "",
    needed: int = 0,
) -> Claim:
    numbers = {"mean": row.get("mean"), "low": row.get("low"), "high": row.get("high"), "p": p}
    return {
        "text": text,
        "verdict": verdict,
        "level": level,
        "hypothesis": hypothesis,
        "classifier": str(row["classifier"]),
        "n": int(row["n"]),
        **{key: None if value is None or value != value else float(value) for key, value in numbers.items()},
        "unit": str(row.get("unit", "")),
        "correction": correction,
        "control": control,
        "needed": needed,
    }
