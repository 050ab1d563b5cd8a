"""What to do next, as pure functions: no clock, no database, no bank."""
