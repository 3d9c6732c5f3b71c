"""The scripts that list known sets of photographs, run on files of invented names."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from facing_asymmetry.photographs.listing import list_photographs

PAGE = Path(__file__).parents[2] / "docs" / "photograph_folders.md"
SCRIPTS = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))

FILES = {
    "rafd": {
        "Rafd090_01_Caucasian_female_angry_frontal.jpg": ("Caucasian", "anger", "01"),
        "kids/Rafd090_41_Kid_male_neutral_frontal.jpg": ("Kid", "neutral", "41"),
        "Rafd090_41_Kid_male_surprised_frontal.jpg": ("Kid", "surprise", "41"),
        "Rafd090_01_Caucasian_female_angry_left.jpg": None,
        "Rafd045_01_Caucasian_female_angry_frontal.jpg": None,
    },
    "kdef": {
        "AF01/AF01ANS.JPG": ("women", "anger", "F01"),
        "BF01/BF01NES.JPG": ("women", "neutral", "F01"),
        "BM31/bm31afs.jpg": ("men", "fear", "M31"),
        "AF01/AF01ANHL.JPG": None,
        "AF01/Thumbs.db": None,
    },
    "ckplus": {
        "cohn-kanade-images/S005/001/S005_001_00000001.png": ("all", "neutral", "S005"),
        "cohn-kanade-images/S005/001/S005_001_00000002.png": None,
        "cohn-kanade-images/S005/001/S005_001_00000011.png": ("all", "disgust", "S005"),
        "cohn-kanade-images/S005/002/S005_002_00000001.png": None,
    },
    "affectnet": {
        "images/0.jpg": ("affectnet", "neutral", "0"),
        "images/12.jpg": ("affectnet", "contempt", "12"),
        "images/3.jpg": None,
    },
    "mmi": {
        "S001-017_neutral.png": ("all", "neutral", "S001"),
        "S001-017_peak.png": ("all", "surprise", "S001"),
        "S001-018_peak.png": None,
    },
    "meei": {
        "CompleteFlaccid/patient1/1_at_rest.jpg": ("CompleteFlaccid", "neutral", "patient1"),
        "CompleteFlaccid/patient1/5_Gentle_Smile.JPG": ("CompleteFlaccid", "happiness", "patient1"),
        "Normal/n2/rest.png": ("Normal", "neutral", "n2"),
        "Normal/n2/pucker.png": None,
    },
}
"""Script -> file -> group, emotion and subject, or None where it is left out."""

LABELS = {
    "ckplus": lambda folder: _text(folder / "Emotion/S005/001/S005_001_00000011_emotion.txt", "   3.0000000e+00\n"),
    "affectnet": lambda folder: [
        _array(folder / "annotations" / f"{name}_exp.npy", value) for name, value in (("0", "0"), ("12", 7), ("3", "8"))
    ],
    "mmi": lambda folder: _text(Path("sessions.csv"), "session,emotion\n017,surprise\n"),
}


def _text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _array(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, np.array(value))


def test_every_script_of_the_page_has_files_to_be_tested_on():
    assert set(SCRIPTS) == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_script_lists_the_files_of_its_set(name, tmp_path, monkeypatch):
    folder, here = tmp_path / name, tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for number, file in enumerate(FILES[name]):
        _text(folder / file, str(number))
    LABELS.get(name, lambda folder: None)(folder)
    before = sorted(folder.rglob("*"))
    monkeypatch.setattr(sys, "argv", [f"{name}.py", str(folder)])
    exec(compile(SCRIPTS[name], f"{name}.py", "exec"), {})
    listed = {
        row.path.relative_to(folder).as_posix(): (row.group, row.emotion, row.subject)
        for row in list_photographs(here / f"{name}.csv")
    }
    assert listed == {file: row for file, row in FILES[name].items() if row}
    assert sorted(folder.rglob("*")) == before
