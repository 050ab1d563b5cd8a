"""What all blocks have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from image_api.sheet import GAP

Pixels = Annotated[int, Field(ge=0, le=4000)]


class Shape(BaseModel):
    """``gap`` is the room above, in pixels."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gap: Pixels = GAP

    def texts(self) -> tuple[str, ...]:
        """What it says, for the check of a template."""
        return ()
