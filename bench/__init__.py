"""What a turn costs: the engine on its durable store against the same dialogue written by hand.

``python -m bench`` runs one dialogue (six turns, see ``dialogue``) through three processes-in-one, interleaved:

- ``engine``: the webhook, the door, the flow engine on the real content, the durable store, the outbox;
- ``floor_memory``: the dialogue as plain Python in a Starlette endpoint, state in a dict;
- ``floor_postgres``: the same, loaded and saved in two micro-batched statements.

The bank's answers and the messenger's network are memory in all three, so that what is measured is ours.
"""
