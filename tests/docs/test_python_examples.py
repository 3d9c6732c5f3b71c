"""The Python examples of the documentation run from top to bottom, in the order of the page."""

import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.registry import prepare_face_model

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["python.md", "quick_start.md"])
def test_the_examples_of_a_page_run(page: str, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    prepare_face_model("makehuman", cache_folder())
    registry.fetch_weights(registry.record("simple_cnn_fer2013"))
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    said = capsys.readouterr().out
    if page == "python.md":
        assert names["frames"].images.shape == torch.Size([3, 3, 224, 224])
        assert names["grid"].images.shape == torch.Size([3, 2, 3, 224, 224])
        assert names["logits"].shape == (3, 7)
        assert said == "unknown classifier 'networkv3'; did you mean 'networkv2'?\n"
        assert [path.name for path in tmp_path.iterdir()] == ["results"]
    else:
        assert len(names["run"].emotions) == 6
        assert list(tmp_path.iterdir()) == []
