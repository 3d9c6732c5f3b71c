from pathlib import Path

from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.photographs.demonstration import FACES, demonstration_folder, photographs_source
from facing_asymmetry.photographs.listing import left_out, list_photographs
from facing_asymmetry.photographs.measure import measure_all


def test_the_demonstration_is_a_folder_of_people_each_with_one_emotion_of_which_all_are_measured():
    folder = demonstration_folder()
    assert folder.is_relative_to(cache_folder())
    listed = list_photographs(folder)
    assert left_out(folder) == []
    assert {row.path.relative_to(folder).as_posix() for row in listed} == set(FACES)
    assert len({row.subject for row in listed}) == len(listed) == 8
    measured, failures = measure_all(listed)
    assert failures == []
    assert all(m.turn == 0 and m.presence > 0.99 for m in measured)


def test_a_face_that_was_changed_is_put_right():
    folder = demonstration_folder()
    path = folder / next(iter(FACES))
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    demonstration_folder()
    assert path.read_bytes() == whole


def test_one_word_stands_for_the_demonstration_and_any_other_for_a_path():
    assert photographs_source("demonstration") == demonstration_folder()
    assert photographs_source("./demonstration") == Path("demonstration")
    assert photographs_source("~/faces") == Path.home() / "faces"
