"""An SMS gateway whose messages arrive in an inbox on the page instead of a pocket."""
