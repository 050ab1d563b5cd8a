"""Every setting of Teller in one place.

`load_settings()` reads the environment and `.env`, and says all problems at once.
"""

from bot.settings.load import PROJECT, SettingsWrong, load_settings
from bot.settings.production import messengers_on
from bot.settings.shape import Settings

__all__ = ["PROJECT", "Settings", "SettingsWrong", "load_settings", "messengers_on"]
