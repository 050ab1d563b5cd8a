"""An imitation of Viber's REST Bot API: a bot talks to it as to the real one, people hold its phones."""
