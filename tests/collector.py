"""A collector of OpenTelemetry on the loopback: takes traces by OTLP over HTTP and reads them."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Takes what an exporter sends, and nothing else; ``spans`` are by name, ``raw`` is every byte."""

    def __init__(self) -> None:
        self.raw = b""
        self.paths: set[str] = set()
        self.spans: list[Span] = []
        self.roles: dict[str, set[bytes]] = {}  # the traces that each process had a part in
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.take(self.path, gzip.decompress(body) if self.headers.get("content-encoding") else body)
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path: str, body: bytes) -> None:
        self.raw += body
        self.paths.add(path)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            spans = [one for scope in resource.scope_spans for one in scope.spans]
            for attribute in resource.resource.attributes:
                if attribute.key == "service.name":
                    self.roles.setdefault(attribute.value.string_value, set()).update(one.trace_id for one in spans)
            self.spans += spans

    def named(self, name: str) -> Span:
        (found,) = [one for one in self.spans if one.name == name]
        return found

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
