"""Responses that came, went or say something else, by language, persona and channel."""

from collections.abc import Iterator, Mapping

from flows.diffing.changes import Change, Danger
from flows.diffing.values import shown
from flows.model import Button, Response, Wording

LONG = 70


def response_changes(
    flow: str, old: Mapping[str, Response], new: Mapping[str, Response], confirms: frozenset[str] = frozenset()
) -> Iterator[Change]:
    """The differences of a flow's responses. ``confirms`` are those that a customer says yes to."""
    for name, response in new.items():
        danger = Danger.MONEY if name in confirms else Danger.WORDS
        if name not in old:
            yield Change(flow, f"text '{name}' added", danger, response.at)
        else:
            yield from _response(flow, old[name], response, danger)
    for name, response in old.items():
        if name not in new:
            danger = Danger.MONEY if name in confirms else Danger.WORDS
            yield Change(flow, f"text '{name}' removed", danger, response.at)


def _response(flow: str, old: Response, new: Response, danger: Danger) -> Iterator[Change]:
    before, after = _wordings(old), _wordings(new)
    for where in dict.fromkeys([*before, *after]):
        if where not in after:
            yield Change(flow, f"text '{new.name}' removed in {where}", danger, new.at)
        elif where not in before:
            yield Change(flow, f"text '{new.name}' added in {where}", danger, new.at)
        elif before[where] != after[where]:
            said, says = (_quoted(one[where]) for one in (before, after))
            yield Change(flow, f"text '{new.name}' changed in {where}", danger, new.at, said, says)
    if _buttons(old) != _buttons(new):
        yield Change(
            flow, f"buttons of '{new.name}' changed", max(danger, Danger.STEPS), new.at, _buttons(old), _buttons(new)
        )
    if _picture(old) != _picture(new):
        yield Change(flow, f"picture of '{new.name}' changed", danger, new.at, _picture(old), _picture(new))


def _wordings(response: Response) -> dict[str, Wording]:
    found = dict(response.texts)
    for kind, variants in (("for the persona", response.persona), ("on", response.channels)):
        for name, texts in variants.items():
            found |= {f"{locale} {kind} {name}": wording for locale, wording in texts.items()}
    return found


def _quoted(wording: Wording) -> str:
    text = " / ".join(wording.lines) or ", ".join(f"{key}: {form}" for key, form in wording.plural.items())
    return f"“{text if len(text) <= LONG else text[: LONG - 1] + '…'}”"


def _buttons(response: Response) -> str:
    if isinstance(response.buttons, str):
        return f"'{response.buttons}'"
    return shown(tuple(_button(button) for button in response.buttons)) if response.buttons else "nothing"


def _button(button: Button) -> str:
    does = [button.url, button.flow, button.command, button.request]
    said = next((one for one in does if one), shown(button.set))
    return f"{' / '.join(button.titles.values())} → {said}"


def _picture(response: Response) -> str:
    return f"{response.image.template} {shown(response.image.values)}" if response.image is not None else "nothing"
