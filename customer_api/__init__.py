"""CustomerAPI: who a customer is, which chats are his, and what is known of him. A service of its own.

`operations` what flows start, each once; `codes` the SMS code that binds a chat; `documents` the identification;
`people` and `bindings` what is read and revoked; `tables` the schema `customers`; `seals` how it is kept unreadable;
`bodies` and `routes` its HTTP face. `app.build` puts it together.
"""
