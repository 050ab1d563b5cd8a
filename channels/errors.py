"""The closed set of ways in which a messenger can fail us; each class says what the caller does next.

    ChannelError
    ├── Unauthentic        a webhook whose signature or secret is wrong: 401, nothing is stored
    ├── Unreadable         a webhook whose body is not what the platform documents: 400, nothing is stored
    └── SendFailure        a message did not go out                                            retried  alarms
        ├── Throttled      wait until ``until``, then the same message again                      yes      no
        ├── Transient      try again soon, a limited number of times                              yes      no
        ├── Unclear        it may have gone out; tried again all the same (at-least-once)         yes      no
        ├── ChannelDown    the whole account is stopped (revoked token, ban): let it rest         yes      yes
        ├── PermanentUser  this customer cannot be reached until they write again                 no       no
        ├── PermanentContent  this message can never be sent; the next one goes on                no       yes
        └── WindowClosed   the time for answering has passed: only an approved template may go    no       yes

A channel raises nothing else. ``retried``: the same message goes out again. ``alarms``: staff are told, each time one
is raised for a retried failure, else when the message ends with it. ``words`` (channels.words) are said to a customer
who waits for the answer that cannot be shown. The text of a failure is for staff and logs: no token, no card number,
no phone.
"""

from datetime import datetime
from typing import ClassVar, Literal

from channels.words import Word


class ChannelError(Exception):
    """Something between us and a messenger went wrong."""


class Unauthentic(ChannelError):
    """The webhook does not prove that it comes from the platform."""


class Unreadable(ChannelError):
    """The webhook's body cannot be read. The text says what was expected; it never quotes the body."""


class SendFailure(ChannelError):
    """A message was not (or perhaps not) delivered to the platform. ``code`` is the platform's own, for staff."""

    retried: ClassVar[bool] = False
    alarms: ClassVar[bool] = False
    words: ClassVar[Word | None] = None

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.reason = reason
        self.code = code


class Throttled(SendFailure):
    """Too fast. Nothing goes to the chat (or, for scope ``account``, to anybody) before ``until`` (UTC)."""

    retried = True

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

    retried = True


class Unclear(SendFailure):
    """The request left and no answer came back."""

    retried = True


class ChannelDown(SendFailure):
    """No message of this account can go out until a person has looked."""

    retried = True
    alarms = True


class PermanentUser(SendFailure):
    """Blocked, deactivated, unknown chat."""


class PermanentContent(SendFailure):
    """The platform refuses this very message."""

    alarms = True
    words = "not_shown"


class WindowClosed(SendFailure):
    """The customer wrote too long ago for a free-form answer."""

    alarms = True
