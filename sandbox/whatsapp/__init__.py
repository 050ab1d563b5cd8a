"""The WhatsApp Cloud API as a business sees it, over its true wire protocol, and the phone that a person holds.

What differs from the real platform, on purpose: see `sandbox/graph`; a business number exists from the first call that
names it, and every app that subscribed hears of all of them; templates are approved at once.
"""
