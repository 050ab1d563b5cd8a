"""Content small enough to stand beside a test: slots, a flow in a few lines, a chat over it."""

from pathlib import Path
from textwrap import dedent, indent

from chatting import CONTENT, INTENTS, ROOT, Bank, Chat

from flows.loader import load_brand, load_library
from flows.model import Library

SLOTS = """
dsl: "1"
slots:
  note:   {type: text, max_length: 20}
  extra:  {type: text, optional: true}
  many:   {type: integer}
  sum:    {type: money, from_entity: money}
  colour: {type: choice, options: [red, blue]}
  day:    {type: date}
  app:    {type: text, set_by: action}
  to:     {type: card_number, from_entity: card_number, mask: true, retain: flow}
  iban:   {type: iban, from_entity: iban, retain: flow}
  photo:  {type: attachment, kinds: [image], max_mb: 2, retain: flow}
  last:   {type: text, retain: session}
  paper:  {type: text, retain: forever}
"""


def content(folder: Path, *flows: str, slots: str = SLOTS) -> Library:
    (folder / "flows").mkdir()
    (folder / "slots.yml").write_text(dedent(slots))
    (folder / "system.yml").write_text((CONTENT / "system.yml").read_text())
    for text in flows:
        name = next(line.split()[1] for line in text.splitlines() if line.startswith("flow:"))
        (folder / "flows" / f"{name}.flow.yml").write_text(text)
    loaded = load_library(folder, load_brand(ROOT / "core_adapters" / "internal" / "sandbox" / "brand.yml"))
    assert loaded.library is not None, [problem.what for problem in loaded.problems]
    return loaded.library


def flow(name: str, steps: str, responses: str, more: str = "", intents: str = "") -> str:
    starts = f"{{commands: [/{name}], intents: [{intents}]}}"
    head = f'dsl: "1"\nflow: {name}\ntitle: {name}\nowner: a@b.example\nstarts_on: {starts}\n'
    parts = (indent(dedent(part), "  ") for part in (steps, responses))
    return f"{head}requires: {{auth: guest}}\n{more}\nsteps:\n{next(parts)}\nresponses:\n{next(parts)}"


ASK_NOTE = "  ask: {en: Say it., uk: Скажіть.}\n  done: {en: 'Noted: {note}', uk: 'Записано: {note}'}\n"


def chat_with(library: Library, **intents: list[tuple[str, float]]) -> Chat:
    return Chat(level="verified", content=library, bank=Bank(intents=INTENTS | intents))


MEMO = flow("memo", "  - {collect: note, ask: ask}\n  - {say: done}\n", ASK_NOTE)
HI = flow("other", "  - {say: hi}\n", "  hi: {en: Hi, uk: Вітаю}\n", intents="other")
