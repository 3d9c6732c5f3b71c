"""A server on loopback that gives a file well, slowly, torn, or not at all, as the hosts of published files do."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

QUOTA_PAGE = "<html><title>Google Drive - Quota exceeded</title><p>Too many users have viewed or downloaded this file."
QUESTION_PAGE = (
    '<html><title>Google Drive - Virus scan warning</title><form id="download-form" action="/download" method="get">'
    '<input type="hidden" name="id" value="{id}"><input type="hidden" name="confirm" value="t">'
    '<input type="hidden" name="uuid" value="1-2-3"><input type="submit" value="Download anyway"></form>'
)


@dataclass
class FileHost:
    """What the server does, and what it was asked.

    Attributes:
        content: of the file.
        tag: its version; empty: none is sent.
        cut: of the next answers, the bytes after which each connection is closed.
        page: sent instead of the file; `question`: Google's page, until its form is sent.
        status: of every answer that is no part of a file.
        pause: seconds between two bytes.
        lengths: whether the size is told.
        moved: where requests are sent to instead.
        asked: path and range of each request.
    """

    content: bytes
    tag: str = '"one"'
    cut: list[int] = field(default_factory=list)
    page: str = ""
    status: int = 200
    pause: float = 0.0
    lengths: bool = True
    moved: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(host: FileHost) -> Iterator[FileHost]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, self.headers.get("Range", "")))
            if host.moved:
                self.send_response(302)
                self.send_header("Location", host.moved)
                self.end_headers()
            elif host.page and not (host.page == "question" and "uuid=1-2-3" in self.path):
                self._page(QUESTION_PAGE if host.page == "question" else host.page)
            elif host.status != 200:
                self.send_error(host.status)
            else:
                self._file()

        def _page(self, text: str) -> None:
            self.send_response(host.status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def _file(self) -> None:
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            begin = int(asked[1]) if asked and self.headers.get("If-Range") == host.tag else 0
            if begin > len(host.content):
                self.send_error(416)
                return
            self.send_response(206 if begin else 200)
            self.send_header("Content-Type", "application/octet-stream")
            if host.tag:
                self.send_header("ETag", host.tag)
            if begin:
                self.send_header("Content-Range", f"bytes {begin}-{len(host.content) - 1}/{len(host.content)}")
            if host.lengths:
                self.send_header("Content-Length", str(len(host.content) - begin))
            self.end_headers()
            rest = host.content[begin:]
            if host.cut:
                rest = rest[: host.cut.pop(0)]
            if not host.pause:
                self.wfile.write(rest)
                return
            for byte in rest:
                time.sleep(host.pause)
                self.wfile.write(bytes([byte]))
                self.wfile.flush()

        def log_message(self, *words: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
