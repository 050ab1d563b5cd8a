"""What is derived from a customer's code is compared in constant time, by the source itself."""

import ast
from pathlib import Path

import core_adapters.operations.sca


def test_codes_are_compared_in_constant_time():
    """Nothing that is derived from a code stands beside == or in; only compare_digest sees it."""
    tree = ast.parse(Path(core_adapters.operations.sca.__file__).read_text(encoding="utf-8"))
    compared = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert [text for text in compared if "code_hash" in text or "['code']" in text or "fingerprint" in text] == []
    called = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert "hmac.compare_digest" in called
