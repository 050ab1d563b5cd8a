"""One file a template: what it draws, and what it says to someone who cannot see it."""
