"""A template file: what is drawn, in which words. Read once, and refused whole when anything in it is wrong.

values: Receipt               the fields that it may show: a class of image_api/values
picture: {width: ..., ...}    its layout, a list of blocks (image_api/blocks) from the top down
document: {...}               the same on A4, where there is one
words: {en: {...}, uk: {...}} every text of it, in every language of the bank
alt: {en: [...], uk: [...]}   the same in words, for who cannot see it
samples: {plain: {...}}       what the gallery, the API's description and the tests draw
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from image_api import values
from image_api.blocks import Block
from image_api.fitting import Style
from image_api.fonts import clean
from image_api.sheet import Choice, Paper
from image_api.telling import Facts, Teller, names_in, ways
from image_api.values import Values

LANGUAGES = ("en", "uk")
A4 = (1984, 2806)  # at 240 points an inch: the sizes of type that suit a picture suit a page
A4_MARGIN = 168
ALT_MAX = 1000  # characters


class TemplateUnusable(ValueError):
    """A template file is wrong; the text says where and what."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Under(_Data):
    """What lies under everything: a drawing of ``grounds``, its colour, and whether its edge is torn."""

    kind: Literal["card", "plain", "sheet", "poster", "letter"]
    colour: Choice = "ink"
    torn: Choice = "no"


class Layout(_Data):
    """Where the column stands. A picture is as high as it needs, and at least ``height``. Pixels."""

    width: Annotated[int, Field(ge=100, le=2000)]
    height: Annotated[int, Field(ge=100, le=3000)]
    left: int
    right: int
    top: int
    bottom: int
    ground: Under
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]

    @property
    def paper(self) -> Paper:
        return Paper(self.width, self.height, self.left, self.right, self.top, self.bottom)


class Document(_Data):
    """The same on A4. ``foot`` stands at the end of every page."""

    title: str
    foot: str
    blocks: Annotated[tuple[Block, ...], Field(min_length=1)]

    @property
    def paper(self) -> Paper:
        width, height = A4
        return Paper(width, height, A4_MARGIN, width - A4_MARGIN, A4_MARGIN, A4_MARGIN + 72, paged=True)


class Each(_Data):
    """A part of the text alternative for each of a list: ``{each: shares, say: "{name} {amount:money}"}``.

    ``nameless``: the word for one that has no name.
    """

    each: str
    say: str
    between: str = "; "
    most: int = 12
    nameless: str = ""


class Template(_Data):
    """A template. Made by :func:`read_all`."""

    values: str
    picture: Layout
    document: Document | None = None
    words: Mapping[str, Mapping[str, str]]
    alt: Mapping[str, tuple[str | Each, ...]]
    samples: Annotated[Mapping[str, Mapping[str, Any]], Field(min_length=1)]

    @property
    def model(self) -> type[Values]:
        """Its values' class."""
        return getattr(values, self.values)  # type: ignore[no-any-return]  # checked when the file is read

    def sample(self, name: str, currency: str) -> Values:
        """One of its samples, in a currency."""
        return self.model.model_validate(_in(self.samples[name], currency))

    @property
    def known(self) -> frozenset[str]:
        """What its values tell, by name."""
        return frozenset(self.sample(next(iter(self.samples)), "UAH").told())

    def facts(self, shown: Values, bank: str, locale: str) -> dict[str, object]:
        """Everything that its texts may name: its words, the bank's name, the values."""
        return {**self.words[locale], "bank": bank, "page": "", "pages": "", **shown.told()}

    def alternative(self, teller: Teller, facts: Facts) -> str:
        """The same in words, a line a thing, no longer than anybody would listen to."""
        parts = (_part(part, teller, facts) for part in self.alt[teller.locale])
        said = "\n".join(clean(part) for part in parts if part)
        return said if len(said) <= ALT_MAX else said[: ALT_MAX - 1].rstrip() + "…"


def _part(part: str | Each, teller: Teller, facts: Facts) -> str | None:
    if isinstance(part, str):
        return teller.say(part, facts)
    listed = facts[part.each]
    assert isinstance(listed, tuple)
    unnamed = {"name": facts.get(part.nameless)}
    said = [teller.say(part.say, unnamed | _known(one.told())) or "" for one in listed[: part.most]]
    return part.between.join(said) + "." if said else None


def _known(facts: Facts) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}


def _in(value: Any, currency: str) -> Any:
    """A sample with the bank's currency in the place of ``¤``."""
    if isinstance(value, dict):
        return {name: _in(one, currency) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_in(one, currency) for one in value]
    return value.replace("¤", currency) if isinstance(value, str) else value


def read_styles() -> Mapping[str, Style]:
    """The type of pictures: a few sizes, for all templates alike."""
    text = (files("image_api") / "templates" / "styles.yml").read_text(encoding="utf-8")
    return {name: Style(**style) for name, style in yaml.safe_load(text).items()}


def read_all() -> Mapping[str, Template]:
    """The templates by name.

    Raises:
        TemplateUnusable: when one of them is wrong.
    """
    folder = files("image_api") / "templates"
    found = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yml") and file.name != "styles.yml")
    return {name.removesuffix(".yml"): read(name, (folder / name).read_text(encoding="utf-8")) for name in found}


def read(name: str, text: str) -> Template:
    """One template file. Raises TemplateUnusable."""
    try:
        template = Template.model_validate(yaml.safe_load(text))
    except (ValidationError, yaml.YAMLError) as error:
        raise TemplateUnusable(f"{name}: {error}") from error
    wrong = list(_wrong(template))
    if wrong:
        raise TemplateUnusable("\n".join(f"{name}: {one}" for one in wrong))
    return template


def _wrong(template: Template) -> Iterator[str]:
    if not issubclass(getattr(values, template.values, str), Values):
        yield f"values: '{template.values}' is no class of image_api/values"
        return
    for language in LANGUAGES:
        if language not in template.words or language not in template.alt:
            yield f"words, alt: nothing is said in '{language}'"
            return
        yield from _unknown(template, language)
    if template.words["en"].keys() != template.words["uk"].keys():
        odd = sorted(template.words["en"].keys() ^ template.words["uk"].keys())
        yield f"words: {', '.join(odd)} stand in one language only"


def _unknown(template: Template, language: str) -> Iterator[str]:
    """What its texts name and nobody knows."""
    known = {*template.words[language], "bank", "page", "pages", *template.known}
    blocks = template.picture.blocks + (template.document.blocks if template.document else ())
    texts = [text for block in blocks for text in block.texts()]
    texts += [part for part in template.alt[language] if isinstance(part, str)]
    texts += [template.document.title, template.document.foot] if template.document else []
    for text in texts:
        for name, way in names_in(text):
            if name not in known:
                yield f"'{text}': nobody knows '{name}'"
            if way not in ways():
                yield f"'{text}': there is no way '{way}' of writing"
