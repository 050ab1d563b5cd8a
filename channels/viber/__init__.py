"""Viber through its REST API for bots."""
