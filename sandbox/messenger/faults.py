"""Trouble on demand that only Messenger has, beside what sandbox/graph/faults.py offers every platform of Meta.

`too_fast` shuts the Page out for `retry_after_s`, which the platform tells in whole minutes.
"""

import math

from sandbox.graph.faults import Refusal
from sandbox.messenger import failures

REFUSALS: dict[str, Refusal] = {
    "too_fast": lambda fault: failures.too_fast(regain_min=math.ceil(fault.retry_after_s / 60)),
    "window": lambda _: failures.window_closed(),
    "blocked": lambda _: failures.unavailable_person(),
    "stranger": lambda _: failures.stranger(),
}
