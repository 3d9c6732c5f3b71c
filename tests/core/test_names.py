import pytest

from facing_asymmetry.core.names import LONGEST, checked_name, slug

GOOD = ["a", "7", "net_a", "simple-cnn.v2+x", "é", "x" * LONGEST]
BAD = [
    "",
    ".a",
    "-a",
    "_a",
    "a b",
    "a/b",
    "../a",
    "a$b",
    "<script>",
    "a\n",
    "\0",
    "x" * (LONGEST + 1),
    "é" * LONGEST,
    "a[b]",
]


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_kept_in_files(name):
    assert checked_name(name) == slug(name) == name


@pytest.mark.parametrize("name", BAD)
def test_other_words_are_no_names_and_make_a_safe_part_of_a_files_name(name):
    with pytest.raises(ValueError, match="a name begins with a letter or digit"):
        checked_name(name)
    assert checked_name(slug(name)) == slug(name)


def test_two_words_never_make_one_file():
    assert len({slug(name) for name in GOOD + BAD}) == len(GOOD + BAD)
