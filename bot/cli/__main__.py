"""`python -m bot.cli` is the same as `teller`."""

from bot.cli import main

main()
