"""WhatsApp's two sides put together: the one that businesses call and the one that people hold."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute, Mount

from sandbox.graph.limits import RETRY_FIRST_S
from sandbox.graph.platform import Graph
from sandbox.phones.hub import Hub
from sandbox.phones.people import People
from sandbox.whatsapp.api import CloudApi
from sandbox.whatsapp.failures import refused
from sandbox.whatsapp.phone_api import WhatsAppPhoneApi
from sandbox.whatsapp.platform import Clock, Platform
from sandbox.whatsapp.sending import FAILS
from sandbox.whatsapp.webhooks import OBJECT, pack

FACE = "whatsapp"
# All that an app may ask for; only `messages` ever has news here.
FIELDS = frozenset(
    {
        "account_alerts", "account_review_update", "account_settings_update", "account_update", "automatic_events",
        "business_capability_update", "business_status_update", "calls", "consumer_profile", "flows",
        "group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update",
        "history", "message_echoes", "message_template_components_update", "message_template_quality_update",
        "message_template_status_update", "messages", "messaging_handovers", "partner_solutions",
        "payment_configuration_update", "phone_number_name_update", "phone_number_quality_update", "security",
        "smb_app_state_sync", "smb_message_echoes", "standby", "template_category_update",
        "template_correct_category_detection", "tracking_events", "user_preferences",
    }
)  # fmt: skip
REFUSALS = {"throughput": 130429, "pair": 131056, "spam": 131048, "locked": 131031}


class WhatsApp:
    """A face: see sandbox/phones/faces.py."""

    def __init__(
        self,
        database: sqlite3.Connection,
        people: People,
        hub: Hub,
        clock: Clock = time.time,
        paced: bool = True,
        retry_first_s: float = RETRY_FIRST_S,
    ) -> None:
        refusals = {name: (lambda _, code=code: refused(code, "Asked for")) for name, code in REFUSALS.items()}
        self._graph = Graph(
            database, FACE, {OBJECT: FIELDS}, refusals=refusals, outcomes=(FAILS,), clock=clock,
            retry_first_s=retry_first_s, pack=pack, taken=lambda entry: self.platform.taken(entry),
        )  # fmt: skip
        self.platform = Platform(database, people, hub, clock, paced, self._graph)

    def api_routes(self) -> list[BaseRoute]:
        return [Mount(f"/{FACE}", routes=CloudApi(self.platform).routes())]

    def phone_routes(self) -> list[BaseRoute]:
        return [Mount(f"/{FACE}", routes=WhatsAppPhoneApi(self.platform).routes())]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver news meanwhile."""
        async with self._graph.running():
            try:
                yield
            finally:
                await self.platform.stop()

    def quiet(self) -> None:
        """Nothing of this face holds an answer open."""
