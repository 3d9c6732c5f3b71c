"""A package index and an npm registry on loopback that serve archives made by a test, and count downloads."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def tar_gz(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def wheel(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class LocalRegistry:
    """Serves `archives` (file name -> bytes) of one project called `toy`, version 1.0, as PyPI and npm do."""

    def __init__(self, archives: dict[str, bytes]) -> None:
        self.archives = archives
        self.downloads: list[str] = []
        self.lying_digest: str | None = None
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "LocalRegistry":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path
        if path.rstrip("/") == "/simple/toy":
            self._send(request, self._page(), "text/html")
        elif path == "/toy":
            self._send(request, self._packument(), "application/json")
        elif path.startswith("/files/") and (name := path.removeprefix("/files/")) in self.archives:
            self.downloads.append(name)
            self._send(request, self.archives[name], "application/octet-stream")
        else:
            request.send_error(404)

    def _page(self) -> bytes:
        links = (
            f'<a href="{self.url}/files/{name}#sha256={self.lying_digest or sha256(content)}">{name}</a>'
            for name, content in self.archives.items()
        )
        return f"<html><body>{''.join(links)}</body></html>".encode()

    def _packument(self) -> bytes:
        content = self.archives["toy-1.0.0.tgz"]
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
        dist = {
            "tarball": f"{self.url}/files/toy-1.0.0.tgz",
            "integrity": integrity,
            "shasum": hashlib.sha1(content).hexdigest(),
        }
        version = {"name": "toy", "version": "1.0.0", "dist": dist}
        return json.dumps({"name": "toy", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}).encode()

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, body: bytes, kind: str) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
