"""The commands that a messenger shows in its own menu, in the customer's language, from what staff wrote."""

from collections.abc import Iterator, Mapping

from flows.model import Button, Flow, Library


def commands(library: Library) -> Mapping[str, Mapping[str, str]]:
    """Locale -> command without its slash -> what it does, for the flows that are switched on.

    A flow's name in a locale is the title of its button in the menu, or the text ``flow_<id>`` of the system; without
    either it is shown in no other language than its own. They stand in the order of the system's buttons.
    """
    order = [button.flow for button in _buttons(library) if button.flow]
    shown = sorted(
        (flow for flow in library.flows.values() if flow.starts_on.commands and _is_on(library, flow)),
        key=lambda flow: order.index(flow.id) if flow.id in order else len(order),
    )
    return {
        locale: {
            flow.starts_on.commands[0].removeprefix("/"): title
            for flow in shown
            if (title := _title(library, flow, locale, own=locale == library.brand.locales[0]))
        }
        for locale in library.brand.locales
    }


def _is_on(library: Library, flow: Flow) -> bool:
    return all(library.brand.features.get(flag, False) for flag in flow.flags)


def _buttons(library: Library) -> Iterator[Button]:
    """All buttons of the bot's own words, the welcome's and the menu's first as they are written first."""
    for response in library.system.values():
        yield from response.buttons if not isinstance(response.buttons, str) else ()


def _title(library: Library, flow: Flow, locale: str, *, own: bool) -> str:
    for button in _buttons(library):
        if button.flow == flow.id and locale in button.titles:
            return button.titles[locale]
    named = library.system.get(f"flow_{flow.id}")
    if named is not None and locale in named.texts:
        return " ".join(named.texts[locale].lines)
    return flow.title if own else ""
