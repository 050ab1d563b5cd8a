"""Schedules in the customer's words, one a line: whom, how much, how often, when next."""

from collections.abc import Iterable, Mapping

from core_adapters.recurring.calendar import Every
from core_adapters.recurring.records import Schedule
from flows import formats

LINES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "pay": "{name}, {amount} {every}, next on {day}",
        "remind": "Reminder: {name} {every}, next on {day}",
        "paused": "{name}, {amount} {every}: paused, nothing is paid",
        "once": "once",
        "week": "every week",
        "month": "every month",
        "reminder": "Reminder: {name}",
    },
    "uk": {
        "pay": "{name}, {amount} {every}, далі {day}",
        "remind": "Нагадування: {name} {every}, далі {day}",
        "paused": "{name}, {amount} {every}: призупинено, нічого не сплачується",
        "once": "один раз",
        "week": "щотижня",
        "month": "щомісяця",
        "reminder": "Нагадування: {name}",
    },
}


def lines(schedules: Iterable[Schedule], locale: str) -> str:
    """All schedules, one a line."""
    return "\n".join(_line(schedule, locale) for schedule in schedules)


def title(schedule: Schedule, locale: str) -> str:
    """What a schedule is called where one is to be chosen."""
    name = schedule.body.name
    return name if schedule.does == "pay" else _words(locale)["reminder"].format(name=name)


def _line(schedule: Schedule, locale: str) -> str:
    words = _words(locale)
    every: Every = schedule.every
    return words["paused" if schedule.state == "paused" else schedule.does].format(
        name=schedule.body.name,
        amount=formats.money(schedule.amount, locale) if schedule.amount else "",
        every=words[every],
        day=formats.day(schedule.next_on, locale),
    )


def _words(locale: str) -> Mapping[str, str]:
    return LINES.get(locale.partition("-")[0], LINES["en"])
