"""Where `conf/` lies: inside the installed package, or beside it in a source tree."""

from pathlib import Path

from facing_asymmetry.core.errors import ConfigError


def conf_folder() -> Path:
    """The folder of configuration files; `ConfigError` where the installation lacks it."""
    package = Path(__file__).resolve().parents[1]
    for root in (package, package.parent):
        if (root / "conf" / "config.yaml").is_file():
            return root / "conf"
    raise ConfigError(f"conf/config.yaml is neither in {package} nor in {package.parent}; is the installation whole?")


def main_config() -> Path:
    """The file that lists the parts of a run, with a comment about each."""
    return conf_folder() / "config.yaml"
