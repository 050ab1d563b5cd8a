"""One-time pages of the bank's own, behind ``/secure/{token}``: opened by an operation, spent over an API.

`kinds` says which operation opens which page, `opening` performs those, `store` keeps them, `counter` is what the
process asks that shows them. A page lies in ``money.page``, sealed, under the hash of its address; the address itself
is made from the operation's id with a key, and stands in no column in clear.
"""
