"""The claim sheet: sentences about the scores, each with its interval, correction and control."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from facing_asymmetry.config import StatisticsSettings
from facing_asymmetry.core.errors import DataError
from facing_asymmetry.interventions.two_sided import partner_of
from facing_asymmetry.results.layout import DECOMPOSITION_COLUMNS
from facing_asymmetry.statistics.evidence import Evidence, measured, p_text, short_verdict, state
from facing_asymmetry.statistics.hypotheses import (
    CANT_TELL,
    EQUIVALENT,
    FALLS,
    HYPOTHESES,
    INTERACTION,
    NEGATIVE,
    NOT_SUPPORTED,
    OUTCOMES,
    POSITIVE,
    SHARE,
    SUPPORTED,
    TestRow,
    outcome,
    sign_of,
)
from facing_asymmetry.statistics.hypothesis_tests import hypothesis_tests
from facing_asymmetry.statistics.identities import LACKS_EMOTIONS
from facing_asymmetry.statistics.multiplicity import intersection_union
from facing_asymmetry.statistics.screening import screened

Claim = dict[str, Any]
"""A sentence, ready for JSON (None where there is no number).

Its keys:

- `text`, the whole sentence; `short`, the verdict with what is missing; `clause`, what is claimed.
- `verdict` ("supported", "not supported", "can't tell"); `level` ("run" or "classifier").
- `hypothesis` (a key of `HYPOTHESES`, or "none"); `face_model`, `expression`, `classifier` ("all" for the run).
- `sensitivity`: whether the hypothesis is an older one, kept for comparison.
- `n` identities; `mean`, `low`, `high` in `unit`; `sign` of the mean ("positive", "negative" or "").
- `p` after `correction` (None where the interval decides); `control` in words.
- `needed` identities (0 where settled).
"""


def claims(
    scores: pd.DataFrame,
    settings: StatisticsSettings,
    treated: str = "palsy",
    control: str = "bilateral",
    tests: pd.DataFrame | None = None,
    decomposition: pd.DataFrame | None = None,
    defended: Collection[str] = (),
) -> list[Claim]:
    """Return what the scores allow one to say: about the run first, then the sentences about each classifier.

    Judged are the `HYPOTHESES`, over the mean of the emotions: the activation falls when symmetry falls (`slope` under
    `treated`); the two sides of the face interact (`interaction`, of either sign); the interaction's share of the
    palsy's cost; and as sensitivity the older ones whose interventions were run. The first names the interaction as its
    control and can't be supported without it. "All classifiers" is an intersection-union claim by the largest two-sided
    p of a mean of one sign (skew hurts one-sided tests most, docs/calibration); one classifier whose own verdict is
    "not supported", or two interactions of different signs, break it. With fewer than `minimum_identities` the first
    sentence says that no claim is made, and every verdict is "can't tell"; so too of a screening run.

    Args:
        scores: Score table with `slope` and, optionally, its standardised form and the other hypotheses' scores.
        settings: Settings of the tests.
        treated: One-sided intervention; empty where none was run: one sentence says so.
        control: Its two-sided control of equal mean motion; empty where none was run.
        tests: `hypothesis_tests` of the same scores and settings, if computed; computed again
            if it lacks one of the scores.
        decomposition: `decomposition_table` of the same responses and settings; without it there are no shares.
        defended: Names of the classifiers behind a defence, whose negative interaction is the defence at work.

    Raises:
        DataError: The table lacks a column, or has no `slope` under `treated`.
    """
    names = dict.fromkeys(f"{h.score}{form}" for h in HYPOTHESES.values() for form in ("", "_standardised"))
    chosen = replace(settings, scores=tuple(names))
    if tests is None or not names.keys() & set(scores["score"]) <= set(tests["score"]):
        tests = hypothesis_tests(scores, chosen)
    tables = tests, hypothesis_tests(scores, chosen, pooled=True)
    if treated and not ((scores["score"] == FALLS) & (scores["intervention"] == treated)).any():
        raise DataError(f"score table has no score {FALLS} under the intervention {treated}: nothing can be claimed")
    parts = pd.DataFrame(columns=list(DECOMPOSITION_COLUMNS)) if decomposition is None else decomposition
    parts = parts[parts["s"].isna() & (parts["intervention"] == treated)]
    missing = _missing_interaction(scores, treated)
    groups = scores[["face_model", "expression"]].drop_duplicates().sort_values(["face_model", "expression"])
    sheet: list[Claim] = []
    for face_model, expression in groups.itertuples(index=False):
        if not treated:
            sheet.append({**_no_contrast(scores), "face_model": face_model, "expression": expression})
            continue
        per_emotion, pooled, own = (
            t[(t["face_model"] == face_model) & (t["expression"] == expression)] for t in (*tables, parts)
        )
        evidence = Evidence(per_emotion, pooled, own, settings, treated, control, missing, defended)
        sheet += [{**claim, "face_model": face_model, "expression": expression} for claim in _group(evidence)]
    sheet.sort(key=lambda claim: claim["level"] != "run")
    return screened(sheet) if settings.screening else sheet


def _no_contrast(scores: pd.DataFrame) -> Claim:
    """Return the sentence of a run without an intervention that weakens one side."""
    run = ", ".join(sorted(name for name in scores["intervention"].astype(str).unique() if "-" not in name))
    text = (
        f"This run makes no claim about symmetry: none of its interventions ({run}) weakens one side of the face. Its "
        "numbers describe what they do. Add one: intervention=[palsy,...]."
    )
    row: TestRow = {"classifier": "all", "n": int(scores["identity"].nunique())}
    said = "No claim about symmetry", f"none of the interventions ({run}) weakens one side of the face"
    return _claim(text, CANT_TELL, "run", "none", row, said)


def _missing_interaction(scores: pd.DataFrame, treated: str) -> str:
    """Return why an interaction is missing where there is none, and what to add."""
    partner, run = partner_of(treated), [name for name in scores["intervention"].unique() if "-" not in name]
    sides = set(scores.loc[(scores["score"] == FALLS) & (scores["intervention"] == treated), "side"])
    if partner not in run:
        added = ",".join([treated, *sorted(set(run) - {treated}), partner])
        return f"{partner} was not run; add it: intervention=[{added}]"
    if not {"left", "right"} <= sides:
        return f"the interaction needs both sides of {treated}, and this table has only {' and '.join(sorted(sides))}"
    return f"{partner} was not run for every classifier here"


def _group(evidence: Evidence) -> Iterator[Claim]:
    slopes = evidence.rows(FALLS)
    fewest, least = min((row["n"] for row in slopes), default=0), evidence.settings.minimum_identities
    every: TestRow = {"classifier": "all", "n": fewest}
    if slopes and fewest < least:
        text = (
            f"This run makes no claim: {fewest} identities, fewer than the {least} that a claim needs. Its numbers "
            "describe these faces and nothing beyond them."
        )
        said = f"No claim: {fewest} faces, {least} needed", "the numbers describe these faces and nothing beyond them"
        yield _claim(text, CANT_TELL, "run", "none", every, said, needed=least)
    single = {key: [_classifier(evidence, row) for row in evidence.rows(key)] for key in HYPOTHESES}
    if not any(claim["n"] for claim in single[INTERACTION]):
        single[INTERACTION] = []
        clause = HYPOTHESES[INTERACTION].clause.format(who="any classifier")
        text = f"Can't tell whether {clause}. {evidence.missing_text(INTERACTION)}"
        said = short_verdict(CANT_TELL, fewest, least, controlled=False), clause
        yield _claim(text, CANT_TELL, "run", INTERACTION, every, said, needed=least)
    for key, sentences in single.items():
        if len(sentences) > 1 and key != SHARE:  # the sentence about all interactions gives their shares too
            yield _every(evidence, key, sentences)
    yield from sorted((claim for each in single.values() for claim in each), key=lambda c: str(c["classifier"]))


def _classifier(evidence: Evidence, row: TestRow) -> Claim:
    """Sentence of one classifier under one hypothesis."""
    settings, verdict, control = evidence.settings, evidence.judged(row), evidence.control_text(row)
    word = verdict.word if control or verdict.word != SUPPORTED else CANT_TELL
    clause = HYPOTHESES[row["key"]].clause.format(who=row["classifier"], its="its", s="s")
    test = f"sign-flip {p_text(verdict.p)}" if np.isfinite(verdict.p) else "judged by the interval"
    text = (
        f"{_head(clause, word, row['n'], verdict.needed, bool(control))}: {measured(row, settings)}, n = {row['n']}, "
        f"{test} ({verdict.correction}). {evidence.remarks(row, verdict)}{_lacking(row)}"
        + (f"Control: {control}. {evidence.by_emotion(row)}" if control else evidence.missing_text(row["key"]))
    )
    return _claim(
        text,
        word,
        "classifier",
        row["key"],
        row,
        (short_verdict(word, row["n"], verdict.needed, bool(control), outcome(row, word)), clause),
        p=verdict.p,
        correction=verdict.correction,
        control=control,
        needed=verdict.needed,
    )


def _every(evidence: Evidence, key: str, sentences: list[Claim]) -> Claim:
    """Intersection-union sentence over all classifiers of a group."""
    settings, rows, hypothesis = evidence.settings, evidence.rows(key), HYPOTHESES[key]
    found = Counter(outcome(row, claim["verdict"]) for row, claim in zip(rows, sentences, strict=True))
    down = hypothesis.either_sign and 2 * sum(row["mean"] < 0 for row in rows) > len(rows)
    along = {row["classifier"]: -row["mean"] if down else row["mean"] for row in rows}
    weakest = min(rows, key=lambda row: along[row["classifier"]] if row["n"] else float("inf"))
    p = intersection_union(np.array([r["p_two_sided"] if along[r["classifier"]] > 0 else 1.0 for r in rows], float))
    fewest = min(row["n"] for row in rows)
    controlled = all(claim["control"] for claim in sentences)
    broken = found[NOT_SUPPORTED] or found[EQUIVALENT] or (found[POSITIVE] and found[NEGATIVE])
    word = NOT_SUPPORTED if broken else CANT_TELL
    if not broken and controlled and not settings.no_claim(fewest) and p <= settings.alpha:
        word = SUPPORTED
    needed = max(claim["needed"] for claim in sentences) if word == CANT_TELL else 0
    clause = hypothesis.clause.format(who=f"all {len(rows)} classifiers", its="their", s="")
    correction = f"intersection-union over {len(rows)} classifiers"
    built_in = evidence.control_text(weakest) if hypothesis.control else ""
    control = (built_in or "the interaction, in each classifier's own sentence") if controlled else ""
    counts = ", ".join(f"{found[each]} {each}" for each in OUTCOMES if found[each])
    text = (
        f"{_head(clause, word, fewest, needed, controlled)}{', with one sign' if hypothesis.either_sign else ''}: "
        f"largest two-sided sign-flip {p_text(p)} ({correction}); "
        f"the smallest effect is that of {weakest['classifier']}, {measured(weakest, settings)}. One by one: {counts}. "
        + (evidence.shares_text() if key == INTERACTION else "")
        + (f"Control: {control}." if controlled else evidence.missing_text(key))
    )
    row = {**weakest, "classifier": "all", "n": fewest}
    said = short_verdict(word, fewest, needed, controlled), clause + ", with one sign" * hypothesis.either_sign
    return _claim(text, word, "run", key, row, said, p=p, correction=correction, control=control, needed=needed)


def _lacking(row: TestRow) -> str:
    """How many people lack an emotion, where some do."""
    found = [part for part in str(row["note"]).split("; ") if part.endswith(LACKS_EMOTIONS)]
    return f"{found[0]}. " if found else ""


def _head(clause: str, word: str, n: int, needed: int, controlled: bool) -> str:
    if word == CANT_TELL and not controlled:
        return f"Can't tell symmetry from intensity in whether {clause}"
    return state(clause, word, n, needed)


def _claim(
    text: str,
    verdict: str,
    level: str,
    hypothesis: str,
    row: TestRow,
    said: tuple[str, str],
    p: float | None = None,
    correction: str = "",
    control: str = "",
    needed: int = 0,
) -> Claim:
    numbers = {"mean": row.get("mean"), "low": row.get("low"), "high": row.get("high"), "p": p}
    sensitivity = hypothesis in HYPOTHESES and HYPOTHESES[hypothesis].sensitivity
    return {
        "text": f"Sensitivity: {text[0].lower()}{text[1:]}" if sensitivity else text,
        "short": said[0],
        "clause": f"{said[1]} (sensitivity)" if sensitivity else said[1],
        "verdict": verdict,
        "level": level,
        "hypothesis": hypothesis,
        "sensitivity": sensitivity,
        "classifier": str(row["classifier"]),
        "n": int(row["n"]),
        **{key: None if value is None or value != value else float(value) for key, value in numbers.items()},
        "sign": sign_of(row.get("mean", 0.0)),
        "unit": str(row.get("unit", "")),
        "correction": correction,
        "control": control,
        "needed": needed,
    }
