"""What the other rooms cost: a sentence understood, a picture drawn, 200 flows checked, a thousand chats served."""

import asyncio
import statistics
import time
from collections.abc import Callable

import uvloop
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from bench.chats import CHATS, GOAL_S, THINKS_S
from bench.chats import measured as chatting
from bench.flows import GOAL_S as CHECKED_S
from bench.flows import checked, grown
from bench.nlu.engines import Embedded
from bench.nlu.sets import Set, sets
from bench.performance.figures import Figure
from bench.performance.server import Server
from bench.pictures import GOALS
from bench.pictures import measured as drawn
from bot.brands import look_of
from core_adapters import brands
from image_api.layout import Templates

NLU, PICTURES, FLOWS, PEOPLE = "a sentence", "a picture", "checks of flows", "a thousand people who chat"
SENTENCES = 400
PARSE_MS, TRAIN_S, MODEL_MB = 0.5, 20.0, 100.0
SHOWN = ("receipt", "card_issued", "statement")


def understanding(rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Beside what scikit-learn makes of the same examples in five lines, which knows no typos and no families."""
    own = next(one for one in sets(None) if one.name.startswith("own, en"))
    texts = [text for text, _ in own.asked][:SENTENCES]
    say("nlu: training, about half a minute")
    engine = Embedded()
    trained_s = engine.train(own.examples)
    plain, plain_s = _plain(own)
    served = [engine.served(texts) for _ in range(rounds)]
    spent = [_cpu_ms(plain, texts) for _ in range(rounds)]
    parse_ms, memory = statistics.median(one.cpu_ms for one in served), statistics.median(one.rss_mb for one in served)
    by_hand = statistics.median(spent)
    return [
        Figure(NLU, "understood", parse_ms, "ms CPU", {"plain scikit-learn": by_hand}, PARSE_MS),
        Figure(NLU, "training on all examples", trained_s, "s CPU", {"plain scikit-learn": plain_s}, TRAIN_S),
        Figure(NLU, "memory of the trained model", memory, "MB", goal=MODEL_MB),
    ]


def _plain(own: Set) -> tuple[Pipeline, float]:
    texts, intents = zip(*((text, intent) for intent, some in own.examples.items() for text in some), strict=True)
    plain = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)), SGDClassifier(loss="log_loss"))
    began = time.process_time()
    plain.fit(texts, intents)
    return plain, time.process_time() - began


def _cpu_ms(plain: Pipeline, texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        plain.predict_proba([text])
    return (time.process_time() - began) * 1000 / len(texts)


def pictures(say: Callable[[str], None]) -> list[Figure]:
    """Beside the same picture as a script would draw it, encoded as PNG."""
    templates, look, found = Templates.ours(), look_of(brands.load("sandbox")), list[Figure]()
    for name in SHOWN:
        say(f"pictures: {name}")
        cost = drawn(name, templates, look)
        for way, goal in GOALS.items():
            what = f"{name.replace('_', ' ')} as {way.upper()}"
            found.append(Figure(PICTURES, what, cost[way], "ms CPU", {"naively drawn": cost["naive"]}, goal, "ratio"))
    return found


def flows(rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """Beside reading the same files with the YAML library alone."""
    checks, reads = list[float](), list[float]()
    with grown() as content:
        files = [file.read_text(encoding="utf-8") for file in content.rglob("*.yml")]
        for number in range(rounds):
            say(f"flows: round {number + 1} of {rounds}")
            checks.append(checked(content)[1])
            began = time.process_time()
            for text in files:
                yaml.load(text, yaml.CSafeLoader)
            reads.append(time.process_time() - began)
    floors = {"read by libyaml": statistics.median(reads)}
    return [Figure(FLOWS, "200 flows", statistics.median(checks), "s CPU", floors, CHECKED_S)]


async def people(server: Server, say: Callable[[str], None]) -> list[Figure]:
    """Our own share of the time until the answer, the bank and the messenger taken out."""
    say(f"people: {CHATS:,} who think {THINKS_S[0]:g} to {THINKS_S[1]:g} s before every word, a minute and a half")
    dsn = await server.database("people")
    found = await asyncio.to_thread(lambda: _by_itself(dsn))
    goals = {"p95_ms": 1000 * GOAL_S}
    shown = {"p50_ms": "half are answered within", "p95_ms": "95 of 100 within", "p99_ms": "99 of 100 within"}
    return [Figure(PEOPLE, what, found[name], "ms", goal=goals.get(name)) for name, what in shown.items()]


def _by_itself(dsn: str) -> dict[str, float]:
    return uvloop.run(chatting(dsn, CHATS, THINKS_S))
