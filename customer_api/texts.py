"""What the SMS says, in the customer's language. Short enough for one message in Cyrillic."""

CODE = {
    "en": "{bank}: your code is {code}. It works for 5 minutes. Tell it to nobody, the bank never asks.",
    "uk": "{bank}: ваш код {code}. Діє 5 хвилин. Нікому його не кажіть.",
}
# What a consent is called and what it lets the bank do, where no partner's own words say it.
CONSENTS: dict[str, dict[str, tuple[str, str]]] = {
    "marketing": {
        "en": ("News and offers of the bank", "with nobody; the bank may write to you about its offers"),
        "uk": ("Новини й пропозиції банку", "нікому; банк може писати вам про свої пропозиції"),
    },
    "profiling": {
        "en": ("Offers that suit you", "with nobody; the bank looks at how you use its services"),
        "uk": ("Пропозиції саме для вас", "нікому; банк зважає на те, як ви ним користуєтеся"),
    },
    "biometrics": {
        "en": ("Knowing your face or voice", "with nobody; the bank compares them to know that it is you"),
        "uk": ("Впізнавання обличчя чи голосу", "нікому; банк звіряє їх, щоб упевнитися, що це ви"),
    },
}
DEFAULT = "en"
UKRAINE = "+380"


def language(locale: str | None, phone: str) -> str:
    """The language to write in; without a locale, the one spoken where the phone is from."""
    if locale is None:
        return "uk" if phone.startswith(UKRAINE) else DEFAULT
    known = locale[:2].lower()
    return known if known in CODE else DEFAULT


def code_text(code: str, bank: str, locale: str) -> str:
    """The message that carries a code."""
    return CODE[locale].format(bank=bank, code=code)


def masked(phone: str) -> str:
    """A phone as it may be repeated to the one who gave it: `+380 •• ••• 22 33`."""
    return f"{phone[:4]} •• ••• {phone[-4:-2]} {phone[-2:]}"
