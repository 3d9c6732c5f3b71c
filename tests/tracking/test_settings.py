import pytest

from facing_asymmetry.config import read_config
from facing_asymmetry.core.errors import ConfigError
from tests.app.composing import composed


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("tracking.mode=onlin", "did you mean 'online'"),
        ("tracking.name=mlflow", "allowed: none, wandb"),
        ("tracking.timeout=0", "must be above 0 seconds"),
        ("tracking.timeout=soon", "tracking.timeout"),
        ("tracking.tags=['']", "1 to 64 characters"),
    ],
)
def test_what_tracking_cannot_do_is_refused_by_its_key(override, words):
    with pytest.raises(ConfigError, match="tracking") as refused:
        read_config(composed("tracking=wandb", override))
    assert words in str(refused.value)


@pytest.mark.parametrize("choice", ["none", "wandb"])
def test_every_choice_sets_the_same_keys_and_is_offline(choice):
    values = composed(f"tracking={choice}")["tracking"]
    assert read_config(composed(f"tracking={choice}")).tracking.mode == "offline"
    assert set(values) == set(composed("tracking=wandb")["tracking"])
