"""``python -m bench pictures``: what a picture costs, against the same one drawn naively; bench/out/pictures.json.

Naively is how a script would do it: the ground drawn anew each time, each text measured and drawn where our layout
puts it, Pillow's default PNG. Fonts are kept in both. CPU time, interleaved rounds in one run, every request another.
Documents are measured beside, a page and a thousand operations.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import PIL
import segno
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from bot.brands import look_of
from core_adapters import brands
from image_api import canvas, documents, fonts, grounds
from image_api.fitting import features_of, line_height
from image_api.layout import Templates
from image_api.look import Look
from image_api.page import QUIET_ZONE, Code, Face, Page, Shape, Sign, Words
from image_api.painting import STROKES, paint
from image_api.rendering import encoded
from image_api.values import Entry, Statement, Values

ROUNDS, TIMES = 7, 6
GOALS = {"jpeg": 0.4, "png": 0.75}
OUT = Path(__file__).parent / "out" / "pictures.json"
NAMES = (
    "card_front",
    "card_issued",
    "receipt",
    "balance",
    "referral",
    "offer",
    "bank_details",
    "statement",
    "spending",
)


def main() -> None:
    """Measure every template, write and print."""
    templates, look = Templates.ours(), look_of(brands.load("sandbox"))
    rows = {name: measured(name, templates, look) for name in NAMES}
    papers = _documents(templates, look)
    result = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "versions": {"python": platform.python_version(), "pillow": PIL.__version__},
        "goals": GOALS,
        "cpu_ms": rows,
        "documents_cpu_ms": papers,
    }
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(result, indent=2) + "\n")
    _print(rows, papers)


def measured(name: str, templates: Templates, look: Look) -> dict[str, float]:
    """CPU milliseconds a picture, and the ratios to the naive one."""
    template = templates.by_name[name]
    values = template.sample("plain", look.currency)
    ways: dict[str, Callable[[Values], bytes]] = {
        "naive": lambda shown: naive(templates.picture(name, shown, look, "uk"), look),
        "jpeg": lambda shown: encoded(paint(templates.picture(name, shown, look, "uk"), look), "jpeg"),
        "png": lambda shown: encoded(paint(templates.picture(name, shown, look, "uk"), look), "png"),
        "webp": lambda shown: encoded(paint(templates.picture(name, shown, look, "uk"), look), "webp"),
    }
    spent: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(ROUNDS + 1):
        for nth, (way, draw) in enumerate(ways.items()):
            began = time.process_time()
            for time_ in range(TIMES):
                size = len(draw(another(values, 1000 * nth + number * TIMES + time_)))
            if number:  # the first round only warmed up
                spent[way].append((time.process_time() - began) * 1000 / TIMES)
            assert size > 1000
    found = {way: round(statistics.median(times), 2) for way, times in spent.items()}
    ratios = {f"{way}_ratio": round(found[way] / found["naive"], 3) for way in GOALS}
    return found | ratios


def another(values: Values, number: int) -> Values:
    """The same for somebody else: other names, amounts and digits, so that nothing of it was drawn before."""
    changed: dict[str, object] = {}
    for name, value in values:
        if isinstance(value, tuple):
            changed[name] = tuple(another(one, number) if isinstance(one, Values) else one for one in value)
        elif name in ("last4", "from_last4", "to_last4"):
            changed[name] = f"{number:04d}"
        elif isinstance(value, str) and value.endswith(" UAH"):
            changed[name] = f"{1000 + number}.{number % 100:02d} UAH"
        elif isinstance(value, str) and name not in ("kind", "state", "scheme", "tariff", "currency"):
            changed[name] = value + str(number)
    return values.model_copy(update=changed)


def naive(page: Page, look: Look) -> bytes:
    """The same picture as a script draws it."""
    picture = _naive_page(page, look)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _naive_page(page: Page, look: Look) -> Image.Image:
    picture = grounds.drawn.__wrapped__(page.ground, look, (page.width, page.height))
    pen = ImageDraw.Draw(picture)
    for item in page.items:
        box = item.box
        match item:
            case Words():
                _naive_words(pen, item)
            case Shape():
                corners = (box.left, box.top, box.right - 1, box.bottom - 1)
                pen.rounded_rectangle(corners, item.radius, fill=item.colour)
            case Sign():
                pen.ellipse((box.left, box.top, box.right, box.bottom), fill=item.colour)
                pen.line([(box.left + x, box.top + y) for x, y in STROKES[item.sign]], fill="#FFFFFF", width=5)
            case Code():
                drawn = BytesIO()
                segno.make(item.data, error="m", micro=False).save(
                    drawn, kind="png", scale=item.scale, border=QUIET_ZONE, dark=item.dark
                )
                picture.paste(Image.open(drawn).convert("RGB"), (box.left, box.top))
            case Face():
                mask = canvas.rounded_mask.__wrapped__((item.page.width, item.page.height), 48)
                picture.paste(_naive_page(item.page, look), (box.left, box.top), mask)
    return picture


def _naive_words(pen: ImageDraw.ImageDraw, words: Words) -> None:
    for number, line in enumerate(words.lines):
        x = float(words.box.left)
        top = words.box.top + number * line_height(words.size, words.style.weight)
        for piece, family in fonts.runs(line):
            face = fonts.face(words.size, words.style.weight, family)
            pen.text((x, top), piece, font=face, fill=words.colour, features=features_of(words.style))
            x += pen.textlength(piece, font=face)


def _documents(templates: Templates, look: Look) -> dict[str, float]:
    """CPU milliseconds of a receipt's page, and of a statement of a thousand operations."""
    at = datetime(2026, 11, 28, tzinfo=UTC)
    entry = Entry(at=at, text="Silpo", amount="-1.00 UAH", balance="1000.00 UAH")
    held = templates.by_name["statement"].sample("plain", "UAH")
    assert isinstance(held, Statement)
    long = held.model_copy(update={"entries": (entry,) * 1000})
    wanted: dict[str, tuple[str, Values]] = {
        "receipt": ("receipt", templates.by_name["receipt"].sample("plain", "UAH")),
        "statement of 3 operations": ("statement", held),
        "statement of 1,000 operations": ("statement", long),
    }
    found = {}
    for what, (name, values) in wanted.items():
        times = []
        for _ in range(3):
            began = time.process_time()
            pages = templates.document(name, values, look, "uk")
            documents.written(pages, look, "title", "words", "uk", at)
            times.append((time.process_time() - began) * 1000)
        found[what] = round(statistics.median(times), 1)
    return found


def _print(rows: dict[str, dict[str, float]], papers: dict[str, float]) -> None:
    table = Table(title="CPU milliseconds a picture (goals against the naive one: JPEG 0.4, PNG 0.75)")
    for column in ("", "naive", "JPEG", "PNG", "WebP", "JPEG / naive", "PNG / naive"):
        table.add_column(column, justify="left" if not column else "right")
    for name, row in rows.items():
        table.add_row(name, *[str(row[key]) for key in ("naive", "jpeg", "png", "webp", "jpeg_ratio", "png_ratio")])
    Console().print(table)
    for what, spent in papers.items():
        Console().print(f"PDF, {what}: {spent} ms")
