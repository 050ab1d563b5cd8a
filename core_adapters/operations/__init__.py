"""One operation at a bank, from the customer's yes to a known end, through crashes and lost replies.

    APPROVED -> SENDING -> POSTED
        |          |-> REJECTED   the core said no
        |          |-> VOID       no byte left for the core
        |          +-> UNKNOWN -> SENDING (again, only where the core drops doubles)
        |                 |-> POSTED | REJECTED
        +-> VOID          +-> HOLD -> POSTED | REJECTED (two of staff)

    POSTED -> REVERSING -> REVERSED   another operation took it back; POSTED again when that came to nothing

`states` names the moves, `decisions/` decide them without doing anything, `accepting`, `sending`, `enquiring` and
`awaiting` do them. SENDING is committed before the first byte leaves, and no transaction is open during a call.
"""
