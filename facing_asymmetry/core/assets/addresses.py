"""Files at the addresses where their authors publish them: fetched by HTTPS, resumed, and never a web page.

Google Drive, GitHub and Hugging Face all give a file for a GET of one address, so that neither `gdown` nor
`huggingface_hub` is needed; the one special case is Google's page of questions about large files.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urljoin, urlsplit

from facing_asymmetry.core.assets.bounded_answers import SLOWEST
from facing_asymmetry.core.assets.cache import make_folder
from facing_asymmetry.core.assets.progress import Advance, Progress, console_progress
from facing_asymmetry.core.errors import AssetError, ConfigError, clipped
from facing_asymmetry.core.files import write_atomically
from facing_asymmetry.core.names import ADDRESS

if TYPE_CHECKING:
    from requests import Response, Session

LARGEST: Final = 2 << 30
"""Bytes of the largest file."""

PAGE_BYTES: Final = 1 << 18
"""Bytes of a web page that are read."""

PATIENCE: Final = 30.0
"""Seconds to wait for the next bytes of a server."""

ATTEMPTS: Final = 3
"""Times that a download is begun or continued in one call."""

BLOCK: Final = 1 << 16

QUOTA: Final = re.compile(r"quota exceeded|too many users have viewed or downloaded|download quota", re.IGNORECASE)


@dataclass(frozen=True)
class Hosts:
    """Where the short forms of an address lead.

    Attributes:
        drive: Google's server of files.
        hub: Hugging Face, or a mirror of it.
    """

    drive: str = "https://drive.usercontent.google.com"
    hub: str = "https://huggingface.co"


def full_address(address: str, hosts: Hosts | None = None) -> str:
    """The address that a GET takes.

    Raises:
        ConfigError: it is of no known form.
    """
    hosts, (kind, _, rest) = hosts or Hosts(), address.partition(":")
    if not ADDRESS.fullmatch(address):
        raise ConfigError(f"{address!r} is no address; write gdrive:NUMBER, hf:OWNER/NAME/FILE or https://...")
    if kind == "gdrive":
        return f"{hosts.drive}/download?{urlencode({'id': rest, 'export': 'download', 'confirm': 't'})}"
    if kind == "hf":
        owner, name, file = rest.split("/", 2)
        return f"{hosts.hub}/{owner}/{name}/resolve/main/{quote(file)}"
    return address


def download_file(
    url: str, target: Path, title: str, progress: Progress = console_progress, patience: float = PATIENCE
) -> None:
    """Bring one file, going on from what an earlier call left in `TARGET.part`.

    Args:
        url: of the file.
        target: where it goes, whole or not at all.
        title: what it is, for messages and the progress.
        progress: how to report.
        patience: seconds to wait for the next bytes, and seconds after which a very slow server is given up.

    Raises:
        AssetError: no network, a web page, too large, too slow, or the answers ended before the file did. What has
            arrived is kept, and the next call continues from there if the server's file is still the same.
    """
    import requests
    from urllib3.exceptions import HTTPError

    make_folder(target.parent)
    partial = _Partial(target.with_name(f"{target.name}.part"), url)
    with requests.Session() as session:
        for attempt in range(ATTEMPTS):
            try:
                if _continue(session, partial, title, progress, patience):
                    partial.path.replace(target)
                    partial.forget()
                    return
            except (requests.RequestException, HTTPError, OSError) as error:
                words = f"{type(error).__name__}: {clipped(error, 200)}"
                if attempt == ATTEMPTS - 1:
                    raise AssetError(f"cannot download {title}: {words}. {partial.left()}") from error
            time.sleep(0.2 * 2**attempt)
    raise AssetError(f"the download of {title} ended {ATTEMPTS} times before the file did. {partial.left()}")


class _Partial:
    """What has come of a file, and which file of the server's it belongs to."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url, self.note = path, url, path.with_name(path.name + ".json")

    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def version(self) -> str:
        """The server's name for the file's version (its ETag); empty where it gave none or the address differs."""
        try:
            known = json.loads(self.note.read_bytes())
            return str(known["version"]) if known["url"] == self.url else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def remember(self, version: str) -> None:
        write_atomically(self.note, json.dumps({"url": self.url, "version": version}))

    def forget(self) -> None:
        self.note.unlink(missing_ok=True)

    def left(self) -> str:
        size = self.size()
        return f"{size:,} bytes are kept: the same command goes on from there." if size and self.version() else ""


def _continue(session: "Session", partial: _Partial, title: str, progress: Progress, patience: float) -> bool:
    """One more answer; whether the file is whole now."""
    version = partial.version()
    have = partial.size() if version else 0
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": version}
    with _opened(session, partial.url, headers, title, patience) as answer:
        begin = _begin(answer)
        if answer.status_code == 416 or begin not in (0, have):
            partial.forget()
            return False
        length = answer.headers.get("Content-Length", "")
        total = begin + int(length) if length.isdigit() else None
        if total is not None and total > LARGEST:
            raise AssetError(f"{title} has {total:,} bytes; at most {LARGEST:,} are taken")
        partial.remember(_version(answer))
        with progress(title, total) as shown:
            if begin:
                shown.update(begin)
            size = _append(answer, partial.path, begin, title, shown, patience)
    return size == total if total is not None else True


def _begin(answer: "Response") -> int:
    """The byte of the file that an answer begins with."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if answer.status_code == 206 and found else 0


def _version(answer: "Response") -> str:
    """A strong ETag, or the time of the last change: what `If-Range` takes."""
    tag = str(answer.headers.get("ETag", ""))
    return tag if tag.startswith('"') else str(answer.headers.get("Last-Modified", ""))


def _append(answer: "Response", path: Path, begin: int, title: str, shown: Advance, patience: float) -> int:
    """Write an answer's bytes from `begin` on, and return the size of what is there then."""
    size, began = begin, time.monotonic()
    with path.open("r+b" if begin else "wb") as file:
        file.seek(begin)
        file.truncate()
        while block := answer.raw.read1(BLOCK):  # what is there, so that a slow server is noticed
            size += len(block)
            if size > LARGEST:
                raise AssetError(f"{title} has more than the {LARGEST:,} bytes that are taken")
            file.write(block)
            shown.update(len(block))
            seconds = time.monotonic() - began
            if seconds > patience + (size - begin) / SLOWEST:
                raise AssetError(f"the server of {title} is too slow: {size - begin:,} bytes in {seconds:.0f} s")
    return size


def _opened(session: "Session", url: str, headers: Mapping[str, str], title: str, patience: float) -> "Response":
    """The server's answer that holds the file; Google's page of questions is answered once.

    Raises:
        AssetError: it holds a web page, or the server refuses.
    """
    for may_ask in (True, False):
        answer = session.get(url, headers=dict(headers), stream=True, timeout=patience)
        if url.startswith("https:") and not answer.url.startswith("https:"):
            raise AssetError(f"the address of {title} leads to {clipped(answer.url)}, which is not HTTPS")
        if answer.status_code == 416:
            return answer
        if "text/html" not in answer.headers.get("Content-Type", ""):
            if answer.status_code in (200, 206):
                return answer
            raise AssetError(f"{urlsplit(url).netloc} answers {answer.status_code} for {title}: is it still published?")
        page = next(answer.iter_content(PAGE_BYTES), b"").decode("utf-8", "replace")
        answer.close()
        url = _DriveForm.answered(page, answer.url) if may_ask else ""
        if not url:
            break
    raise AssetError(_refusal(page, title, urlsplit(answer.url).netloc))


def _refusal(page: str, title: str, host: str) -> str:
    by_hand = "or download it in a browser and run: facing-asymmetry classifiers import NAME FILE"
    if QUOTA.search(page):
        return f"Google lets nobody download {title} for now (its daily quota is used up): try tomorrow, {by_hand}"
    words = re.search(r"<title[^>]*>(.*?)</title>", page, re.DOTALL | re.IGNORECASE)
    said = f" ({clipped(words[1].strip())})" if words else ""
    return f"{host} answers with a web page{said} instead of {title}; open it in a browser to see why, {by_hand}"


class _DriveForm(HTMLParser):
    """The form by which Google asks whether a file that it cannot scan is to be downloaded anyway."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.fields, self._inside = "", dict[str, str](), False

    @classmethod
    def answered(cls, page: str, url: str) -> str:
        """The address that the form leads to, on the same host or one of Google's; empty where there is none."""
        form = cls()
        form.feed(page)
        if not form.action:
            return ""
        target = urlsplit(urljoin(url, form.action))
        same = target.netloc == urlsplit(url).netloc or (target.hostname or "").endswith(".google.com")
        return f"{target.geturl()}?{urlencode(form.fields)}" if same and target.scheme in ("https", "http") else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the form's address and its hidden fields."""
        named: dict[str, Any] = {name: value or "" for name, value in attrs}
        if tag == "form" and named.get("id") == "download-form":
            self.action, self._inside = named.get("action", ""), True
        elif tag == "input" and self._inside and named.get("type") == "hidden" and named.get("name"):
            self.fields[named["name"]] = named.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the form."""
        self._inside = self._inside and tag != "form"
