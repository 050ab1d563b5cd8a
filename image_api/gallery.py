"""Every template, sample, brand and language on one page, to be looked at by people before customers see it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from image_api import documents
from image_api.layout import Templates
from image_api.look import Look
from image_api.painting import paint
from image_api.rendering import encoded

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 1800px; padding: 24px; background: #eceef2; color: #14213d; }
nav { display: flex; flex-wrap: wrap; gap: 8px 16px; } nav a { padding: 6px 0; }
section { margin: 32px 0; }
h2 { margin: 0 0 8px; } h3 { margin: 24px 0 8px; font-weight: 600; }
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); gap: 20px; align-items: start; }
figure { margin: 0; } img { display: block; width: 100%; height: auto; box-shadow: 0 1px 6px #0003; }
figcaption { font-size: 13px; color: #4a5568; padding-top: 6px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { background: #10141c; color: #e7eaf1; } figcaption { color: #a9b3c3; } a { color: #9ec1ff; } }
"""  # noqa: E501 - a rule a line


@dataclass(frozen=True, slots=True)
class Figure:
    """One picture of the gallery, with the words that go with it."""

    template: str
    sample: str
    file: str
    leads_to: str
    caption: str
    alt: str
    width: int
    height: int


def hang(folder: Path, templates: Templates, looks: Mapping[str, Look], said: Callable[[str], None]) -> int:
    """Draw everything into a folder, with an index.html; ``said`` hears of each template. How many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    for name in templates.by_name:
        drawn = list(_of(name, folder, templates, looks))
        figures += drawn
        said(f"{name}: {len(drawn)}")
    (folder / "index.html").write_text(_page(figures), encoding="utf-8")
    return len(figures)


def _of(name: str, folder: Path, templates: Templates, looks: Mapping[str, Look]) -> Iterator[Figure]:
    template = templates.by_name[name]
    for sample in template.samples:
        for brand, look in looks.items():
            values = template.sample(sample, look.currency)
            for locale in look.locales:
                base, caption = f"{name}.{sample}.{brand}.{locale}", f"{look.name}, {locale}"
                alt = " ".join(templates.alternative(name, values, look, locale).split("\n"))
                picture = paint(templates.picture(name, values, look, locale), look)
                (folder / f"{base}.jpg").write_bytes(encoded(picture, "jpeg"))
                yield Figure(name, sample, f"{base}.jpg", f"{base}.jpg", caption, alt, *picture.size)
                if template.document is None:
                    continue
                pages = templates.document(name, values, look, locale)
                title = templates.title(name, values, look, locale)
                pdf = documents.written(pages, look, title, alt, locale, datetime.now(UTC))
                (folder / f"{base}.pdf").write_bytes(pdf)
                page = paint(pages[0], look)
                (folder / f"{base}.pdf.jpg").write_bytes(
                    encoded(page.resize((page.width // 2, page.height // 2)), "jpeg")
                )
                leads_to, caption = f"{base}.pdf", f"{caption}, PDF of {len(pages)}"
                yield Figure(name, sample, f"{base}.pdf.jpg", leads_to, caption, title, *page.size)


def _page(figures: list[Figure]) -> str:
    names = list(dict.fromkeys(figure.template for figure in figures))
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in names)
    sections = "".join(_section(name, [figure for figure in figures if figure.template == name]) for name in names)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gallery</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Gallery</h1>
<p>{len(figures)} pictures and documents. Under each stands what somebody hears who cannot see it.</p>
<nav>{links}</nav>
{sections}</body>
</html>
"""


def _section(name: str, figures: list[Figure]) -> str:
    samples = dict.fromkeys(figure.sample for figure in figures)
    rows = "".join(_row(sample, [one for one in figures if one.sample == sample]) for sample in samples)
    return f'<section id="{escape(name)}">\n<h2>{escape(name)}</h2>\n{rows}</section>\n'


def _row(sample: str, figures: list[Figure]) -> str:
    return f'<h3>{escape(sample)}</h3>\n<div class="row">\n{"".join(map(_figure, figures))}</div>\n'


def _figure(figure: Figure) -> str:
    alt, size = escape(figure.alt), f'width="{figure.width}" height="{figure.height}"'
    shown = f'<img loading="lazy" {size} src="{escape(figure.file)}" alt="{alt}">'
    return f"""<figure><a href="{escape(figure.leads_to)}">{shown}</a>
<figcaption><b>{escape(figure.caption)}</b> {alt}</figcaption></figure>
"""
