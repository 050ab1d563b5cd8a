"""Yes and no to a pending question, in English, Ukrainian and Russian, with the politeness people add.

Strict on purpose: a yes moves money. A text that carries anything else than the answer and courtesy is no answer.
"""

import re
import unicodedata

# More words than this is a sentence, not an answer.
WORDS_MAX = 8

_YES = """
yes yep yeah yup sure ok okay okey okie k confirm confirmed agree agreed correct right exactly absolutely definitely
alright
send proceed accept fine affirmative indeed y
так ага угу авжеж звісно звичайно підтверджую згоден згодна погоджуюсь погоджуюся вірно правильно точно добре гаразд
окей ок давай давайте надсилай надсилайте відправляй відправляйте приймаю безумовно
да конечно подтверждаю согласен согласна верно хорошо ладно отправляй отправляйте разумеется
tak da ugu zvisno avzhezh davai davay dobre
👍 ✅ ✔ 👌 ☑ 🆗
"""
_NO = """
no nope nah never dont stop decline reject refuse disagree wrong incorrect negative n
ні нє неа ніколи відхиляю відмовляюсь відмовляюся незгоден незгодна передумав передумала
нет никогда отказываюсь
ni nie nea net
👎 ❌ ✖ 🚫 ⛔
"""
_COURTESY = """
please pls plz thanks thank you thx ty of course it this that is all
будь ласка дякую спасибі прошу це все усе я то ж ну
пожалуйста спасибо плиз это
bud laska dyakuyu
🙏 🙂 😊
"""
YES, NO, COURTESY = (frozenset(words.split()) for words in (_YES, _NO, _COURTESY))
# Several words that answer only together; the longest are looked for first.
_YES_PHRASES = (
    "of course", "go ahead", "do it", "send it", "that is right", "thats right", "that is correct", "thats correct",
    "all right", "sounds good", "looks good", "why not", "no problem", "i agree", "i confirm", "i do",
    "все вірно", "все правильно", "все так", "усе вірно", "я згоден", "я згодна", "не проти", "без проблем",
    "все верно", "не против", "я согласен", "я согласна",
)  # fmt: skip
_NO_PHRASES = (
    "do not", "dont do it", "do not do it", "do not send", "dont send", "do not send it", "dont send it", "no way",
    "not now", "not yet", "not today", "of course not", "i do not agree", "i dont agree", "i disagree", "not correct",
    "not right", "i do not want", "i dont want", "no thanks", "no thank you", "i changed my mind", "please dont",
    "не треба", "не потрібно", "не хочу", "не зараз", "не згоден", "не згодна", "не надсилай", "не надсилайте",
    "не відправляй", "не відправляйте", "не вірно", "не правильно", "не так", "не буду", "не погоджуюсь",
    "в жодному разі", "не погоджуюся",
    "не підтверджую", "аж ніяк", "я передумав", "я передумала", "звісно ні",
    "не надо", "не нужно", "не сейчас", "не согласен", "не согласна", "не отправляй", "не отправляйте", "не верно",
    "не подтверждаю", "ни в коем случае", "ne treba", "ne hochu", "ne nado",
)  # fmt: skip
_BUT = re.compile(r"^(?:but|only|just|except|але|тільки|лише|проте|однак|но|только)(?!\w)", re.IGNORECASE)
_TOKEN = re.compile(
    r"[^\W_]+(?:['’ʼ`][^\W_]+)*|[👍👎✅✔👌☑🆗❌✖🚫⛔🙏🙂😊]|[^\s\w.,!?;:()\-–—\"'…\ufe0f\u200d🏻🏼🏽🏾🏿]+|\w"
)


def yes_or_no(text: str) -> bool | None:
    """True for a yes, False for a no, None when the text is neither or carries anything else."""
    words = _words(text)
    return None if not words or len(words) > WORDS_MAX else _verdict(words)


def yes_but(text: str) -> str | None:
    """What follows a yes that is no plain yes: ``60`` of "yes but 60"; None when the text does not begin with one.

    The yes and the "but" are gone from the answer; a correction it may hold is the caller's to find.
    """
    if yes_or_no(text) is not None:
        return None
    tokens = list(_TOKEN.finditer(text))[: WORDS_MAX + 1]
    for count in range(min(len(tokens), WORDS_MAX), 0, -1):
        if _verdict(_words(text[: tokens[count - 1].end()])) is not True:
            continue
        rest = text[tokens[count - 1].end() :].strip(" \t\r\n.,!?;:-–—…")
        rest = _BUT.sub("", rest).strip(" \t\r\n.,!?;:-–—…")
        return rest if rest and yes_or_no(rest) is None else None
    return None


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).lower()
    return [re.sub("['’ʼ`]", "", match[0]) for match in _TOKEN.finditer(folded)][: WORDS_MAX + 1]


def _verdict(words: list[str]) -> bool | None:
    """Every word must say the same, or be courtesy; a phrase is one word."""
    said: set[bool] = set()
    at = 0
    while at < len(words):
        width, verdict = _read(words, at)
        if width == 0:
            return None
        if verdict is not None:
            said.add(verdict)
        at += width
    return said.pop() if len(said) == 1 else None


def _read(words: list[str], at: int) -> tuple[int, bool | None]:
    """How many words from ``at`` belong together and what they say; 0 for a word that is no answer."""
    for width in range(min(5, len(words) - at), 1, -1):
        phrase = " ".join(words[at : at + width])
        if phrase in _YES_PHRASES or phrase in _NO_PHRASES:
            return width, phrase in _YES_PHRASES
    word = words[at]
    if word in COURTESY:
        return 1, None
    return (1, word in YES) if word in YES or word in NO else (0, None)
