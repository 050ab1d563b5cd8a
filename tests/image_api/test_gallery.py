"""The gallery has every template, sample, bank and language, each with its words, and every file that it names."""

import re
from html import unescape
from pathlib import Path

from image_api.gallery import hang
from image_api.layout import Templates
from tests.image_api.conftest import LOOKS, TEMPLATES

FEW = Templates({name: TEMPLATES.by_name[name] for name in ("balance", "receipt")}, TEMPLATES.styles)


def test_the_gallery_shows_everything_with_its_words(tmp_path: Path) -> None:
    heard: list[str] = []
    count = hang(tmp_path, FEW, LOOKS, heard.append)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")

    shown = sum(len(one.samples) * (2 if one.document else 1) for one in FEW.by_name.values())
    assert count == shown * len(LOOKS) * 2
    assert heard == [f"balance: {2 * 4}", f"receipt: {4 * 4 * 2}"]
    named = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert named == {file.name for file in tmp_path.iterdir()} - {"index.html"}
    values = TEMPLATES.by_name["receipt"].sample("pending", "KWD")
    said = TEMPLATES.alternative("receipt", values, LOOKS["dhow"], "uk")
    assert said.replace("\n", " ") in unescape(page)
