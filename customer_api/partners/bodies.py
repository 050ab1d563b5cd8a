"""The shapes of `/api/v1/partners`. A key or secret of ours shows once, in the answer that made it."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from customer_api.bodies import Shape
from flows.entities.cards import none_in
from flows.roles import Scope

NO_CARD = AfterValidator(none_in)
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"), NO_CARD]
Text = Annotated[str, StringConstraints(min_length=1, max_length=600, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]+$"), NO_CARD]
Url = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Secret = Annotated[str, StringConstraints(min_length=20, max_length=200)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Direction = Literal["in", "out"]
Segment = Literal["everyone", "newcomers", "identified"]
Share = Literal["first_name", "full_name", "phone", "language"]
DeliveryState = Literal["waiting", "delivered", "given_up", "stopped", "withdrawn"]


class PartnerBody(Shape):
    """What staff set of a partner. `login` is the subject of its Keycloak client or of a token of ours.

    An `out_url` that is set starts the sending again after a partner has answered 410.
    """

    name: Line
    state: Literal["active", "paused"] = "active"
    login: Line | None = None
    out_url: Url | None = None


class KeyShown(Shape):
    key_id: UUID
    scopes: list[str]
    issued_at: datetime
    issued_by: str


class SecretShown(Shape):
    secret_id: UUID
    direction: str
    added_at: datetime
    added_by: str


class PartnerShown(Shape):
    """A partner without anything secret. Keys and secrets are the living ones, the oldest first."""

    partner: str
    name: str
    state: str
    login: str | None
    out_url: str | None
    out_stopped: str | None
    created_at: datetime
    changed_by: str
    keys: list[KeyShown]
    secrets: list[SecretShown]


class KeyBody(Shape):
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]


class NewKey(KeyShown):
    """The key shows here and never again."""

    key: str


class SecretBody(Shape):
    """`in`: what the partner signs with, `out`: what we do. Without a `secret` one is made.

    A partner that signs by `v1a` gives its public key (`whpk_`) for `in`.
    """

    direction: Direction
    secret: Secret | None = None


class NewSecret(SecretShown):
    """The secret shows here and never again."""

    secret: str


class OfferTexts(Shape):
    """`name` and `gain` stand on a button, `details` in a message."""

    name: Annotated[Line, Field(max_length=40)]
    gain: Annotated[Line, Field(max_length=40)]
    details: Text


class OfferBody(Shape):
    """An offer. `shares` names all that the partner gets to know; `{code}` in `link` becomes the promo code."""

    partner: Slug
    segment: Segment = "everyone"
    texts: Annotated[dict[Locale, OfferTexts], Field(min_length=1, max_length=20)]
    shares: Annotated[list[Share], Field(max_length=4)] = Field(default_factory=list)
    link: Url
    starts_on: date
    ends_on: date
    is_on: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> "OfferBody":
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on: not before starts_on")
        if len(set(self.shares)) != len(self.shares):
            raise ValueError("shares: each once")
        return self


class OfferShown(OfferBody):
    """An offer, how many have said yes, and how many of their promo codes were used."""

    offer: str
    accepted: int
    used: int


class DeliveryShown(Shape):
    """One webhook to a partner. What is in it does not show; `told` is what the last try came to."""

    delivery_id: UUID
    webhook_id: str
    type: str
    state: DeliveryState
    tries: int
    told: str | None
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


class EventShown(Shape):
    """One webhook from a partner."""

    webhook_id: str
    type: str
    about: str | None
    outcome: str
    taken_at: datetime
