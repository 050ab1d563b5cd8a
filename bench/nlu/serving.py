"""``python -m bench.nlu.serving FOLDER [ENCODER]``: load the kept model, answer stdin's sentences, tell what it cost.

Nothing is imported before the memory is read for the first time that a serving process would not have anyway.
"""

import json
import statistics
import sys
import time
from pathlib import Path

WARM_UP = 20
KEY = "bench"


def rss_mb() -> float:
    """The resident memory of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Memory before and after, then time a sentence."""
    texts = json.load(sys.stdin)
    before = rss_mb()
    from nlu.encoder import open_encoder
    from nlu.trained import load

    encoder = open_encoder(Path(sys.argv[2])) if len(sys.argv) > 2 else None
    model = load(Path(sys.argv[1]), KEY, encoder)
    assert model is not None, "the model that was just kept cannot be read"
    for text in texts[:WARM_UP]:
        model.rank(text)
    wall, cpu = [], time.process_time()
    for text in texts:
        began = time.perf_counter()
        model.rank(text)
        wall.append(1000 * (time.perf_counter() - began))
    cpu = 1000 * (time.process_time() - cpu) / len(texts)
    wall.sort()
    figures = (statistics.median(wall), wall[int(0.95 * len(wall))], cpu, rss_mb() - before)
    print(json.dumps(dict(zip(("p50_ms", "p95_ms", "cpu_ms", "rss_mb"), figures, strict=True))))


if __name__ == "__main__":
    main()
