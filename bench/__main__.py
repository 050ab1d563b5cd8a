"""``python -m bench``: what everything costs, see docs/performance.md. With a first word, one thing by itself.

``turns`` and the other lanes of that table: ``--lanes turns``. ``soak``: whether one messenger in trouble holds up the
others. ``pictures``, ``flows``, ``nlu``: one of those rooms in full. ``chats``: how long a thousand chats wait for us.
``newcomers``: whether the funnel of a thousand adds up. ``simulate``, ``crashes``, ``states`` and ``money``: what is
shown of the money path, see docs/money-proof.md. ``chaos``: everything goes wrong at once, see docs/reliability.md.
``canaries``: whether anything secret is left lying. ``restore``: a server is lost and a new one made; ``capacity``: how
many machines a bank needs.
"""

import sys
from importlib import import_module

ALONE = {
    "flows": "bench.flows",
    "soak": "bench.soak",
    "pictures": "bench.pictures",
    "newcomers": "bench.newcomers",
    "simulate": "bench.simulation.command",
    "crashes": "bench.simulation.crashes",
    "states": "bench.simulation.machine",
    "money": "bench.money.command",
    "nlu": "bench.nlu.command",
    "chaos": "bench.chaos.command",
    "chats": "bench.chats",
    "canaries": "bench.canaries",
    "restore": "bench.restore.command",
    "capacity": "bench.capacity.command",
}
ALL = "bench.performance.command"


def main() -> None:
    """Whatever was asked for; a word that is none is told with those that are."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked and not asked.startswith("-") and asked not in ALONE:
        sys.exit(f"there is no bench called {asked!r}. Known: {', '.join(sorted(ALONE))}; none at all is the table.")
    import_module(ALONE.get(asked, ALL)).main()


if __name__ == "__main__":
    main()
