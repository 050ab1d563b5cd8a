"""Which news leaves next, and how it is packed: one piece a webhook, unless disorder was asked for."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sandbox.graph.faults import Disorder
from sandbox.graph.news import News


@dataclass(frozen=True, slots=True)
class Parcel:
    """Bodies to post one after another, each with the news in it; `about` is empty for a group of several people."""

    about: str
    bodies: tuple[tuple[News, ...], ...]

    @property
    def news(self) -> list[News]:
        return [each for body in self.bodies for each in body]


def parcels(due: Sequence[News], under_way: Collection[Parcel], disorder: Disorder) -> Iterator[Parcel]:
    """What may leave now. Only fresh news keeps an order: what failed once comes whenever its pause ends."""
    gone = {each.id for parcel in under_way for each in parcel.news}
    free = [each for each in due if each.id not in gone]
    yield from (Parcel("", ((each,),)) for each in free if each.tries)
    fresh = [each for each in free if not each.tries]
    if disorder.group > 1:
        if len(fresh) >= disorder.group:
            yield _group(fresh[: disorder.group], disorder)
        return
    busy = {parcel.about for parcel in under_way}
    for each in fresh:
        if each.about not in busy:
            times = 1 + (disorder.duplicate if disorder.count else 0)
            yield Parcel(each.about, ((each,),) * times)
        busy.add(each.about)


def _group(news: list[News], disorder: Disorder) -> Parcel:
    ordered = tuple(reversed(news)) if disorder.shuffle else tuple(news)
    bodies = (ordered,) if disorder.batch > 1 else tuple((each,) for each in ordered)
    return Parcel("", bodies * (1 + disorder.duplicate))
