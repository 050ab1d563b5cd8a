"""parse_mode MarkdownV2: every sign that means something must be escaped, or the platform refuses the text."""

from sandbox.telegram.entities import Builder, Entity, cannot_parse

RESERVED = "_*[]()~`>#+-=|{}.!"
# Longer marks first: "__" is not twice "_".
MARKS = {
    "```": "pre",
    "__": "underline",
    "||": "spoiler",
    "_": "italic",
    "*": "bold",
    "~": "strikethrough",
    "`": "code",
}
NAMES = {
    "pre": "PreCode", "underline": "Underline", "spoiler": "Spoiler", "italic": "Italic", "bold": "Bold",
    "strikethrough": "Strikethrough", "code": "Code", "text_link": "TextUrl", "blockquote": "BlockQuote",
}  # fmt: skip
LITERAL = ("pre", "code")

Open = tuple[str, int, int]


class MarkdownReader:
    """One reading of one text, left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.built = Builder()
        self.stack: list[Open] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            self._step()
        self._end_quote()
        if self.stack:
            kind, _, at = self.stack[-1]
            raise cannot_parse(f"Can't find end of {NAMES[kind]} entity", self.source, at)
        return self.built.finish()

    def _step(self) -> None:
        sign = self.source[self.at]
        if sign == "\\" and self.at + 1 < len(self.source) and ord(self.source[self.at + 1]) < 127:
            self._take(self.source[self.at + 1], 2)
        elif self._inside_literal():
            self._literal()
        elif mark := self._mark():
            self._toggle(mark)
        elif sign in "[]":
            self._bracket(sign)
        elif sign == ">" and self._at_line_start():
            self._start_quote()
        elif sign in RESERVED:
            words = f"Character '{sign}' is reserved and must be escaped with the preceding '\\'"
            raise cannot_parse(words, self.source, self.at)
        else:
            if sign == "\n" and self.source[self.at + 1 : self.at + 2] != ">":
                self._end_quote()
            self._take(sign, 1)

    def _take(self, text: str, used: int) -> None:
        self.built.add(text)
        self.at += used

    def _inside_literal(self) -> bool:
        return bool(self.stack) and self.stack[-1][0] in LITERAL

    def _literal(self) -> None:
        mark = "```" if self.stack[-1][0] == "pre" else "`"
        if self.source.startswith(mark, self.at):
            self._toggle(mark)
        else:
            self._take(self.source[self.at], 1)

    def _mark(self) -> str | None:
        return next((mark for mark in MARKS if self.source.startswith(mark, self.at)), None)

    def _toggle(self, mark: str) -> None:
        kind = MARKS[mark]
        if self.stack and self.stack[-1][0] == kind:
            _, start, _ = self.stack.pop()
            self.built.close(kind, start)
        elif any(opened[0] == kind for opened in self.stack):
            inner, _, at = self.stack[-1]
            raise cannot_parse(f"Can't find end of {NAMES[inner]} entity", self.source, at)
        else:
            self.stack.append((kind, self.built.length, self.at))
        self.at += len(mark)

    def _bracket(self, sign: str) -> None:
        if sign == "[":
            self.stack.append(("text_link", self.built.length, self.at))
            self.at += 1
            return
        if not self.stack or self.stack[-1][0] != "text_link":
            raise cannot_parse(
                "Character ']' is reserved and must be escaped with the preceding '\\'", self.source, self.at
            )
        _, start, _ = self.stack.pop()
        self.at += 1
        url = self.built.since(start)
        if self.source.startswith("(", self.at):
            url = self._address()
        if url.startswith(("http://", "https://", "tg://", "mailto:")):
            self.built.close("text_link", start, url=url)

    def _address(self) -> str:
        began, letters = self.at, list[str]()
        self.at += 1
        while self.at < len(self.source) and self.source[self.at] != ")":
            self.at += self.source[self.at] == "\\"
            letters.append(self.source[self.at : self.at + 1])
            self.at += 1
        if self.at >= len(self.source):
            raise cannot_parse("Can't find end of a URL", self.source, began)
        self.at += 1
        return "".join(letters)

    def _at_line_start(self) -> bool:
        return self.at == 0 or self.source[self.at - 1] == "\n"

    def _start_quote(self) -> None:
        if not any(opened[0] == "blockquote" for opened in self.stack):
            self.stack.append(("blockquote", self.built.length, self.at))
        self.at += 1

    def _end_quote(self) -> None:
        if self.stack and self.stack[-1][0] == "blockquote":
            _, start, _ = self.stack.pop()
            self.built.close("blockquote", start)


def parse_markdown(source: str) -> tuple[str, list[Entity]]:
    """MarkdownV2. Raises Refused with "can't parse entities" and where."""
    return MarkdownReader(source).read()
