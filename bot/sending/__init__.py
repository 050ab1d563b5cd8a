"""The rules by which messages leave: what a chat must have said, what a message may become, and one attempt to send.

``bot.outbox`` holds the queues and asks here. Decisions 0150 to 0152 tell why.
"""
