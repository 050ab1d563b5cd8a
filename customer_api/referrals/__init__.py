"""Bringing friends: who came by whose link, what both get for it, and how far everybody who came has got.

`rules` is what the bank has set; `links` makes a customer's own lasting link; `arrivals` keeps who came and by what;
`joining` decides once, when somebody becomes a customer, whose friend they are; `using` makes the rewards when the
card is first used; `paying` hands them to the money path and keeps what became of them; `telling` is the statement.
"""
