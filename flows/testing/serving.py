"""Which version of the content a tested conversation runs under, once a test has published another one."""

from flows.migrating import migrated
from flows.model import Library
from flows.session import Session


class Serving:
    """The versions that were live so far. The rule is the one by which customers are served (decision 0100).

    A conversation that is open names the logic it began under and stays there, unless every flow of it migrates; new
    words for that logic reach it at its next message. ``live`` is what a new conversation runs under.
    """

    def __init__(self, library: Library) -> None:
        self.live = self.placed = library
        self._known = {library.version: library}

    def publish(self, library: Library) -> None:
        """Make a version the live one."""
        self.live = library
        self._known[library.version] = library

    def place(self, session: Session) -> tuple[Library, Session]:
        """What the session runs under, and the session, moved if its flows migrate. ``placed`` remembers the first."""
        library, moved = self._placed(session)
        self.placed = library
        return library, moved

    def _placed(self, session: Session) -> tuple[Library, Session]:
        if session.version in ("", self.live.version):
            return self.live, session
        begun = self._known[session.version]
        moved = migrated(session, begun, self.live)
        return (self.live, moved) if moved is not None else (begun, session)
