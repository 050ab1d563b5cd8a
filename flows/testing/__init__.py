"""Runs the staff's tests of flows: the real engine with a fake bank, a virtual clock and a fake card vault.

``read_tests`` reads tests/*.test.yml, ``run`` plays them, ``Coverage`` says what they have not reached. Nothing is
random and no time passes, so a test that fails once fails always.
"""

from flows.testing.coverage import Coverage
from flows.testing.proving import prove, taken_elsewhere
from flows.testing.reading import read_tests
from flows.testing.running import Report, run

__all__ = ["Coverage", "Report", "prove", "read_tests", "run", "taken_elsewhere"]
