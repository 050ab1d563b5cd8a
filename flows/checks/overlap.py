"""W520: two flows that the same words, command or link would start."""

from collections.abc import Iterator

from flows.loading.draft import Draft, flow_owner
from flows.problems import Problem


def check_overlap(draft: Draft) -> Iterator[Problem]:
    """W520; an intent, command or deep link of two flows decides by chance, an example confuses the model."""
    seen: dict[tuple[str, str], str] = {}
    for flow in draft.flows.values():
        starts = flow.starts_on
        for key in ("intents", "commands", "deep_links", "examples"):
            for number, text in enumerate(getattr(starts, key)):
                first = seen.setdefault((key, " ".join(text.casefold().split()).rstrip(".!?")), flow.id)
                if first != flow.id:
                    at = draft.at(flow_owner(flow.id), "starts_on", key, number)
                    what = f"'{text}' also starts the flow '{first}'"
                    yield Problem("W520", at, what, "which of them starts would be chance", "keep it in one of them")
