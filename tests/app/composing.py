"""Compose the real configuration, shrunk, without running Hydra's main."""

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import facing_asymmetry.app.overrides  # noqa: F401  (it registers what conf/ refers to)
from facing_asymmetry.core.conf_folder import conf_folder

TINY = ("debug=tiny",)


def composed(*overrides):
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        return OmegaConf.to_container(compose("config", overrides=list(overrides)), resolve=True)


def choices(group):
    return sorted(path.stem for path in (conf_folder() / group).glob("*.yaml"))
