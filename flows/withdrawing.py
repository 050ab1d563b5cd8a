"""A flow that was withdrawn: nobody starts it, and runs of it are put aside until it is back.

During a turn the engine does not see a thread that is put aside, so that the customer can do everything else; at its
end the thread lies at the bottom again. Threads for which the bank is at work are not touched.
"""

from flows.migrating import in_progress
from flows.session import Run, Session
from flows.settling import LIFE, SESSION_LIFE_MS
from flows.speaking import flow_title, system
from flows.turn import Turn


def put_aside(turn: Turn) -> list[Run]:
    """Take withdrawn threads off the stack; the customer hears it once, when the active one is among them."""
    session, withdrawn = turn.session, turn.library.withdrawn
    if not withdrawn or not any(run.flow in withdrawn for run in session.stack):
        return []
    threads = _threads(session)
    aside = [thread for thread in threads if _is_withdrawn(thread, withdrawn) and not _at_work(session, thread)]
    if not aside:
        return []
    session.stack = [run for thread in threads if thread not in aside for run in thread]
    if threads[-1] in aside:
        if not session.paused:
            turn.close_offer()
            system(turn, "flow_unavailable", flow=flow_title(turn, threads[-1][0].flow))
        session.paused = False
    return [run for thread in aside for run in thread]


def put_back(turn: Turn, aside: list[Run]) -> None:
    """Lay them at the bottom; where nothing else is open the conversation is paused and forgotten in its time."""
    if not aside:
        return
    session = turn.session
    if not session.stack:
        session.paused = True
        turn.set_timer(LIFE, turn.now + SESSION_LIFE_MS)
    session.stack = [*aside, *session.stack]
    session.version = turn.library.version


def _threads(session: Session) -> list[list[Run]]:
    threads: list[list[Run]] = []
    for run in session.stack:
        if run.via == "start" or not threads:
            threads.append([])
        threads[-1].append(run)
    return threads


def _is_withdrawn(thread: list[Run], withdrawn: frozenset[str]) -> bool:
    return any(run.flow in withdrawn for run in thread)


def _at_work(session: Session, thread: list[Run]) -> bool:
    alone = session.copy()
    alone.stack = thread
    return in_progress(alone)
