"""The bank's SOAP face, `/sandbox/bank/soap`: the same ledger as the REST face, behind a name and a password.

`core.wsdl` is the contract; `contract` reads it; `envelope` reads and writes messages; `codes` are its error codes;
`desk` does what a message asks for; `reversals` books the opposite of a transfer; `face` is the door.
"""
