"""What customers pass on or are offered: an invitation to a friend, an offer of a partner."""

from datetime import date

from image_api.values.fields import Link, Name, Positive, Values, Words


class Referral(Values):
    """An invitation: what the friend gets, and the link it comes with."""

    friend_gets: Positive
    link: Link
    inviter: Name | None = None


class Offer(Values):
    """What a partner offers, and until which day."""

    partner: Name
    title: Name
    details: Words
    until: date
