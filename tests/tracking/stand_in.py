"""What answers W&B's real client on loopback and keeps what it sends.

It is no W&B server: tests that use it prove what the client sends, not what a server makes of it or shows.
"""

import base64
import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class StandIn(ThreadingHTTPServer):
    """A server on a free port.

    Attributes:
        mood: "takes" everything, "refuses" every key (401), "hangs" (takes connections and stays silent), or "stalls"
            (is there, but fails whatever a run sends, 503, which the client tries again and again).
        operations: (name, variables) of each GraphQL request; `uploads`: content by file name; `stream`: what runs
            sent of history and summary; `views`: saved workspaces; `requests`: how many of any kind.
    """

    daemon_threads = True

    def __init__(self, mood: str = "takes") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mood = mood
        self.operations: list[tuple[str, Json]] = []
        self.uploads: dict[str, bytes] = {}
        self.stream: list[Json] = []
        self.views: list[Json] = []
        self.requests = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""

    def asked(self, name: str) -> list[Json]:
        """Variables of each request of this name."""
        return [variables for found, variables in self.operations if found == name]

    def files(self, key: str) -> dict[str, Json]:
        """What the runs streamed into a file (`wandb-history.jsonl`, ...), lines by run."""
        found: dict[str, Json] = {}
        for post in self.stream:
            for name, part in post["body"].get("files", {}).items():
                if name == key:
                    found.setdefault(post["run"], []).extend(json.loads(line) for line in part["content"])
        return found


@contextmanager
def serving(mood: str = "takes") -> Iterator[StandIn]:
    server = StandIn(mood)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.server.requests += 1
        if self.server.mood == "hangs":
            self.server.ended.wait()
        self._answer({})

    def do_PUT(self) -> None:
        self.server.uploads[self.path.removeprefix("/put/")] = self._body()
        self._answer({})

    def do_POST(self) -> None:
        self.server.requests += 1
        body = self._body()
        if self.server.mood == "refuses":
            self._answer({}, 401)
        elif self.server.mood == "stalls":
            self._answer({}, 503)
        elif self.path.endswith("/file_stream"):
            self.server.stream.append({"run": self.path.split("/")[-2], "body": json.loads(body)})
            self._answer({"exitcode": None, "limits": {}})
        elif self.path == "/graphql":
            asked = json.loads(body)
            name = asked.get("operationName") or re.search(r"(?:query|mutation)\s+(\w+)", asked["query"]).group(1)
            variables = asked.get("variables") or {}
            self.server.operations.append((name, variables))
            self._answer({"data": _data(name, variables, self.server)})
        else:
            self._answer({})

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def _answer(self, value: Json, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _data(name: str, v: Json, server: StandIn) -> Json:
    """The least that makes the client go on; an operation that isn't here needs no answer."""
    project = {"id": "UDox", "name": v.get("project") or "p", "entity": {"id": "RTox", "name": "team"}}
    if name in ("Viewer", "GetDefaultEntity"):
        return {"viewer": {"id": "VTox", "entity": "team", "username": "ci", "flags": "{}", "teams": {"edges": []}}}
    if name == "UpsertBucket":
        run = v.get("name") or "r"
        identity = base64.b64encode(f"Run:v1:{run}:p:team".encode()).decode()
        bucket = {"id": identity, "name": run, "displayName": run, "config": "{}", "historyLineCount": 0}
        return {"upsertBucket": {"bucket": {**bucket, "project": project}, "inserted": True}}
    if name == "CreateRunFiles":
        files = [{"name": file, "uploadUrl": f"{server.url}/put/{file}"} for file in v["files"]]
        return {"createRunFiles": {"runID": "x", "uploadHeaders": [], "files": files}}
    if name == "CreateArtifact":
        identity = base64.b64encode(f"Artifact:{v['input']['artifactCollectionName']}".encode()).decode()
        sequence = {"id": f"S{identity}", "latestArtifact": None}
        return {"createArtifact": {"artifact": {"id": identity, "state": "PENDING", "artifactSequence": sequence}}}
    if name == "CreateArtifactManifest":
        place = f"{_artifact(v['artifactID'])}/manifest"
        return {"createArtifactManifest": {"artifactManifest": {"id": "TTox", "file": _file(place, v["name"], server)}}}
    if name == "CreateArtifactFiles":
        nodes = [_file(_artifact(f["artifactID"]), f["name"], server) for f in v["input"]["artifactFiles"]]
        for node, file in zip(nodes, v["input"]["artifactFiles"], strict=True):
            node |= {"artifact": {"id": file["artifactID"]}, "storagePath": node["name"], "uploadMultipartUrls": None}
        return {"createArtifactFiles": {"files": {"edges": [{"node": node} for node in nodes]}}}
    if name == "CommitArtifact":
        return {"commitArtifact": {"artifact": {"id": v["artifactID"], "digest": "d"}}}
    if name == "UseArtifact":
        return {"useArtifact": {"artifact": {"id": "QTox"}}}
    if name == "UpsertView2":
        server.views.append(v)
        view = {"id": v.get("id") or f"Vmlldzo{len(server.views)}", "name": v["name"]}
        return {"upsertView": {"view": view, "inserted": "id" not in v}}
    if name == "View":
        saved = server.views[-1]
        node = {"id": "Vmlldzo1", "displayName": saved["displayName"], "spec": saved["spec"]}
        return {"project": {"allViews": {"edges": [{"node": node}]}}}
    return {"model": None, "serverInfo": {"features": []}}


def _artifact(identity: str) -> str:
    return base64.b64decode(identity).decode().removeprefix("Artifact:")


def _file(place: str, name: str, server: StandIn) -> Json:
    url = f"{server.url}/put/{place}/{name}"
    return {"id": "RDox", "name": name, "displayName": name, "uploadUrl": url, "uploadHeaders": []}
