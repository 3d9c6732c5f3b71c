"""Facts of the records, recomputed from the built networks."""

from pathlib import Path

import pytest
import torch

from facing_asymmetry.classifiers import registry
from facing_asymmetry.classifiers.architectures.architecture import ARCHITECTURE_MODULES, find_layout
from facing_asymmetry.classifiers.listing import documented
from facing_asymmetry.classifiers.networks import complexity, untrained_network
from facing_asymmetry.core.errors import DataError
from tests.app.composing import composed
from tests.classifiers.ready import NAMES, classifier

PUBLISHED_NAMES = tuple(n for n in registry.names() if registry.record(n).options["loader"] == "published")
FER2013 = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
AFFECTNET = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger")


def shape(record):
    return int(record.options.get("channels") or len(record.mean)), record.input_size, record.input_size


@pytest.mark.parametrize("name", PUBLISHED_NAMES)
def test_parameters_and_operations_of_the_published_networks_are_those_recorded(name):
    record = registry.record(name)
    with torch.device("meta"):
        network = untrained_network(record).eval()
    found = complexity(network, shape(record))
    assert (found.parameters, found.flops) == (record.parameters, record.flops)


@pytest.mark.weights
@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_operations_of_the_fetched_networks_are_those_recorded(name):
    network = classifier(name)
    found = complexity(network.network, shape(network.record))
    assert (found.parameters, found.flops) == (network.record.parameters, network.record.flops)


@pytest.mark.parametrize("name", PUBLISHED_NAMES)
def test_every_published_network_has_an_architecture_a_layout_and_no_hash_that_was_never_seen(name):
    record = registry.record(name)
    assert record.options["architecture"] in ARCHITECTURE_MODULES
    assert find_layout(record.options["architecture"], record.options.get("layout", "")).container_key != ""
    assert [(w.source, w.sha256, w.size) for w in record.weights] == [("user", "", 0)]
    assert record.recognised == ()


def test_the_orders_of_labels_that_are_easily_mixed_up_are_kept_apart():
    labels = {name: registry.record(name).labels for name in registry.names()}
    assert labels["dan_affectnet7"] == AFFECTNET
    assert labels["dan_affectnet8"] == (*AFFECTNET, "contempt")
    assert labels["dan_rafdb"] == ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral")
    assert labels["efficientface_rafdb"] == labels["ddamfn_rafdb"] == AFFECTNET
    assert labels["resmasknet"] == labels["segmentation_vgg19"] == FER2013
    assert labels["emonext_tiny"] == labels["hsemotion_b2_7"] == tuple(sorted(AFFECTNET))
    assert labels["hsemotion_b0_8_vgaf"] == tuple(sorted((*AFFECTNET, "contempt")))


@pytest.mark.parametrize("name", [n for n in registry.names() if "contempt" in registry.record(n).labels])
def test_networks_with_contempt_are_those_of_affectnet_8(name):
    assert registry.record(name).training_set == "AffectNet-8"


def test_the_documentation_names_every_network():
    page = (Path(__file__).parents[2] / "docs" / "classifiers.md").read_text()
    assert not [name for name in registry.names() if f"`{name}`" not in page and name != "custom"]
    assert "own_classifier.md" in page
    assert documented(page) == page, "run python tools/classifier_tables.py"


def test_a_page_without_the_marks_of_a_table_is_refused():
    with pytest.raises(DataError, match="no marks of the table 'fetched'"):
        documented("# Classifiers")


def test_the_working_set_is_what_registries_hold_and_the_seventeen_are_not():
    assert set(composed("experiment=working_set")["classifiers"]) == set(NAMES)
    assert not set(composed("experiment=paper_17")["classifiers"]) & set(NAMES)
