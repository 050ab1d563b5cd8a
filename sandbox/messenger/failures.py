"""How the Messenger Platform says no, beside what the Graph itself refuses.

GraphRefused
├── #100                 the call is wrong; the same call again is refused again
│   ├── 2018001 stranger     the page-scoped id is nobody's
│   └── others               which part of the message is missing, where the platform says it apart
├── #105, #194           a list with too many or too few elements
├── #10 / 2018278        window_closed: the person wrote too long ago
├── #551 / 1545041       unavailable_person: blocked the Page, or gone
└── #613                 too_fast
"""

import json

from sandbox.graph.failures import GraphRefused

NOT_SENT = 400


def bad(words: str, subcode: int | None = None) -> GraphRefused:
    return GraphRefused(NOT_SENT, 100, words, subcode=subcode)


def too_few(path: str) -> GraphRefused:
    return GraphRefused(NOT_SENT, 194, f"param {path} has too few elements.")


def too_many_elements(path: str) -> GraphRefused:
    return GraphRefused(NOT_SENT, 105, f"param {path} has too many elements.")


def stranger() -> GraphRefused:
    return bad("No matching user found", 2018001)


def window_closed() -> GraphRefused:
    return GraphRefused(NOT_SENT, 10, "This message is sent outside of allowed window.", subcode=2018278)


def unavailable_person() -> GraphRefused:
    return GraphRefused(NOT_SENT, 551, "This person isn't available right now.", subcode=1545041)


def too_fast(page: int = 0, regain_min: int = 0) -> GraphRefused:
    """The header of usage says for how many minutes the Page is shut out, and how much of its share it has used."""
    used = {"type": "messenger", "call_count": 100, "total_cputime": 25, "total_time": 25}
    usage = json.dumps({str(page): [used | {"estimated_time_to_regain_access": regain_min}]})
    headers = {"X-Business-Use-Case-Usage": usage}
    return GraphRefused(NOT_SENT, 613, "Calls to this api have exceeded the rate limit.", headers=headers)
