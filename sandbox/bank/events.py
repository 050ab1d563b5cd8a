"""The bank's own news: of cards that are made or refused."""

from sandbox.news import News, Subscriber

NEWS = News("bank")
emit, subscribe = NEWS.emit, NEWS.subscribe

__all__ = ["NEWS", "Subscriber", "emit", "subscribe"]
