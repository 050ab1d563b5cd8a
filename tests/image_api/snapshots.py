"""Where everything stands on every sample: ``python -m tests.image_api.snapshots`` writes it anew, to be looked at.

One file a template in ``layouts/``; a change of a layout is then seen in a diff before it is seen by a customer.
"""

import json
from pathlib import Path

from image_api.page import Page
from tests.image_api.conftest import LOOKS, TEMPLATES

FOLDER = Path(__file__).parent / "layouts"


def told(page: Page) -> dict[str, object]:
    """A page as it is kept."""
    boxes = {name: [box.left, box.top, box.right, box.bottom] for name, box in page.boxes.items()}
    return {"size": [page.width, page.height], "ground": page.ground.kind, "boxes": boxes}


def drawn(name: str) -> dict[str, dict[str, object]]:
    """All layouts of a template."""
    template, found = TEMPLATES.by_name[name], {}
    for sample in template.samples:
        for bank, look in LOOKS.items():
            values = template.sample(sample, look.currency)
            for locale in look.locales:
                key = f"{sample} {bank} {locale}"
                found[key] = told(TEMPLATES.picture(name, values, look, locale))
                if template.document is not None:
                    pages = TEMPLATES.document(name, values, look, locale)
                    found |= {f"{key} page {number}": told(page) for number, page in enumerate(pages, 1)}
    return found


def kept(name: str) -> dict[str, dict[str, object]]:
    """What was looked at."""
    found: dict[str, dict[str, object]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    for name in TEMPLATES.by_name:
        lines = (f"{json.dumps(key)}: {json.dumps(page)}" for key, page in drawn(name).items())
        (FOLDER / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
