"""A collector of OpenTelemetry on the loopback: takes traces by OTLP over HTTP and reads them."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Takes what an exporter sends, and nothing else; ``raw`` is every byte."""

    def __init__(self) -> None:
        self.raw = b""
        self.paths: set[str] = set()
        self.spans: list[Span] = []
        self.roles: dict[str, set[bytes]] = {}  # the traces that each process had a part in
        self.whose: dict[bytes, str] = {}  # span -> process
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
                    self.whose |= {one.span_id: attribute.value.string_value for one in spans}
            self.spans += spans

    def named(self, name: str) -> Span:
        (found,) = [one for one in self.spans if one.name == name]
        return found

    def processes(self, trace: bytes) -> set[str]:
        return {role for role, traces in self.roles.items() if trace in traces}

    def drawn(self, trace: bytes) -> str:
        """The trace as a tree: the process, when it began and how long it took in milliseconds, what."""
        spans = sorted((one for one in self.spans if one.trace_id == trace), key=lambda one: one.start_time_unix_nano)
        inside = {one.span_id: one.parent_span_id for one in spans}
        lines = []
        for one in spans:
            depth, above = 0, one.parent_span_id
            while above in inside:
                depth, above = depth + 1, inside[above]
            begun = (one.start_time_unix_nano - spans[0].start_time_unix_nano) / 1e6
            took = (one.end_time_unix_nano - one.start_time_unix_nano) / 1e6
            about = " ".join(each.value.string_value for each in one.attributes if each.key == "action")
            what = f"{'  ' * depth}{one.name} {about}".rstrip()
            lines.append(f"{self.whose[one.span_id]:<14}{begun:>7.0f} {took:>6.0f}  {what}")
        return "\n".join(lines)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
