"""Names in the authors' checkpoint files become names of our networks."""

import subprocess
import sys

import pytest
from torch import nn

from facing_asymmetry.classifiers.architectures.architecture import find_layout
from facing_asymmetry.classifiers.networks import Complexity, complexity
from facing_asymmetry.core.errors import ConfigError


@pytest.mark.parametrize(
    ("architecture", "key", "parameter"),
    [
        ("poster2", "module.VIT.head.linear.weight", "VIT.head.linear.weight"),
        ("poster2", "VIT.head.linear.weight", "VIT.head.linear.weight"),
        ("efficientface", "module.fc.bias", "fc.bias"),
        ("hsemotion", "classifier.weight", "classifier.0.weight"),
        ("hsemotion", "classifier.0.weight", "classifier.0.weight"),
        ("emonext_ema", "ema_model.head.weight", "head.weight"),
        ("emonext_ema", "initted", None),
        ("emonext_ema", "online_model.head.weight", None),
        ("dan", "bn.running_var", "bn.running_var"),
    ],
)
def test_a_prefix_is_taken_off_and_what_is_no_parameter_is_left_out(architecture, key, parameter):
    name, _, averaged = architecture.partition("_")
    assert find_layout(name, architecture if averaged else "").parameter(key) == parameter


@pytest.mark.parametrize(
    ("name", "layout", "message"),
    [
        ("dna", "", "options.architecture 'dna' is unknown; did you mean 'dan'"),
        ("emonext", "ema", "options.layout 'ema' is not one of emonext's: emonext, emonext_ema"),
        ("faceapi", "", "not one of faceapi's: none"),
    ],
)
def test_an_unknown_architecture_or_layout_is_answered_with_those_there_are(name, layout, message):
    with pytest.raises(ConfigError, match=message):
        find_layout(name, layout)


def test_the_registry_imports_no_network_before_it_is_built():
    table = "facing_asymmetry.classifiers.architectures.architecture"
    code = f"import sys, {table}; print({{'torch', 'timm', 'torchvision'}} & {{*sys.modules}})"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_a_convolution_costs_two_operations_per_multiply_add():
    convolution = nn.Conv2d(3, 4, 5, padding=2)
    assert complexity(convolution, (3, 8, 8)) == Complexity(4 * 3 * 25 + 4, 2 * 4 * 8 * 8 * 3 * 25)
