"""Names in the authors' checkpoint files become names of our networks."""

import subprocess
import sys

import pytest
from torch import nn

from facing_asymmetry.classifiers.architectures.layouts import LAYOUTS
from facing_asymmetry.classifiers.complexity import Complexity, complexity


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
    assert LAYOUTS[architecture].parameter(key) == parameter


def test_the_registry_imports_no_network_before_it_is_built():
    published = "facing_asymmetry.classifiers.architectures.published"
    code = f"import sys, {published}; print({{'timm', 'torchvision'}} & {{*sys.modules}})"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "set()"


def test_a_convolution_costs_two_operations_per_multiply_add():
    convolution = nn.Conv2d(3, 4, 5, padding=2)
    assert complexity(convolution, (3, 8, 8)) == Complexity(4 * 3 * 25 + 4, 2 * 4 * 8 * 8 * 3 * 25)
