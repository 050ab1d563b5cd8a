"""One thing that the doctor has looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was found. `mend` says what to do; empty when all is well."""

    about: str
    said: str
    mend: str = ""

    @property
    def is_well(self) -> bool:
        return not self.mend
