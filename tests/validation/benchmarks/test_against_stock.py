"""The benchmark measures what it says."""

import json

import pytest

from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.rendering import Scene
from facing_asymmetry.validation.benchmarks.against_stock import benchmark_rendering
from facing_asymmetry.validation.benchmarks.faces import BenchmarkFace
from tests.rendering.synthetic import synthetic_face


def small() -> BenchmarkFace:
    face = synthetic_face(4)
    return BenchmarkFace(face.surface, face.landmarks, face.identity(0), face.rest + 0.0)


def test_times_and_ratios_are_positive_and_belong_together():
    result = benchmark_rendering(small(), Scene(image_size=48), frames=4, repeats=3, stock_repeats=1)
    for key in ("rasterise", "frame", "frame_grad"):
        assert 0 < result[f"{key}_ms"] < result[f"stock_{key}_ms"]
        assert result[f"{key}_ratio"] == pytest.approx(result[f"stock_{key}_ms"] / result[f"{key}_ms"])
    for key in ("frame", "frame_grad"):
        assert 0 < result[f"{key}_plain_ms"] < result[f"stock_{key}_ms"]
        assert result[f"{key}_plain_ratio"] == pytest.approx(result[f"stock_{key}_ms"] / result[f"{key}_plain_ms"])
    assert 0.2 < result["covered"] < 0.9
    assert json.loads(json.dumps(result)) == result
    assert result["faces"] == 3072


def test_no_frames_are_refused():
    with pytest.raises(ConfigError, match="at least 1"):
        benchmark_rendering(small(), frames=0)
