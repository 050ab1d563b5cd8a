"""MessageAPI: colleagues and services write to customers, change what they wrote, and read what customers did.

``app.build`` serves it, ``Scheduler`` releases what was asked for a later time, ``Changes`` is what the outbox asks
when a message changes another.
"""
