"""A stand-in for Kaggle on the loopback, to which the real client comes through HTTP_PROXY.

It answers every request itself and opens no connection of its own, so nothing gets out to the network.
"""

import io
import itertools
import json
import os
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tiktok.acquire import kaggle as kaggle_room

API = "http://localhost/api/v1/datasets.DatasetApiService/"
STORAGE = "http://localhost/storage/archive.zip?signature=not-for-your-eyes"
METADATA = json.dumps({"info": {"licenses": [{"name": "CC0-1.0"}]}}).encode()
PATIENCE_SECONDS = 30
SILENT_SECONDS = 5.0  # longer than the client takes to start


class KaggleServer(ThreadingHTTPServer):
    """Holds what to answer and what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.downloads: list[Callable] = []  # an answer a request; the last one stays
        self.metadata: list[Callable] = [page(METADATA, "application/json")]
        self.storage: dict[str, Callable] = {}
        self.asked: list[str] = []
        self.authorized: list[str | None] = []
        self.strangers: list[str] = []
        self.half_way = threading.Event()  # some bytes have been sent and no more will come
        self.hung_up = threading.Event()  # the client's end of such a connection is gone
        self.asking = itertools.count(1)  # `next` is atomic
        self.both_here = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def count(self, request: str) -> int:
        return self.asked.count(request)

    def handle_error(self, request, client_address):
        """A client that was ended breaks the connection; that is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: KaggleServer

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = self.path.removeprefix(API)
        self.server.asked.append(request)
        self.server.authorized.append(self.headers["Authorization"])
        if request == "GetDatasetMetadata":
            _next(self.server.metadata)(self, body)
        elif request == "DownloadDataset":
            _next(self.server.downloads)(self, body)
        else:
            self._refuse_stranger()

    def do_GET(self):
        answer = self.server.storage.get(urlsplit(self.path).query)
        if self.path.startswith("http://localhost/storage/") and answer is not None:
            answer(self, {})
        else:
            self._refuse_stranger()

    def do_CONNECT(self):
        self._refuse_stranger()

    def _refuse_stranger(self):
        self.server.strangers.append(f"{self.command} {self.path}")
        page(b"", "text/plain", status=502)(self, {})

    def log_message(self, *_):
        pass


@contextmanager
def loopback_kaggle(monkeypatch, home) -> Iterator[KaggleServer]:
    """Kaggle on the loopback; the client knows no account, and waiting is short."""
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("KAGGLE_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("TIKTOK_DATA_DIR", raising=False)
    monkeypatch.setattr(kaggle_room, "SILENT_SECONDS", SILENT_SECONDS)
    monkeypatch.setattr(kaggle_room, "RETRY_WAITS", (0.0, 0.0))
    with running_server() as server:
        for name, value in environment(server, home).items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        yield server
        assert server.strangers == []


@contextmanager
def running_server() -> Iterator[KaggleServer]:
    """A server that answers until the block is left."""
    with KaggleServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def environment(server: KaggleServer, home) -> dict[str, str | None]:
    """Variables (None: unset) by which the client finds this server, no account and no way around."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), server.address)
    return proxies | {
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
        "HOME": str(home),
        "XDG_CONFIG_HOME": None,
        "NO_PROXY": None,
        "no_proxy": None,
        "ALL_PROXY": None,
        "all_proxy": None,
    }


def zipped(files: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive that holds these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def page(content: bytes, kind: str, *, status: int = 200) -> Callable:
    """Answer with this, at once."""

    def answer(handler, _body):
        _start(handler, status, kind, len(content))
        handler.wfile.write(content)

    return answer


def refusal(status: int) -> Callable:
    """Answer as Kaggle's servers do when they refuse or fail."""
    return page(b"", "text/plain", status=status)


def archive(content: bytes) -> Callable:
    """Answer as Kaggle does: with the signed address where the archive lies."""
    return _redirect("archive", page(content, "application/zip"))


def gone() -> Callable:
    """The signed address no longer holds."""
    return _redirect("gone", refusal(410))


def half(content: bytes) -> Callable:
    """Send half of what was announced, then nothing until the other end goes."""

    def answer(handler, _body):
        _start(handler, 200, "application/zip", len(content))
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.server.half_way.set()
        handler.connection.settimeout(PATIENCE_SECONDS)
        try:
            ended = handler.connection.recv(1) == b""
        except ConnectionError:
            ended = True
        if ended:
            handler.server.hung_up.set()
        handler.close_connection = True

    return answer


def cut_off(content: bytes) -> Callable:
    """Send half of what was announced and close the connection."""

    def answer(handler, _body):
        _start(handler, 200, "application/zip", len(content))
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    return answer


def together(then: Callable) -> Callable:
    """Answer only when a second client is asking, too, or has asked."""

    def answer(handler, body):
        if next(handler.server.asking) > 1:
            handler.server.both_here.set()
        handler.server.both_here.wait(PATIENCE_SECONDS)
        then(handler, body)

    return answer


def by_dataset(answers: Mapping[str, Callable]) -> Callable:
    """Answer each dataset in its own way."""

    def answer(handler, body):
        answers[f"{body['ownerSlug']}/{body['datasetSlug']}"](handler, body)

    return answer


def _next(answers: list[Callable]) -> Callable:
    return answers.pop(0) if len(answers) > 1 else answers[0]


def _redirect(key: str, then: Callable) -> Callable:
    def answer(handler, body):
        query = urlsplit(STORAGE).query + f"&{key}={'-'.join(map(str, body.values()))}"
        handler.server.storage[query] = then
        handler.send_response(302)
        handler.send_header("Location", STORAGE.split("?")[0] + "?" + query)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def _start(handler: BaseHTTPRequestHandler, status: int, kind: str, length: int) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()
