import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.reporting.figures import activation_curves, effect_map, expressions
from facing_asymmetry.reporting.style import ALERT, INK, MUTED, PAPER, RULE
from facing_asymmetry.reporting.svg import figure_svg, svg_uri
from facing_asymmetry.results.finished_run import RunData

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def faces(run_data: RunData) -> str:
    return figure_svg(expressions.draw(run_data), "faces")


@pytest.fixture(scope="module")
def curves(run_data: RunData) -> str:
    return figure_svg(activation_curves.draw(run_data), "curves")


def test_the_same_figure_gives_the_same_text(run_data: RunData, curves: str):
    assert figure_svg(activation_curves.draw(run_data), "curves") == curves


def test_it_is_well_formed_and_carries_no_date(curves: str):
    root = ElementTree.fromstring(curves)
    assert root.tag == f"{SVG}svg"
    assert not re.search(r"\d{4}-\d{2}-\d{2}T", curves)


def test_colours_follow_the_reader_not_the_file(curves: str, faces: str):
    assert ALERT not in faces.split("</style>")[1]
    style = ElementTree.fromstring(curves).find(f".//{SVG}style")
    assert style is not None
    assert "prefers-color-scheme:dark" in style.text
    drawn = curves.replace(style.text, "")
    for colour in (INK, MUTED, RULE, PAPER):
        assert colour not in drawn
    for variable in re.findall(r"var\((--\w+)\)", drawn):
        assert style.text.count(f"{variable}:#") == 2, f"{variable} needs a light and a dark value"


def test_labels_stay_text(curves: str):
    words = {"".join(node.itertext()).strip() for node in ElementTree.fromstring(curves).iter(f"{SVG}text")}
    assert {"activation (logit)", "happiness", "not recognised"} <= words


def test_numbers_on_dark_cells_stay_white_in_the_dark(run_data: RunData):
    text = figure_svg(effect_map.draw(run_data), "map")
    assert "fill: #ffffff" in text


def test_pictures_inside_are_webp_of_the_faces(faces: str):
    pictures = re.findall(r"data:image/(\w+);base64,([A-Za-z0-9+/=]+)", faces)
    assert {kind for kind, _ in pictures} == {"webp"}
    assert len(pictures) >= 1
    with Image.open(io.BytesIO(base64.b64decode(pictures[0][1]))) as image:
        assert image.size[0] >= 48


def test_an_empty_figure_is_no_error():
    text = figure_svg(Figure(figsize=(1, 1)), "empty")
    assert ElementTree.fromstring(text).get("viewBox") == "0 0 72 72"


def test_a_data_uri_decodes_to_the_text(curves: str):
    head, body = svg_uri(curves).split(",")
    assert head == "data:image/svg+xml;base64"
    assert base64.b64decode(body).decode() == curves


def test_a_drawn_picture_survives_the_change_of_format():
    figure = Figure(figsize=(2, 2))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(np.full((20, 20, 3), (0.8, 0.2, 0.1)))
    text = figure_svg(figure, "red")
    (body,) = re.findall(r"data:image/webp;base64,([A-Za-z0-9+/=]+)", text)
    with Image.open(io.BytesIO(base64.b64decode(body))) as image:
        middle = np.asarray(image.convert("RGB"))[image.size[1] // 2, image.size[0] // 2]
    assert np.abs(middle - np.array([204, 51, 26])).max() <= 8
