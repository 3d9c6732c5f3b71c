"""Answers of registries: indexes and archives of any shape, slow servers, and pip's settings."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from facing_asymmetry.core.assets import bounded_answers, fetch, registries
from facing_asymmetry.core.assets.progress import silent
from tests.hostile.frame import Member

SOURCE, MEMBER, CONTENT = "pypi:toy==1.0:toy-1.0.tar.gz", "toy-1.0/a.bin", b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
JSON = "application/vnd.pypi.simple.v1+json"


def tar(name=MEMBER, content=CONTENT, kind=None, size=None):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        if kind:
            entry.type, entry.linkname, entry.size = kind, "../../outside/secret", 0
        made.addfile(entry, io.BytesIO(content))
    whole = gzip.decompress(out.getvalue())
    if size is not None:
        whole = whole[:124] + f"{size:011o}".encode() + b"\0" + whole[136:]
        whole = whole[:148] + b"        " + whole[156:]
        whole = whole[:148] + f"{sum(whole[:512]):06o}\0 ".encode() + whole[156:]
    return gzip.compress(whole)


def bomb():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as made:
        entry = tarfile.TarInfo("zeros")
        entry.size = 1 << 29
        made.addfile(entry, _Zeros())
    return out.getvalue()


class _Zeros:
    def read(self, count):
        return bytes(count)


def page(archive, digest=None, name="toy-1.0.tar.gz"):
    digest = hashlib.sha256(archive).hexdigest() if digest is None else digest
    mark = f"#sha256={digest}" if digest else ""
    return f'<html><body><a href="/files/toy-1.0.tar.gz{mark}">{name}</a></body></html>'.encode()


def listed(archive, **changes):
    file = {
        "filename": "toy-1.0.tar.gz",
        "url": "/files/toy-1.0.tar.gz",
        "hashes": {"sha256": hashlib.sha256(archive).hexdigest()},
    }
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "toy", "files": [file], **changes}).encode()


def served(name, index=None, kind="text/html", archive=None, says="toy", code=2, headers=(), status=200):
    """A registry whose index and archive are these bytes, or functions that are given the open request."""

    def make(folder):
        content = (archive() if callable(archive) and archive.__code__.co_argcount == 0 else archive) or tar()
        front = index(content) if callable(index) and index.__code__.co_varnames[:1] == ("archive",) else index
        front = page(content if isinstance(content, bytes) else b"") if front is None else front

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = content if self.path.startswith("/files/") else front
                if callable(body):
                    body(self)
                    return
                self.send_response(200 if self.path.startswith("/files/") else status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for key, value in () if self.path.startswith("/files/") else headers:
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        os.environ["PIP_INDEX_URL"] = f"http://127.0.0.1:{server.server_port}/simple/"
        registries.ATTEMPTS, bounded_answers.PATIENCE = 1, 4.0
        return lambda: fetch(SOURCE, {MEMBER: SHA256}, folder / "into", progress=silent)

    return Member(f"registry: {name}", "registries", make, code=code, says=says)


def dripping(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    while True:
        request.wfile.write(b"<")
        request.wfile.flush()
        time.sleep(0.3)


def silence(request):
    time.sleep(60)


def endless(request):
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    while True:
        request.wfile.write(bytes(1 << 20))


def again(request):
    request.send_response(302)
    request.send_header("Location", request.path)
    request.end_headers()


def elsewhere(request):
    request.send_response(302)
    request.send_header("Location", "file:///etc/passwd")
    request.end_headers()


def cut(request):
    request.send_response(200)
    request.send_header("Content-Length", "1000000")
    request.end_headers()
    request.wfile.write(b"abc")
    request.close_connection = True


def settings(name, content, says="pip"):
    def make(folder):
        (folder / "pip.conf").write_bytes(content)
        os.environ["PIP_CONFIG_FILE"] = str(folder / "pip.conf")
        return lambda: fetch(SOURCE, {MEMBER: SHA256}, folder / "into", progress=silent)

    return Member(f"pip's settings: {name}", "registries", make, says=says)


def source(text):
    return Member(
        f"source: {text}",
        "registries",
        lambda folder: lambda: fetch(text, {MEMBER: SHA256}, folder / "into", progress=silent),
        says="NAME==VERSION",
    )


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(MEMBER, bytes(1 << 28))
    return out.getvalue()


def index(**changes):
    def made(archive):
        return listed(archive, **changes)

    return made


def without_digest(archive):
    return page(archive, "")


def lying(archive):
    return page(archive, "0" * 64)


def renamed(archive):
    return page(archive, name="\x1b[2J[/bold].tar.gz")


MEMBERS = [
    served("as it should be", code=0, says=""),
    served("an index without digests", without_digest, code=0, says=""),
    served("a lying digest", lying, says="digest"),
    served("an index that drips", dripping, says="bytes came in"),
    served("an index that says nothing", silence, says="bytes came in"),
    served("an index without end", endless, says="larger than an index"),
    served("an index that leads to itself", again, says="redirect"),
    served("an index that leads to a file", elsewhere),
    served("an index that is cut", cut),
    served("an empty index", b"", says="not among the files"),
    served("an index of nothing that is known", b"\xff\xfe\x00", "application/octet-stream"),
    served("an index of a picture", b"\x89PNG", "image/png"),
    served("an index of a kind with control characters", b"", "text/\x1b[2J[/bold]"),
    served("an index of names with control characters", renamed, says="not among the files"),
    served(
        "an index packed to far more",
        gzip.compress(bytes(1 << 28)),
        headers=[("Content-Encoding", "gzip")],
        says="larger",
    ),
    served("an index packed wrongly", b"no gzip", headers=[("Content-Encoding", "gzip")]),
    served("an error", b"", status=500),
    served("no such package", b"", status=404, says="no package"),
    served("an index that is no JSON", b"{", JSON),
    served("an index of deep JSON", b"[" * 1_000_000, JSON),
    served("an index of a number", b"7", JSON),
    served("an index of another version", index(meta={"api-version": "99.0"}), JSON),
    served("an index with a version of words", index(meta={"api-version": "[/bold]"}), JSON),
    served("an index with a version of nothing", index(meta=None), JSON),
    served("an index with files of a number", index(files=7), JSON),
    served("an index with files of numbers", index(files=[7]), JSON),
    served("an index with files of nothing", index(files=[{}]), JSON),
    served("an archive of noise", archive=bytes(range(256)) * 9, says="not a whole"),
    served("an archive that is cut", archive=lambda: tar()[:-20], says="whole"),
    served("an archive without the file", archive=lambda: tar("other"), says="does not contain"),
    served("an archive with another file", archive=lambda: tar(content=b"other"), says="SHA-256"),
    served("an archive with a link for the file", archive=lambda: tar(kind=tarfile.SYMTYPE), says="does not contain"),
    served("an archive with a device for the file", archive=lambda: tar(kind=tarfile.CHRTYPE), says="does not contain"),
    served("an archive with a file of gigabytes", archive=lambda: tar(size=1 << 32), says="whole"),
    served("an archive packed to far more", archive=bomb, says="promises more"),
    served("a zip archive packed to far more", archive=zipped, says="is not unpacked"),
    settings("binary", bytes(range(256))),
    settings("no section", b"index-url = x\n"),
    settings("a section that does not end", b"[global\nindex-url=x\n"),
    settings("an index that is no address", b"[global]\nindex-url = file:///etc/passwd\n", "cannot download"),
    source("npm:--evil@1"),
    source("npm:toy@--evil"),
    source("npm:@-x/y@1"),
    source("pypi:-x==1:x.tar.gz"),
    source("pypi:toy==1:../../outside/x"),
    source("npm:../../outside@1"),
]
