"""The bench measures a dialogue that works: every answer is checked on the way, in all three."""

from bench.__main__ import CHATS, measure
from bench.dialogue import TURNS


async def test_the_measured_dialogue_is_had_by_the_engine_and_both_floors(database: str) -> None:
    result = await measure(database, rounds=1, dialogues=1)
    assert result["turns_per_round"] == CHATS * TURNS
    for name in ("engine", "floor_memory", "floor_postgres"):
        cost = result[name]
        assert isinstance(cost, dict)
        assert cost["cpu_s_per_1000_turns"] >= 0
