"""PostgreSQL: version, generations, and the copy of its WAL."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.sections.section import Section, Size

Generation = Annotated[int, Field(ge=1)]


class WalReceiver(Section):
    """A second copy of the WAL, on a volume of its own, that commits wait for: zero loss."""

    enabled: bool = Field(False, description="whether the stack has it")
    on_loss: Literal["continue", "block"] = Field(
        "continue", description="while it is away: commits go on after a while and tell, or wait for it"
    )
    away_seconds: int = Field(
        10, ge=2, le=3600, description="seconds of its absence after which commits go on"
    )
    keep: Size = Field("1GB", description="WAL that the database keeps for it while it is away, at most")
    volume_options: dict[str, str] = Field(
        {}, description="of its volume, as Docker's local driver takes them: another disk, or NFS"
    )


Release = Literal[15, 17, 18]
"""Major versions of PostgreSQL that infra/images/database knows where to get."""


class Database(Section):
    """PostgreSQL, and which volume is its present generation."""

    version: Release = Field(17, description="major version that serves; `database.upgrade` moves it")
    former: tuple[Release, ...] = Field(
        (), description="major versions of kept volumes; the image has their programs, too"
    )
    generation: Generation = Field(1, description="number of the volume that serves; a restore moves it")
    kept: tuple[Generation, ...] = Field((), description="older volumes that `restore.undo` can go back to")
    last_generation: int = Field(0, ge=0, description="highest number ever given; none is given twice")
    max_connections: int = Field(100, ge=20, le=5000)
    shared_buffers: Size = Field("128MB", description="PostgreSQL's own cache")
    archive_timeout: int = Field(5, ge=1, le=300, description="seconds after which a WAL segment is archived")
    wal_receiver: WalReceiver = WalReceiver()

    @model_validator(mode="after")
    def _generations_agree(self) -> "Database":
        if self.generation in self.kept:
            message = f"generation {self.generation} serves and cannot be listed in kept too"
            raise ValueError(message)
        return self

    @property
    def versions(self) -> tuple[int, ...]:
        """Major versions whose programs the image has, in order."""
        return tuple(sorted({self.version, *self.former}))

    @property
    def declared(self) -> tuple[int, ...]:
        """Every generation whose volume exists, in order."""
        return tuple(sorted({self.generation, *self.kept}))

    @property
    def next_generation(self) -> int:
        """A number that was never used."""
        return max(self.last_generation, *self.declared) + 1
