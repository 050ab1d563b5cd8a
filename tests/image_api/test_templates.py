"""A template file is read whole or refused with what is wrong in it."""

from importlib.resources import files

import pytest

from image_api.look import NoSuchColour
from image_api.sheet import GAP
from image_api.telling import NoSuchFact, Teller
from image_api.template import TemplateUnusable, read
from tests.image_api.conftest import LOOKS, TEMPLATES

BALANCE = (files("image_api") / "templates" / "balance.yml").read_text(encoding="utf-8")


def test_the_grid_is_of_24() -> None:
    assert GAP == 24


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("values: Balance", "values: Blance", "'Blance' is no class of image_api/values"),
        ("{balance:money}", "{balence:money}", "nobody knows 'balence'"),
        ("{balance:money}", "{balance:mony}", "there is no way 'mony' of writing"),
        ("  uk: {balance_word", "  ua: {balance_word", "nothing is said in 'uk'"),
        ("as_of: Станом на}", "as_off: Станом на}", "nobody knows 'as_of'"),
        ("ground: {kind: sheet}", "ground: {kind: shet}", "ground.kind"),
        ("    - rows:", "    - rovs:", "blocks.3"),
        ("style: figure}", "style: figure, sighs: 3}", "sighs"),
        ("width: 1080", "width: 20000", "width"),
        ("values: Balance", "values: [", "balance.yml"),
    ],
)
def test_a_fault_in_a_template_is_told(old: str, new: str, says: str) -> None:
    assert old in BALANCE
    with pytest.raises(TemplateUnusable) as told:
        read("balance.yml", BALANCE.replace(old, new))
    assert "balance.yml" in str(told.value)
    assert says in str(told.value)


def test_a_text_is_said_with_everything_or_not_at_all() -> None:
    teller = Teller("en", "Europe/Kyiv", {"done": "Done"})
    facts = {"state": "done", "fee": None, "amount": "-12.50 UAH"}
    assert teller.say("{state:word}: {amount:money}", facts) == "Done: \u221212.50\u00a0₴"
    assert teller.say("{state:word}: {fee:money}", facts) is None
    for text in ("{no_such}", "{state:no_such}", "{amount:word}"):
        with pytest.raises(NoSuchFact):
            teller.say(text, facts)


def test_a_colour_that_no_brand_has_is_told() -> None:
    with pytest.raises(NoSuchColour, match="'pink'"):
        LOOKS["sandbox"].colour("pink")


@pytest.mark.parametrize("name", TEMPLATES.by_name)
@pytest.mark.parametrize("locale", ["en", "uk"])
def test_every_figure_of_a_picture_stands_in_its_words(name: str, locale: str) -> None:
    """What somebody sees who sees, somebody hears who does not: amounts, digits of cards, days, links."""
    template, look = TEMPLATES.by_name[name], LOOKS["sandbox"]
    for sample in template.samples:
        values = template.sample(sample, look.currency)
        said = TEMPLATES.alternative(name, values, look, locale)
        told = values.told()
        assert look.name in said
        for field in ("last4", "from_last4", "to_last4", "to_name", "reference", "link", "partner", "title", "iban"):
            if told.get(field):
                assert str(told[field]) in said
        teller = Teller(locale, look.time_zone, template.words[locale])
        for field in ("amount", "fee", "balance", "friend_gets", "total", "closing"):
            if told.get(field):
                assert teller.money(told[field]) in said
