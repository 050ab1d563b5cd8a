"""Messengers, one folder each with the same four files: capabilities, parse, render, channel."""
