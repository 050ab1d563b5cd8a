"""How the Graph says no: one exception, with the code, the words and the details of its error object.

GraphRefused
├── 400 #100 invalid_parameter   the call is wrong; the same call again is refused again
├── 400 #2500 unknown_path       there is no such version, object or edge
├── 401 #190 bad_token           the access token is missing or cannot be one
├── 400 #33 / #100 no_object     the id in the path names nothing that this token may use
└── 500 #2 unavailable           later
A platform adds its own codes with `GraphRefused(status, code, message, details=...)`.
"""

from typing import Any


class GraphRefused(Exception):
    """Becomes `{"error": {"message","type","code","error_subcode"?,"error_data"?,"is_transient"?,"fbtrace_id"}}`.

    `words` is without the `(#code)` in front, which `message` gets. `data` becomes `error_data`.
    """

    def __init__(
        self,
        status: int,
        code: int,
        words: str,
        *,
        subcode: int | None = None,
        data: dict[str, Any] | None = None,
        kind: str = "OAuthException",
        transient: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words
        self.subcode, self.data, self.kind, self.transient = subcode, data, kind, transient
        self.headers = headers or {}

    def as_json(self, fbtrace_id: str) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self._message(), "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.data is not None:
            error["error_data"] = self.data
        if self.transient:
            error["is_transient"] = True
        return {"error": error | {"fbtrace_id": fbtrace_id}}

    def _message(self) -> str:
        """Trouble with a token is told without the number in front, as the platform does."""
        return self.words if self.code in (2, 190, 2500) else f"(#{self.code}) {self.words}"


def invalid_parameter(words: str, data: dict[str, Any] | None = None) -> GraphRefused:
    return GraphRefused(400, 100, words, data=data)


def unknown_path(path: str) -> GraphRefused:
    return GraphRefused(400, 2500, f"Unknown path components: {path}")


def bad_token(words: str = "Invalid OAuth access token - Cannot parse access token") -> GraphRefused:
    return GraphRefused(401, 190, words)


def no_object(verb: str, object_id: str) -> GraphRefused:
    """What an unknown id, and one that belongs to somebody else, are both answered with."""
    words = (
        f"Unsupported {verb.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation"
    )
    return GraphRefused(400, 100, words, subcode=33, kind="GraphMethodException")


def unavailable() -> GraphRefused:
    return GraphRefused(500, 2, "Service temporarily unavailable", transient=True)
