"""A customer's phone, driven as its owner would: type, tap, share, and look at what comes.

It speaks to the sandbox's phones over HTTP, so everything between a thumb and the bank's books is the real thing.
"""

import time
from typing import Any

import httpx

PATIENCE_S = 60.0
# After a crash the leases of the dead process must run out first.
AFTER_A_CRASH_S = 150.0
LOOK_S = 0.05


class Phone:
    """One person with one chat with the bank's bot."""

    def __init__(
        self,
        url: str,
        phone: str = "+380501112233",
        language: str = "en",
        name: str = "Anna",
        channel: str = "telegram",
        person: int | None = None,
    ) -> None:
        self.channel, self.name = channel, name
        self.http = httpx.Client(base_url=f"{url}/sandbox", timeout=PATIENCE_S)
        body = {"first_name": name, "last_name": "Koval", "phone": phone, "language": language}
        self.phone = phone
        self.person = person if person is not None else self._post("/phones/people", body)["id"]
        self.bot = self._wait(self._bot, f"the bot never registered at {channel}")
        self.chat = f"/phones/{channel}/{self.person}/{self.bot}"
        self.seen = 0

    def start(self, payload: str = "") -> list[str]:
        """Press Start."""
        return self._then("messages", {"start": payload})

    def say(self, text: str) -> list[str]:
        """Type a message; the bot's answers."""
        return self._then("messages", {"text": text})

    def share_contact(self) -> list[str]:
        """Press the button that shares the own number, once it has come."""
        return self._then(*self._wait(lambda: self._place("kind", "contact"), "nobody asked for the number"))

    def tap(self, title: str) -> list[str]:
        """Tap the newest button of this title, wherever the messenger draws it; the bot's answers."""
        return self._then(*self.button(title))

    def say_unheard(self, text: str) -> None:
        """Type a message and look away."""
        self.seen = len(self.messages())
        self._post(f"{self.chat}/messages", {"text": text})

    def tap_at(self, place: tuple[str, dict[str, Any]]) -> None:
        """Tap a place again, whatever stands there now; does not wait."""
        path, body = place
        self.http.post(f"{self.chat}/{path}", json=body)

    def press(self, title: str) -> None:
        """Tap the newest button of this title and look away."""
        self.seen = len(self.messages())
        path, body = self.button(title)
        self._post(f"{self.chat}/{path}", body)

    def button(self, title: str) -> tuple[str, dict[str, Any]]:
        """Where the newest button of this title is, once it has come: under a message, in its list, on the keyboard."""
        place: tuple[str, dict[str, Any]] = self._wait(lambda: self._place("title", title), f"no button '{title}' in")
        return place

    def _place(self, key: str, value: str) -> tuple[str, dict[str, Any]] | None:
        for row, buttons in enumerate((self._page()["keyboard"] or {}).get("rows", [])):
            for column, button in enumerate(buttons):
                if button.get(key) == value:
                    return "presses", {"row": row, "column": column}
        for message in reversed(self.messages()):
            for row, buttons in enumerate(message.get("buttons") or []):
                for column, button in enumerate(buttons):
                    if button.get(key) == value:
                        return "taps", {"message": message["id"], "row": row, "column": column}
                    for entry, listed in enumerate(button.get("rows") or []):
                        if listed.get(key) == value:
                            return "taps", {"message": message["id"], "row": entry, "column": 0}
        return None

    def code(self) -> str:
        """The code of the newest SMS."""
        words: str = self._wait(self._newest_sms, "no SMS came")
        return next(
            word.strip(".:,") for word in words.split() if word.strip(".:,").isdigit() and len(word.strip(".:,")) == 6
        )

    def newer_code(self, old: str) -> str:
        """The code of the newest SMS, once it is another than ``old``."""
        code: str = self._wait(lambda: self.code() if self.code() != old else None, "no newer SMS came")
        return code

    def wait_for(self, words: str) -> str:
        """The first message not yet looked at that holds the words."""
        found: str = self._wait(
            lambda: next((text for text in self._unseen() if words in text), None), f"never said '{words}'"
        )
        return found

    def wait_for_any(self, *words: str, patience_s: float = PATIENCE_S) -> str:
        """The first new message that holds one of the words."""
        found: str = self._wait(
            lambda: next((text for text in self._unseen() if any(one in text for one in words)), None),
            f"never said any of {words}",
            patience_s,
        )
        return found

    def said(self) -> list[str]:
        """All that the bot has written."""
        return [message["text"] for message in self.messages() if message["from"] == "bot"]

    def messages(self) -> list[dict[str, Any]]:
        """All bubbles, oldest first."""
        return list(self._page()["messages"])

    def pictures(self) -> list[bytes]:
        """What the bot has sent as photos."""
        urls = [message["picture"]["url"] for message in self.messages() if message.get("picture")]
        return [self.http.get(httpx.URL(str(self.http.base_url)).join(url)).raise_for_status().content for url in urls]

    def transcript(self) -> str:
        """The chat as words, for a failing test."""
        return "\n".join(f"{'<' if message['from'] == 'bot' else '>'} {message['text']}" for message in self.messages())

    def _page(self) -> dict[str, Any]:
        page: dict[str, Any] = self.http.get(f"{self.chat}/messages", params={"limit": 200}).raise_for_status().json()
        return page

    def _bot(self) -> int | str | None:
        bots = self.http.get(f"/phones/{self.channel}/bots").raise_for_status().json()["bots"]
        return next((bot["id"] for bot in bots if bot["connected"]), None)

    def _newest_sms(self) -> str | None:
        found = self.http.get("/api/sms", params={"phone": self.phone}).raise_for_status().json()
        return found[0]["text"] if found else None

    def _then(self, path: str, body: dict[str, Any]) -> list[str]:
        self.seen = len(self.messages())
        self._post(f"{self.chat}/{path}", body)
        self._wait(self._unseen, "the bot never answered")
        return self._unseen()

    def _unseen(self) -> list[str]:
        return [message["text"] for message in self.messages()[self.seen :] if message["from"] == "bot"]

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(path, json=body).raise_for_status().json()
        return answer

    def _wait(self, look: Any, otherwise: str, patience_s: float = PATIENCE_S) -> Any:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if (found := look()) is not None and found != []:
                return found
            time.sleep(LOOK_S)
        raise AssertionError(f"{otherwise}\n{self.transcript() if hasattr(self, 'chat') else ''}")


def asked_for_a_code(person: Phone) -> str:
    """Say yes to paying somebody new from a chat that is new itself: the code that comes, not yet typed."""
    old = person.code()
    person.tap("Yes")
    person.wait_for("This needs a code")
    return person.newer_code(old)


def pays_somebody_new(person: Phone) -> None:
    """Say yes, and type the code that a new chat needs for somebody new, whatever the amount."""
    person.say(asked_for_a_code(person))


def with_a_card(anna: Phone) -> Phone:
    """The same customer with a digital card, in six actions: start, open, share, code, choose, yes."""
    anna.start()
    anna.tap("Open a card")
    anna.share_contact()
    anna.say(anna.code())
    anna.wait_for("Which card")
    anna.tap("Digital")
    anna.tap("Yes")
    anna.wait_for("Your card is ready.")
    anna.wait_for("You can use it at once")  # the last word; what is typed before it would be answered behind it
    return anna
