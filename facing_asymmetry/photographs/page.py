"""The report of the photographs: one file that needs no network."""

import base64
import io
from collections.abc import Sequence
from importlib.resources import files

import jinja2
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from facing_asymmetry.photographs.measure import Failure, Measured
from facing_asymmetry.photographs.symmetry import TURNED


def render(
    measured: Sequence[Measured],
    failures: Sequence[Failure],
    measures: pd.DataFrame,
    slopes: pd.DataFrame,
    figure: Figure,
    *,
    synthetic: str,
    thumbnails: bool,
) -> str:
    """The page as text.

    Args:
        synthetic: where the dashed curves come from, or empty.
        thumbnails: whether the framed faces are embedded.
    """
    text = files("facing_asymmetry.photographs").joinpath("templates", "photographs.html.j2").read_text("utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    svg = drawn.getvalue()
    by = measures.groupby(["group", "emotion"])[["asymmetry_mm", "picture_asymmetry", "s"]]
    groups = by.agg(["mean", "std"]).round(3)
    groups.columns = [" ".join(column) for column in groups.columns]
    groups.insert(0, "photographs", by.size())
    return template.render(
        measured=len(measured),
        listed=len(measured) + len(failures),
        failures=failures,
        turned=int((measures["yaw"].abs() > TURNED).sum()),
        turn=TURNED,
        svg=svg[svg.index("<svg") :],
        alt="Logit of the posed emotion against measured symmetry, by classifier, emotion and group",
        synthetic_words=f"Dashes: mean over the synthetic faces of {synthetic} at full intensity." if synthetic else "",
        slopes=slopes.round(4).to_html(index=False, border=0, na_rep="-"),
        groups=groups.reset_index().to_html(index=False, border=0, na_rep="-"),
        crowded=[f"{m.photograph.path} ({m.faces})" for m in measured if m.faces > 1],
        pictures=[(_uri(m), str(m.photograph.path)) for m in measured] if thumbnails else [],
    )


def _uri(m: Measured) -> str:
    out = io.BytesIO()
    Image.fromarray(m.frame).resize((112, 112)).save(out, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
