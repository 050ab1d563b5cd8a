"""The closed set of ways in which a messenger can fail us; each class says what the caller does next.

    ChannelError
    ├── Unauthentic        a webhook whose signature or secret is wrong: 401, nothing is stored
    ├── Unreadable         a webhook whose body is not what the platform documents: 400, nothing is stored
    └── SendFailure        a message did not go out
        ├── Throttled      wait until ``until``, then the same message again
        ├── Transient      try again soon, a limited number of times
        ├── Unclear        it may have gone out; tried again all the same (messages are at-least-once)
        ├── ChannelDown    the whole account is stopped (revoked token, ban): pause the channel, tell staff
        ├── PermanentUser  this customer cannot be reached: stop writing to the chat until they write again
        ├── PermanentContent  this message can never be sent: record it, tell staff, go on with the next one
        └── WindowClosed   the platform's time for answering has passed: only an approved template may go

A channel raises nothing else. The text of a failure is for staff and logs: no token, no card number, no phone.
"""

from datetime import datetime
from typing import Literal


class ChannelError(Exception):
    """Something between us and a messenger went wrong."""


class Unauthentic(ChannelError):
    """The webhook does not prove that it comes from the platform."""


class Unreadable(ChannelError):
    """The webhook's body cannot be read. The text says what was expected; it never quotes the body."""


class SendFailure(ChannelError):
    """A message was not (or perhaps not) delivered to the platform. ``code`` is the platform's own, for staff."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.reason = reason
        self.code = code


class Throttled(SendFailure):
    """Too fast. Nothing goes to the chat (or, for scope ``account``, to anybody) before ``until`` (UTC)."""

    def __init__(
        self,
        until: datetime,
        reason: str = "too many messages",
        code: str = "",
        scope: Literal["chat", "account"] = "chat",
    ) -> None:
        super().__init__(reason, code)
        self.until = until
        self.scope = scope


class Transient(SendFailure):
    """The platform is having a moment: a 5xx, a connection that could not be made."""


class Unclear(SendFailure):
    """The request left and no answer came back."""


class ChannelDown(SendFailure):
    """No message of this account can go out until a person has looked."""


class PermanentUser(SendFailure):
    """Blocked, deactivated, unknown chat."""


class PermanentContent(SendFailure):
    """The platform refuses this very message."""


class WindowClosed(SendFailure):
    """The customer wrote too long ago for a free-form answer."""
