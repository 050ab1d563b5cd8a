"""Versions of the conversations: kept in Postgres, published by two people, served by every process.

``store`` keeps what staff wrote and what became of it, ``standing`` reads from that which version is live, ``rules``
says what may be published, ``desk`` does it for the API (``api``) and the terminal, ``live`` gives each conversation
the content it runs under, ``watcher`` publishes what is saved in sandbox mode. Decision 0100 tells why it looks so.
"""
