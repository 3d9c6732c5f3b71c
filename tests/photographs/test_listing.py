import numpy as np
import pytest

from facing_asymmetry.core.errors import DataError
from facing_asymmetry.photographs.listing import left_out, list_photographs
from facing_asymmetry.photographs.measure import measure_all
from tests.photographs.pictures import HOPPER, hopper, save


def test_a_folder_names_group_emotion_and_subject(tmp_path):
    save(tmp_path / "patient" / "happiness" / "anna_2.png", hopper())
    (photograph,) = list_photographs(tmp_path)
    assert (photograph.group, photograph.emotion, photograph.subject) == ("patient", "happiness", "anna")


def _csv(folder, text):
    (folder / "list.csv").write_text(text)
    return folder / "list.csv"


def test_paths_in_a_csv_start_at_its_folder(tmp_path):
    (photograph,) = list_photographs(_csv(tmp_path, "subject,path,group,emotion\nanna,in/a.png,x,fear\n"))
    assert photograph.path == tmp_path / "in" / "a.png"
    assert photograph.subject == "anna"


def test_a_csv_without_a_column_is_refused_by_its_name(tmp_path):
    with pytest.raises(DataError, match="subject"):
        list_photographs(_csv(tmp_path, "path,group,emotion\na.png,x,fear\n"))


def test_an_empty_value_is_refused_by_line_and_column(tmp_path):
    with pytest.raises(DataError, match="line 3: group is empty"):
        list_photographs(_csv(tmp_path, "path,group,emotion,subject\na.png,x,fear,s\nb.png, ,fear,s\n"))


@pytest.mark.parametrize("text", ["", "path,group,emotion,subject\na,b\nc,d,e,f,g,h\n"])
def test_what_is_no_csv_is_refused_by_its_path(tmp_path, text):
    with pytest.raises(DataError, match=r"list\.csv"):
        list_photographs(_csv(tmp_path, text))


def test_a_csv_of_nothing_but_its_heading_is_refused(tmp_path):
    with pytest.raises(DataError, match="holds no photograph"):
        list_photographs(_csv(tmp_path, "path,group,emotion,subject\n"))


def test_a_source_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="neither a folder nor a CSV"):
        list_photographs(tmp_path / "absent.csv")


def test_an_unknown_emotion_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(DataError, match="did you mean 'happiness'"):
        list_photographs(_csv(tmp_path, "path,group,emotion,subject\na.png,x,happines,s\n"))


def test_an_emotion_like_no_other_is_refused_with_all_there_are(tmp_path):
    save(tmp_path / "patient" / "xyz" / "anna.png", hopper())
    with pytest.raises(DataError, match="anger, disgust"):
        list_photographs(tmp_path)


def test_a_photograph_that_is_named_twice_is_refused(tmp_path):
    text = "path,group,emotion,subject\na.png,x,fear,s\n./in/../a.png,x,anger,s\n"
    with pytest.raises(DataError, match="more than once"):
        list_photographs(_csv(tmp_path, text))


def test_an_empty_folder_says_how_one_is_laid_out(tmp_path):
    with pytest.raises(DataError, match="GROUP/EMOTION"):
        list_photographs(tmp_path)


def test_a_wrong_layout_is_refused_with_a_picture_that_lies_so(tmp_path):
    save(tmp_path / "happiness" / "anna.png", hopper())
    with pytest.raises(DataError, match=r"happiness/anna\.png does not lie so"):
        list_photographs(tmp_path)


def test_files_beside_the_layout_are_listed_with_the_reason(tmp_path):
    save(tmp_path / "patient" / "fear" / "anna.png", hopper())
    save(tmp_path / "patient" / "ben.png", hopper())
    for name in ("eve.heic", ".DS_Store"):
        (tmp_path / "patient" / "fear" / name).write_bytes(b"")
    reasons = {photograph.path.name: reason for photograph, reason in left_out(tmp_path)}
    assert set(reasons) == {"ben.png", "eve.heic"}
    assert "GROUP/EMOTION" in reasons["ben.png"]
    assert "'.heic' is not read" in reasons["eve.heic"]


def test_what_cannot_be_measured_is_listed_with_its_reason(tmp_path):
    grey = save(tmp_path / "g" / "fear" / "grey.png", np.full((200, 200, 3), 127, np.uint8))
    torn, text = tmp_path / "g" / "fear" / "torn.jpg", tmp_path / "g" / "fear" / "text.jpg"
    torn.write_bytes(HOPPER.read_bytes()[:500])
    text.write_text("no picture")
    save(tmp_path / "g" / "happiness" / "hopper.png", hopper())
    measured, failures = measure_all(list_photographs(tmp_path))
    reasons = {f.photograph.path: f.reason for f in failures}
    assert [m.photograph.subject for m in measured] == ["hopper"]
    assert reasons[grey] == "no face found"
    assert "cannot read" in reasons[torn]
    assert "cannot read" in reasons[text]


def test_a_file_that_a_csv_names_and_is_not_there_is_listed(tmp_path):
    listed = list_photographs(_csv(tmp_path, "path,group,emotion,subject\nabsent.png,x,fear,s\n"))
    measured, failures = measure_all(listed)
    assert not measured
    assert "absent.png" in failures[0].reason
