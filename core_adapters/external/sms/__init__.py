"""The SMS gateway: `SmsGateway` sends over ``POST {url}/messages`` with a bearer token."""

from core_adapters.external.sms.gateway import SmsGateway

__all__ = ["SmsGateway"]
