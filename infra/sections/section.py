"""What every section of a stack's file is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=1, le=65535)]
Replicas = Annotated[int, Field(ge=1, le=64)]
URL = r"^(https?://[^\s]+)?$"
SECURE_URL = r"^https://[^\s]+$"
EMAIL = r"^([^@\s]+@[^@\s]+)?$"
Size = Annotated[str, Field(pattern=r"^[1-9][0-9]*(kB|MB|GB)$")]


class Section(BaseModel):
    """A part of the stack's file; unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
