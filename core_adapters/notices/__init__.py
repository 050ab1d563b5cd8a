"""What the bank tells a customer unasked: by their choice, in their newest chat, and not more than they can bear.

`notes` keeps what is to be told, in the transaction that made it true; `telling` tells it; `hearing` finds out from the
core what happened on a card; `questions` answers what the customer has chosen.
"""
