"""The verbs of publishing, the same for the API and the terminal: draft, check, test, approve, publish, and back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.versions import rules
from bot.versions.files import checked
from bot.versions.proof import Played, Proof, compiled, hashes_of, play, prove
from bot.versions.records import BadDraft, Deed, Event, Head, NotThere, Refused, Version, What
from bot.versions.standing import Standing, standing
from bot.versions.store import VersionStore
from flows.loader import ContentError
from flows.model import Brand, Library

MOVED_ON = "Somebody else changed the versions at this moment. Look again, then repeat."
WORDS_MAX = 2000


@dataclass(frozen=True, slots=True)
class Book:
    """All that is known of the versions at one moment."""

    heads: Mapping[int, Head]
    events: tuple[Event, ...]
    standing: Standing

    def head(self, number: int) -> Head:
        """Raises NotThere."""
        if number not in self.heads:
            raise NotThere(f"There is no version {number}.")
        return self.heads[number]


class Desk:
    """Where versions are handed in, approved and published. ``sandbox``: what the sandbox published counts."""

    def __init__(self, store: VersionStore, brand: Brand, *, sandbox: bool) -> None:
        self._store, self._brand, self._sandbox = store, brand, sandbox

    async def book(self) -> Book:
        """The versions, the events and what they add up to."""
        heads, events = await self._store.read()
        return Book(heads, tuple(events), standing(events, heads, sandbox=self._sandbox))

    async def show(self, number: int) -> Version:
        """One version with its files. Raises NotThere."""
        return await self._store.version(number)

    async def damage(self) -> list[str]:
        """What is wrong with the list of events: nothing, unless somebody changed it in the database."""
        return self._store.damage((await self._store.read())[1])

    async def draft(self, files: Mapping[str, str], who: str, why: str) -> tuple[int, Proof]:
        """Keep a new version, right or wrong, and say what is wrong with it. Raises BadDraft."""
        _signed(who, why)
        checked(files)
        proof = await self._proved(files, await self._live(await self.book()))
        number = await self._store.add(files, hashes_of(files, proof.library), who, why)
        return number, proof

    async def check(self, number: int) -> Proof:
        """Check a version against the live one. Raises NotThere."""
        version = await self.show(number)
        return await self._proved(version.files, await self._live(await self.book()))

    async def test(self, number: int) -> Played:
        """Play the tests of a version. Raises NotThere; Refused when it cannot be read."""
        version, proof = await self.show(number), await self.check(number)
        return await self._played(version, proof)

    async def approve(
        self, number: int, digest: str, who: str, why: str, *, ticked: bool = False, urgent: bool = False
    ) -> None:
        """Approve exactly what has this hash, with its warnings if ``ticked``; ``urgent``: also without green tests.

        Raises NotThere, Refused.
        """
        _signed(who, why)
        book = await self.book()
        head = book.head(number)
        proof = await self.check(number)
        reasons = rules.against_approving(head, book.standing, who, digest, proof.warnings, ticked or urgent)
        if not proof.clean:
            reasons.append("The checks find errors; see: check.")
        if reasons:
            raise Refused(*reasons)
        what: What = "overridden" if urgent else "approved"
        await self._store.append(Deed(what, who, why, number, None, head.hash, "people", proof.warnings))

    async def publish(self, number: int, who: str, why: str) -> None:
        """Make a version the live one for everybody who begins now. Raises NotThere, Refused."""
        _signed(who, why)
        book = await self.book()
        head, version = book.head(number), await self.show(number)
        proof = await self._proved(version.files, await self._live(book))
        played = await self._played(version, proof) if proof.clean else Played(0, ())
        reasons, rule = rules.against_publishing(head, book.standing, proof, played)
        if reasons:
            raise Refused(*reasons)
        await self._append(Deed("published", who, why, number, None, head.hash, rule), book)

    async def rollback(self, who: str, why: str, to: int | None = None) -> int:
        """Make the version before the live one, or ``to``, live again at once; its number. Raises Refused, NotThere."""
        _signed(who, why)
        book = await self.book()
        target = to if to is not None else book.standing.before()
        if target is None:
            raise Refused("There is no earlier version that could be gone back to.")
        head = book.head(target)
        if target not in book.standing.served or target in book.standing.withdrawn:
            raise Refused(f"Version {target} was never live or was withdrawn; only what was live can be gone back to.")
        if target == book.standing.live:
            raise Refused(f"Version {target} is live already.")
        await self._append(Deed("rolled_back", who, why, target, None, head.hash), book)
        return target

    async def withdraw(self, who: str, why: str, *, version: int | None = None, flow: str | None = None) -> None:
        """Stop new starts of a version or of a flow at once, and pause what is open. Raises Refused, NotThere."""
        _signed(who, why)
        book = await self.book()
        if version is not None:
            await self._withdraw_version(book, version, who, why)
        else:
            await self._withdraw_flow(book, flow or "", who, why)

    async def restore(self, flow: str, who: str, why: str) -> None:
        """Let customers into a withdrawn flow again. Raises Refused."""
        _signed(who, why)
        book = await self.book()
        if flow not in book.standing.withdrawn_flows:
            raise Refused(f"The flow '{flow}' is not withdrawn.")
        deeds = (event.deed for event in reversed(book.events))
        withdrew = next(deed for deed in deeds if deed.flow == flow and deed.what == "withdrawn")
        if rules.same(withdrew.who, who):
            raise Refused(f"{withdrew.who} withdrew '{flow}'; somebody else has to let customers in again.")
        await self._append(Deed("restored", who, why, flow=flow), book)

    async def _withdraw_version(self, book: Book, number: int, who: str, why: str) -> None:
        head = book.head(number)
        if number in book.standing.withdrawn:
            raise Refused(f"Version {number} is withdrawn already.")
        if number == book.standing.live and book.standing.before() is None:
            raise Refused(f"Version {number} is the only one there is; withdraw its flows, or publish another first.")
        await self._append(Deed("withdrawn", who, why, number, None, head.hash), book)

    async def _withdraw_flow(self, book: Book, flow: str, who: str, why: str) -> None:
        live = await self._live(book)
        if live is None or flow not in live.flows:
            raise NotThere(f"The live version has no flow '{flow}'.")
        if flow in book.standing.withdrawn_flows:
            raise Refused(f"The flow '{flow}' is withdrawn already.")
        await self._append(Deed("withdrawn", who, why, flow=flow), book)

    async def _append(self, deed: Deed, book: Book) -> None:
        if not await self._store.append(deed, book.standing.seq):
            raise Refused(MOVED_ON)

    async def _live(self, book: Book) -> Library | None:
        if book.standing.live is None:
            return None
        version = await self._store.version(book.standing.live)
        try:
            return await asyncio.to_thread(compiled, version.files, self._brand, version.head.logic)
        except ContentError:
            return None  # this release cannot read what is live, so there is nothing to compare with

    async def _proved(self, files: Mapping[str, str], live: Library | None) -> Proof:
        try:
            return await asyncio.to_thread(prove, files, self._brand, live)
        except ContentError as error:
            raise BadDraft(str(error)) from None

    async def _played(self, version: Version, proof: Proof) -> Played:
        if proof.library is None:
            raise Refused("The version cannot be read, so its tests cannot be played; see: check.")
        return await asyncio.to_thread(play, version.files, proof.library)


def _signed(who: str, why: str) -> None:
    missing = [word for word, text in (("who does it", who), ("why", why)) if not text.strip()]
    if missing:
        raise Refused(f"Say {' and '.join(missing)}; it stands in the audit.")
    if len(why) > WORDS_MAX or len(who) > WORDS_MAX or "\0" in who + why:
        raise Refused(f"A name or reason is text of at most {WORDS_MAX} characters.")
