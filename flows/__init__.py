"""The conversation language: what staff write, the pure engine that runs it, and the words every room shares.

Nothing in here performs input or output, reads a clock or draws a random number.
"""
