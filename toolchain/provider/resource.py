"""What every kind of resource can do."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from toolchain.provider.call import Call
from toolchain.provider.diff import Change, changes
from toolchain.provider.failure import Fault, ProviderFailure
from toolchain.provider.property_value import Properties
from toolchain.provider.schema import Block


@dataclass(frozen=True)
class Live:
    """A resource as Docker has it.

    Attributes:
        id: Docker's identity of it.
        inputs: the inputs of the last update, with what differs in Docker put in.
        computed: all that Docker has of it, with what it fills in and computes by itself.
    """

    id: str
    inputs: Properties
    computed: Properties


class Resource(ABC):
    """One kind of resource; values reach it without marks of secrets.

    Attributes:
        block: the table of its properties.
        computed: properties that Docker computes or fills in, unknown in a preview unless they are given.
        stable: those of them that an update in place leaves as they are.
        sensitive: properties that are secret whether the program says so or not; nested ones with dots.
        auto_named: gets a name by itself when the program gives none.
        delete_first: a replacement comes only when the old one is gone, whatever their names.
        noted: a note is left beside it until the engine's state has it.
    """

    block: Block
    computed: tuple[str, ...] = ()
    stable: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    auto_named: bool = True
    delete_first: bool = False
    noted: bool = False

    def prepared(self, inputs: Properties) -> Properties:
        """The inputs with what the provider adds by itself."""
        return inputs

    def foreseen(self, inputs: Properties) -> Properties:
        """Those of the computed properties that are known before an update."""
        del inputs
        return {}

    def faults(self, inputs: Properties) -> Iterable[Fault]:
        """What the table cannot see wrong."""
        del inputs
        return ()

    def changes(self, old: Properties, new: Properties) -> list[Change]:
        """What changed between two sets of inputs."""
        return list(changes(self.block, old, new))

    @abstractmethod
    def create(self, inputs: Properties, call: Call) -> Live:
        """Make it, all of it or nothing."""

    @abstractmethod
    def read(self, identity: str, inputs: Properties, call: Call) -> Live | None:
        """Look at it; None when it is gone. Without inputs it is imported: all that matters is read."""

    def recorded(self, identity: str, call: Call) -> None:
        """Told of resources that leave a note of their creation: the engine's state has this one."""
        del identity, call

    def made(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Look at what was just made."""
        live = self.read(identity, inputs, call)
        if live is None:
            raise ProviderFailure(f"{identity} was made and is gone again. Run `pulumi up` once more.")
        return live

    def update(self, identity: str, inputs: Properties, call: Call) -> Live:
        """Change it in place."""
        del inputs, call
        raise ProviderFailure(f"{identity} cannot be changed in place; every change replaces it.")

    @abstractmethod
    def delete(self, identity: str, inputs: Properties, call: Call) -> None:
        """Take it away; it being gone already is success."""
