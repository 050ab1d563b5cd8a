"""Dhow Bank, in Kuwait: its core speaks SOAP, so its wrapper is that core's; what is its own stands in `brand.yml`."""

from core_adapters.internal.soap import bank

__all__ = ["bank"]
