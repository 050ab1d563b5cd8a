"""What can be asked of ImageAPI: the bodies of its requests, and what is wrong with one."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from image_api.fonts import unreadable
from image_api.layout import Templates
from image_api.values import Values

SHOWN_MAX = 8  # of the letters that no font has


class Wrong(ValueError):
    """The values are not the template's. ``what`` says where and what, never what was sent."""

    def __init__(self, what: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{one['where']}: {one['what']}" for one in what))
        self.what = what


class DocumentRequest(BaseModel):
    """What to write. ``values`` are the template's own fields."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    brand: Annotated[str, Field(max_length=40, examples=["sandbox"])]
    locale: Annotated[Literal["en", "uk"], Field(examples=["en"])] = "en"
    values: dict[str, Any]


class PictureRequest(DocumentRequest):
    """What to draw. JPEG suits chats, PNG and WebP where a messenger or a page wants them."""

    format: Literal["jpeg", "png", "webp"] = "jpeg"


def checked(templates: Templates, template: str, sent: dict[str, Any]) -> Values:
    """The values as the template's class has them.

    Raises:
        Wrong: when a field is missing, unknown or holds what it may not, or has a letter that no font draws.
    """
    try:
        values = templates.by_name[template].model.model_validate(sent)
    except ValidationError as error:
        raise Wrong(what_is_wrong(error)) from error
    if wrong := list(_unreadable(values.model_dump(), "")):
        raise Wrong(wrong)
    return values


def what_is_wrong(error: ValidationError) -> list[dict[str, str]]:
    """Where and what, never the value itself."""
    return [{"where": ".".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors(include_input=False)]


def _unreadable(value: Any, where: str) -> list[dict[str, str]]:
    """A name is drawn as it is or not at all: which letters cannot be drawn, by field."""
    if isinstance(value, dict):
        return [one for name, inside in value.items() for one in _unreadable(inside, f"{where}.{name}".lstrip("."))]
    if isinstance(value, tuple):
        return [one for number, inside in enumerate(value) for one in _unreadable(inside, f"{where}.{number}")]
    if not isinstance(value, str) or not (missing := unreadable(value)):
        return []
    signs = ", ".join(f"U+{ord(char):04X}" for char in missing[:SHOWN_MAX])
    return [{"where": where, "what": f"no font of ours has the letters {signs}; send the message as text alone"}]
