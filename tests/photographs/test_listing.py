import os

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
    reasons = {failure.photograph.path.name: failure.reason for failure in left_out(tmp_path)}
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


def _file(path, content=b""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _reasons(folder):
    return {failure.photograph.shown.removeprefix(f"{folder}/"): failure.reason for failure in left_out(folder)}


@pytest.mark.parametrize(
    "name", [".trashed-1-a.jpg", "._a.jpg", ".ipynb_checkpoints/a.jpg", "Thumbs.db", "desktop.ini", "@eaDir/a.jpg"]
)
def test_files_of_the_system_are_no_photographs_and_no_failures(tmp_path, name):
    kept = _file(tmp_path / "g" / "fear" / "anna.jpg")
    _file(tmp_path / "g" / "fear" / name)
    _file(tmp_path / ".hidden" / "fear" / "a.jpg")
    _file(tmp_path / "__MACOSX" / "fear" / "a.jpg")
    assert [photograph.path for photograph in list_photographs(tmp_path)] == [kept]
    assert left_out(tmp_path) == []


def test_a_hidden_folder_may_be_the_source_itself(tmp_path):
    _file(tmp_path / ".cache" / "g" / "fear" / "anna.jpg")
    assert len(list_photographs(tmp_path / ".cache")) == 1


def test_blanks_around_names_and_the_spelling_of_marks_make_no_second_group(tmp_path):
    for number, (group, emotion, subject) in enumerate(
        [("patient", "fear", "Müller"), ("patient ", " fear", "Mu\u0308ller "), (" patient", "fear ", " Müller")]
    ):
        _file(tmp_path / group / emotion / f"{subject}_{number}.jpg", bytes([number]))
    listed = {(row.group, row.emotion, row.subject) for row in list_photographs(tmp_path)}
    assert listed == {("patient", "fear", "Müller")}
    rows = "".join(f"{n}.jpg , patient{' ' * n}, fear,M{u}ller\n" for n, u in enumerate(["ü", "u\u0308"]))
    listed = list_photographs(_csv(tmp_path, f"path,group, emotion ,subject\n{rows}"))
    assert {(row.group, row.emotion, row.subject) for row in listed} == {("patient", "fear", "Müller")}
    assert [row.path.name for row in listed] == ["0.jpg", "1.jpg"]


def test_a_copy_under_another_person_is_listed_and_not_counted(tmp_path):
    first = _file(tmp_path / "g" / "fear" / "anna.jpg", b"same")
    _file(tmp_path / "g" / "fear" / "ben.jpg", b"same")
    _file(tmp_path / "g" / "fear" / "cleo.jpg", b"else")
    _file(tmp_path / "h" / "anger" / "anna.jpg", b"same")
    _file(tmp_path / "g" / "fear" / "anna_2.jpg", b"same")
    assert [row.subject for row in list_photographs(tmp_path)] == ["anna", "cleo"]
    assert set(_reasons(tmp_path)) == {"g/fear/ben.jpg", "h/anger/anna.jpg", "g/fear/anna_2.jpg"}
    assert all(f"same bytes as {first}" in reason for reason in _reasons(tmp_path).values())


def test_a_copy_that_a_csv_names_is_listed_too(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        _file(tmp_path / name, b"same")
    source = _csv(tmp_path, "path,group,emotion,subject\na.jpg,x,fear,s\nb.jpg,x,fear,t\n")
    assert [row.subject for row in list_photographs(source)] == ["s"]
    assert [failure.photograph.subject for failure in left_out(source)] == ["t"]


def test_links_are_followed_inside_the_folder_only(tmp_path):
    outside = _file(tmp_path / "elsewhere" / "fear" / "eve.jpg", b"private")
    folder = tmp_path / "folder"
    _file(folder / "g" / "fear" / "anna.jpg", b"1")
    _file(folder / "store.jpg", b"2")
    (folder / "g" / "fear" / "ben.jpg").symlink_to("../../store.jpg")
    (folder / "g" / "fear" / "cleo.jpg").symlink_to(outside)
    (folder / "h").symlink_to(outside.parent.parent)
    (folder / "i").symlink_to("g")
    assert [row.subject for row in list_photographs(folder)] == ["anna", "ben"]
    reasons = _reasons(folder)
    assert "leads out of the folder" in reasons["g/fear/cleo.jpg"]
    assert "leads out of the folder" in reasons["h"]
    assert "link to a folder" in reasons["i"]


def test_a_folder_of_nothing_but_links_says_why_it_holds_nothing(tmp_path):
    outside = _file(tmp_path / "elsewhere" / "fear" / "eve.jpg")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "g").symlink_to(outside.parent.parent)
    with pytest.raises(DataError, match="g is a link that leads out of the folder; name its file in a CSV"):
        list_photographs(tmp_path / "folder")


def test_a_csv_may_name_any_file(tmp_path):
    outside = _file(tmp_path / "elsewhere" / "a.jpg")
    (tmp_path / "in").mkdir()
    for path in (outside, "../elsewhere/a.jpg"):
        (photograph,) = list_photographs(_csv(tmp_path / "in", f"path,group,emotion,subject\n{path},x,fear,s\n"))
        assert photograph.path.samefile(outside)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("path,group,emotion,subject\na\0.jpg,x,fear,s\n", "line 2: path holds a control character"),
        ('path,group,emotion,subject\na.jpg,"x\ny",fear,s\n', "line 3: group holds a control character"),
        ("path,group,emotion,subject,group\na.jpg,x,fear,s,y\n", "two columns named group"),
        ("path,group,emotion,subject\na.jpg,x,fear\n", "line 2: 3 values; the heading has 4"),
        ("path,group,emotion,subject\na.jpg,x,fear,s,t\n", "line 2: 5 values; the heading has 4"),
        ('path,group,emotion,subject\n"a.jpg,x,fear,s\n', "no CSV in UTF-8"),
        ("path;group;emotion;subject\na.jpg;x;fear;s\n", "it has path;group;emotion;subject"),
        ("path,group,emotion,subject\n" + "a" * 200_000 + ",x,fear,s\n", "no CSV in UTF-8"),
    ],
)
def test_a_faulty_csv_is_refused_with_what_is_wrong(tmp_path, text, says):
    with pytest.raises(DataError, match=says):
        list_photographs(_csv(tmp_path, text))


def test_a_csv_of_another_encoding_or_a_pipe_is_refused(tmp_path):
    latin = _file(tmp_path / "list.csv", "path,group,emotion,subject\nMüller.jpg,x,fear,s\n".encode("latin-1"))
    with pytest.raises(DataError, match="no CSV in UTF-8"):
        list_photographs(latin)
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="neither a folder nor a CSV"):
        list_photographs(tmp_path / "pipe.csv")


def test_a_csv_of_a_spreadsheet_with_its_mark_and_blank_lines_is_read(tmp_path):
    text = "\ufeffnote,path,group,emotion,subject\r\n1,a.jpg,x,fear,s\r\n\r\n2,b.jpg,x,fear,t\r\n"
    source = _file(tmp_path / "list.csv", text.encode())
    assert [row.subject for row in list_photographs(source)] == ["s", "t"]


def test_links_in_a_circle_are_listed_as_photographs_and_fail_alone(tmp_path):
    _file(tmp_path / "g" / "fear" / "anna.jpg")
    (tmp_path / "g" / "fear" / "loop.jpg").symlink_to("loop.jpg")
    source = _csv(tmp_path, "path,group,emotion,subject\ng/fear/loop.jpg,x,fear,s\n")
    for listed in (list_photographs(tmp_path), list_photographs(source)):
        _, failures = measure_all([row for row in listed if row.path.name == "loop.jpg"])
        assert "symbolic links" in failures[0].reason


def test_names_that_are_no_utf8_are_listed_with_escapes(tmp_path):
    _file(tmp_path / "g" / "fear" / "anna.jpg")
    for name in (b"M\xfcller.jpg", b"M\xfcller.txt"):
        _file(tmp_path / "g" / "fear" / os.fsdecode(name), name)
    assert [row.subject for row in list_photographs(tmp_path)] == ["M\\xfcller", "anna"]
    assert "g/fear/M\\xfcller.txt" in _reasons(tmp_path)
