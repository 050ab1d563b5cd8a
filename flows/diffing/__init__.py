"""What differs between two versions of the content, in words, the most dangerous first."""

from flows.diffing.changes import Change, as_json, as_text
from flows.diffing.compare import differences

__all__ = ["Change", "as_json", "as_text", "differences"]
