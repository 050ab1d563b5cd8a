"""Which intent a sentence has. ``embedded`` answers in the process; ``model/`` is the Rasa project it learns from.

``rasa`` asks a Rasa server that learnt from the same. A caller needs ``embedded.EmbeddedEngine``, which is a
``flows.ports.Understanding``. Buttons, commands and typed values for a pending question never come here, and card
numbers come as ``[card •1111]``.
"""
