"""How a request says that it has no effect, so that a login may send it once more with a new token.

A request that does not say so is taken for a posting and is sent once, whatever the core answers: a 401 comes before
any effect in most cores, but only the core could promise that.
"""

import httpx

NO_EFFECT = "teller.no_effect"  # a key of httpx's request extensions; true for questions


def may_be_repeated(request: httpx.Request) -> bool:
    return request.extensions.get(NO_EFFECT) is True
