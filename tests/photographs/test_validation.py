from facing_asymmetry.photographs.validation import summarise, validate_measures


def test_the_measured_asymmetry_grows_as_a_rendered_face_loses_its_symmetry():
    rows = validate_measures([0], emotions=("happiness",), s=(0.0, 0.5, 1.0), scenes=("portrait",))
    table = summarise(rows, ["scene"]).set_index("measure")
    assert table.loc["landmarks", "monotone"] == 1
    assert table.loc["landmarks", "s=0"] > 2 * table.loc["landmarks", "s=1"]
    assert table.loc["picture", "s=0"] > table.loc["picture", "s=1"]
    assert table["failures"].sum() == 0
