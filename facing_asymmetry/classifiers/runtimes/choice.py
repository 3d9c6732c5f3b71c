"""Which runtime runs a network of a study, and what it can't be asked for; imports no runtime."""

from dataclasses import replace
from typing import Final

from facing_asymmetry.classifiers.record import ClassifierRecord
from facing_asymmetry.config import RunConfig
from facing_asymmetry.core.code import versions_of
from facing_asymmetry.core.errors import ConfigError
from facing_asymmetry.core.installed import require

CONVERTERS: Final = ("torch", "onnx", "onnxscript")
"""Packages that turn a network into the ONNX graph that a runtime reads."""


def with_runtime(record: ClassifierRecord, config: RunConfig) -> ClassifierRecord:
    """The record with the runtime of its run, where it names none itself.

    Raises:
        ConfigError: the runtime is not installed, or the run asks for what only torch does.
    """
    found = replace(record, runtime=record.runtime or config.classifier.runtime)
    if found.runtime == "torch":
        return found
    key = f"classifiers.{record.name}.runtime" if record.runtime else "classifier.runtime"
    for asked, why in (
        (config.derivative and "derivative = true", "which has no gradient"),
        (config.device != "cpu" and f"device = {config.device}", "which runs on a CPU"),
        (config.precision != "fp32" and f"precision = {config.precision}", "which computes in single precision"),
    ):
        if asked:
            raise ConfigError(f"{key} = {found.runtime!r}, {why}; {asked} needs {key}=torch")
    require(found.runtime, f"{key} = {found.runtime!r}")
    return found


def runtime_versions(runtime: str) -> dict[str, str]:
    """Versions of what converts and runs a network; none of torch, whose version every request has."""
    return {} if runtime in ("", "torch") else versions_of(runtime, *CONVERTERS)
