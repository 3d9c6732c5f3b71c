from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from facing_asymmetry.classifiers import registry
from facing_asymmetry.core.assets import cache_folder
from facing_asymmetry.face_models.registry import prepare_face_model
from tests.limits import HUNG

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_from_top_to_bottom(path: Path, tmp_path: Path):
    prepare_face_model("makehuman", cache_folder())
    registry.fetch_weights(registry.record("simple_cnn_fer2013"))
    notebook = nbformat.read(path, as_version=4)
    kept = pictures(notebook)
    NotebookClient(notebook, timeout=HUNG, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert pictures(notebook) == kept >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_with_its_output_and_without_this_machines_paths(path: Path):
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert not any("error" in output.output_type for c in notebook.cells for output in c.get("outputs", []))
    assert "/home/" not in text
    assert "/work/" not in text
    assert "/tmp/" not in text
