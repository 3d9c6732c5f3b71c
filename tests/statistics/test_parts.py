import numpy as np
import pandas as pd
import pytest
from scipy.special import log_softmax

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.results.layout import SCORE_COLUMNS
from facing_asymmetry.results.response_table import SCHEMA
from facing_asymmetry.statistics.definitions import SCORES
from facing_asymmetry.statistics.parts import PARTS, READINGS
from facing_asymmetry.statistics.score_table import score_table
from facing_asymmetry.statistics.synthetic import Planted, synthetic_responses

S, T = np.array([0.0, 0.1, 0.6, 1.0]), np.array([0.0, 0.3, 1.0])
CLASSES = np.array(["fear", "anger", "neutral"])
NAMES = [name for name, definition in SCORES.items() if definition.part]


def rows_of(logits, side="both", intervention="palsy_two_sided", identity=0, s=S, t=T):
    """One cell of a response table: logits (S, T, classes), of which fear is the emotion shown."""
    grid_s, grid_t = (np.repeat(axis.ravel(), len(CLASSES)) for axis in np.meshgrid(s, t, indexing="ij"))
    flat = logits.reshape(-1, len(CLASSES))
    table = pd.DataFrame(
        {
            "s": grid_s,
            "t": grid_t,
            "class": np.tile(CLASSES, len(flat)),
            "logit": flat.ravel(),
            "probability": np.exp(log_softmax(flat, axis=1)).ravel(),
            "predicted": np.repeat(CLASSES[flat.argmax(axis=1)], len(CLASSES)),
        }
    )
    facts = {"face_model": "m", "classifier": "net", "training_set": "d", "expression": "facs", "emotion": "fear"}
    facts |= {"accepted": True, "asymmetry_mm": 0.0, "intensity_mm": 0.0, "logit_ds": np.nan, "unit": "logit"}
    facts |= {"identity": identity, "side": side, "intervention": intervention}
    return table.assign(**facts, is_target=table["class"] == "fear")[SCHEMA.names]


def cells(respond, identity=0, treated="palsy", s=S, t=T):
    """The three cells of a face; `respond(left, right, t)` gives the logits of each class at those gains."""
    grid_s, grid_t = np.meshgrid(s, t, indexing="ij")
    gains = {
        ("left", treated): (grid_t * grid_s, grid_t),
        ("right", treated): (grid_t, grid_t * grid_s),
        ("both", f"{treated}_two_sided"): (grid_t * grid_s, grid_t * grid_s),
    }
    return pd.concat(
        [rows_of(respond(*gain, grid_t), side, name, identity, s, t) for (side, name), gain in gains.items()],
        ignore_index=True,
    )


def random_network(seed):
    """A smooth network with random curvature, terms of each half and of both, one logit per class."""
    weights = np.random.default_rng(seed).normal(size=(len(CLASSES), 6))

    def respond(left, right, t):
        terms = np.stack([np.exp(left), np.tanh(3 * right), left * right, np.maximum(left, right), t, t**2], axis=-1)
        return terms @ weights.T

    return respond


def add_up(left, right, t):
    """Every logit is a sum of strongly curved terms of one half each, and of the midline."""
    return np.stack(
        [np.exp(2 * left) + np.tanh(4 * right) + t, 0 * left, 1 / (1 + np.exp(30 * (0.5 - left))) + right**3], axis=-1
    )


def by_name(table, **values):
    scores = score_table(table, NAMES, **values)
    assert tuple(scores.columns) == SCORE_COLUMNS
    return scores.set_index("score")["value"]


def over_s_and_t(values, s=S, t=T):
    return np.trapezoid(np.trapezoid(values, t, axis=1), s)


@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up_to_the_palsy_cost_on_every_reading(seed):
    found = by_name(cells(random_network(seed)))
    assert len(found) == len(NAMES) == 27
    for place in [f"{suffix}{at}" for suffix in READINGS.values() for at in ("", "_at_zero")] + ["_standardised"]:
        parts = found[[f"{part}{place}" for part in PARTS]].to_numpy()
        assert np.isfinite(parts).all() or place == "_standardised"
        assert parts[0] == pytest.approx(parts[1] + parts[2], abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_each_part_is_its_formula_on_every_reading(seed):
    respond = random_network(seed)
    s, t = np.meshgrid(S, T, indexing="ij")
    corners = [respond(*gains, t) for gains in ((t, t), (t * s, t), (t, t * s), (t * s, t * s))]
    read = {
        "": lambda logits: logits[..., 0],
        "_centred": lambda logits: logits[..., 0] - logits.mean(axis=-1),
        "_log_probability": lambda logits: log_softmax(logits, axis=-1)[..., 0],
        "_margin": lambda logits: logits[..., 0] - logits[..., 1:].max(axis=-1),
    }
    found = by_name(cells(respond))
    for suffix, reading in read.items():
        full, left, right, both = (reading(each) for each in corners)
        cost, additive = full - (left + right) / 2, (full - both) / 2
        interaction = (full + both) / 2 - (left + right) / 2
        for part, values in zip(PARTS, (cost, additive, interaction), strict=True):
            assert found[f"{part}{suffix}"] == pytest.approx(over_s_and_t(values), abs=1e-12)
            assert found[f"{part}{suffix}_at_zero"] == pytest.approx(np.trapezoid(values[0], T), abs=1e-12)
    response = read[""](corners[0])[-1, -1] - read[""](corners[0])[-1, 0]
    if np.isfinite(found["interaction_standardised"]):
        assert found["interaction_standardised"] == pytest.approx(found["interaction"] / response)


def test_halves_that_are_added_up_have_no_interaction_whatever_their_curvature():
    s, t = np.meshgrid(S, T, indexing="ij")
    bilateral = rows_of(add_up(t * (1 + s) / 2, t * (1 + s) / 2, t), intervention="bilateral")
    table = pd.concat([cells(add_up), bilateral])
    found = by_name(table)
    assert found["interaction"] == pytest.approx(0.0, abs=1e-13)
    assert found["interaction_at_zero"] == pytest.approx(0.0, abs=1e-13)
    assert found["interaction_centred"] == pytest.approx(0.0, abs=1e-13)
    assert found["palsy_cost"] > 0.5
    assert abs(score_table(table, ["symmetry_specific"])["value"].mean()) > 0.1  # curvature, not symmetry


def test_a_comparator_of_the_halves_has_a_positive_and_a_maximum_a_negative_interaction():
    def comparator(left, right, t):
        return np.stack([t - np.abs(left - right), 0 * t, 0 * t], axis=-1)

    def maximum(left, right, t):
        return np.stack([np.maximum(left, right), 0 * t, 0 * t], axis=-1)

    # -|left - right| is 0 on both symmetric faces: all of the cost t (1 - s). Only two weak halves lose the maximum
    line = over_s_and_t(np.outer(1 - S, T))
    found = by_name(cells(comparator))
    assert found[["palsy_cost", "additive", "interaction"]].tolist() == pytest.approx([line, 0.0, line])
    found = by_name(cells(maximum))
    assert found[["palsy_cost", "additive", "interaction"]].tolist() == pytest.approx([0.0, line / 2, -line / 2])


def test_every_treated_intervention_with_its_partner_has_one_row_per_identity_for_both_sides():
    table = pd.concat(
        [cells(add_up, identity, treated) for treated in ("palsy", "region_upper", "mine") for identity in (0, 1)]
    )
    scores = score_table(table, ["interaction", "slope"])
    rows = scores[scores["score"] == "interaction"]
    assert rows["intervention"].value_counts().to_dict() == {"mine": 2, "palsy": 2, "region_upper": 2}
    assert set(rows["side"]) == {"both"}
    assert set(scores.loc[scores["score"] == "slope", "side"]) == {"left", "right", "both"}


def drop(table, intervention, side, identity):
    gone = (table["intervention"] == intervention) & (table["side"] == side) & (table["identity"] == identity)
    assert gone.any()
    return table[~gone]


@pytest.mark.parametrize("missing", [("palsy", "left"), ("palsy", "right"), ("palsy_two_sided", "both")])
def test_an_identity_that_lacks_a_side_or_the_partner_has_no_part(missing):
    table = pd.concat([cells(random_network(1), identity) for identity in (0, 1)])
    scores = score_table(drop(table, *missing, 1), NAMES)
    known = scores[~scores["score"].str.endswith("_standardised")].groupby("identity")["value"]
    assert known.apply(lambda values: values.notna().all()).to_dict() == {0: True, 1: False}
    assert scores.loc[scores["identity"] == 1, "value"].isna().all()


def test_parts_of_a_table_with_one_side_only_are_refused_by_name_and_else_missing():
    table = drop(cells(add_up), "palsy", "right", 0)
    with pytest.raises(DataError, match="interaction needs both sides, left and right, of palsy; it has the side left"):
        score_table(table, ["slope", "interaction"])
    scores = score_table(table)
    assert scores.loc[scores["score"] == "interaction", "value"].isna().all()


def test_parts_of_a_table_without_the_partner_are_refused_by_name_and_else_absent():
    table = drop(cells(add_up), "palsy_two_sided", "both", 0)
    with pytest.raises(DataError, match="additive needs an intervention and its two-sided partner"):
        score_table(table, ["additive"])
    assert not set(score_table(table)["score"]) & set(NAMES)


def test_a_grid_without_s_zero_has_no_part_there():
    found = by_name(cells(add_up, s=S[1:]))
    assert np.isnan(found["interaction_at_zero"])
    assert found["palsy_cost"] > 0


def test_a_grid_without_s_one_has_no_parts():
    assert by_name(cells(add_up, s=S[:-1])).isna().all()


def test_a_table_of_the_target_class_alone_has_no_reading_but_the_logit():
    table = cells(random_network(2))
    found = by_name(table[table["is_target"]])
    assert np.isfinite(found["interaction"])
    assert found[["interaction_centred", "interaction_log_probability", "interaction_margin"]].isna().all()


def test_frames_of_one_replicate_with_different_classes_are_refused():
    table = cells(add_up)
    odd = table.index[(table["class"] == "anger") & (table["s"] == 0.6) & (table["t"] == 0.3)][0]
    with pytest.raises(DataError, match=r"identity 0.* has 2 classes at s = 0\.6, t = 0\.3 and 3 at its first node"):
        score_table(table.drop(index=odd))


def test_pieces_that_split_a_face_give_the_same_parts_and_a_cell_that_comes_twice_is_refused():
    table = pd.concat([cells(random_network(3), identity) for identity in (0, 1)], ignore_index=True)
    pieces = [part for _, part in table.groupby(["identity", "side"], sort=False)]
    pd.testing.assert_frame_equal(score_table(pieces), score_table(table))
    with pytest.raises(DataError, match=r"identity 1, side both, intervention palsy_two_sided appears twice"):
        score_table([*pieces, pieces[-1]])


def test_a_planted_interaction_is_recovered_to_rounding():
    planted = Planted(effect=1.2, identity_sd=0.0, side_sd=0.0, wiggle=0.0, response=4.0, interaction=-0.07)
    for s, t in (((0.0, 0.5, 1.0), (0.0, 1.0)), ((0.0, 0.2, 1.0), (0.0, 0.1, 0.7, 1.0))):
        scores = score_table(synthetic_responses(planted, 2, s=s, t=t)).groupby("score")["value"].mean()
        assert scores["interaction"] == pytest.approx(-0.07)
        assert scores["interaction_at_zero"] == pytest.approx(-0.14)
        assert scores["palsy_cost"] == pytest.approx(1.2 / 4)
        assert scores["additive_standardised"] == pytest.approx((0.3 + 0.07) / 4)
