"""Images don't change unnoticed: at most 2/255 anywhere and 0.1/255 on average."""

import numpy as np
import pytest
from PIL import Image

from facing_asymmetry.core.errors import AssetError
from tests.rendering.golden_images import FOLDER, HEADS, SYNTHETIC, head, load_head


def assert_golden(name: str, image: np.ndarray, tmp_path) -> None:
    golden = np.asarray(Image.open(FOLDER / f"{name}.png"))
    difference = np.abs(image.astype(int) - golden.astype(int))
    if difference.max() > 2 or difference.mean() > 0.1:
        strip = np.concatenate([image, golden, np.clip(difference * 8, 0, 255).astype(np.uint8)], axis=1)
        Image.fromarray(strip).save(tmp_path / f"{name}.png")
        pytest.fail(
            f"{name} moved by {difference.max()}/255 (mean {difference.mean():.2f}): see {tmp_path / name}.png "
            "(image, golden, difference x 8); if it's meant: python -m tests.rendering.golden_images"
        )


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_synthetic_face_looks_as_it_did(name, tmp_path):
    assert_golden(name, SYNTHETIC[name](), tmp_path)


@pytest.mark.parametrize("name", HEADS)
def test_the_head_looks_as_it_did(name, tmp_path):
    try:
        model = load_head()
    except AssetError as error:
        pytest.skip(str(error))
    if model.skin_source != "pictures":
        pytest.skip("the golden heads have photographed skins: set-up found no npm to fetch them with")
    assert_golden(name, head(model, HEADS[name]), tmp_path)
