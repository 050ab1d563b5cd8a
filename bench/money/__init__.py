"""Goals of the money path as commands: ``make bench ARGS="money duplicates"`` and its neighbours in `command`.

Two or more workers of ours, each with its own pool, over a real Postgres and a core behind a socket. What is counted is
counted at the core: `bank.Books` keeps every posting by its reference.
"""
