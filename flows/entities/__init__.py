"""Typed parsers of what people write: amounts, cards, phones, IBANs, dates, codes, yes and no.

Each file knows one kind and is pure: ``find(text, ...)`` returns what stands where (``flows.entities.found.Found``),
sorted by place, never overlapping, and never raises on any text. A parser that saw its kind but will not take it
returns a Found with ``value=None`` and ``refused``, so that the bot can say why instead of asking again.
"""
