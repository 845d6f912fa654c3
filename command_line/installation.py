"""Where each shell looks for completion, and what is to be written there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from operation.failure import refusal

SCRIPTS = Path(__file__).resolve().parent / "scripts"
COMMANDS = ("invoke", "inv", "ops")
OURS = "Written by `invoke completion`"
"""Stands in every file of ours; a file without it is somebody else's and is left alone."""
BASH_COMPLETION = (Path("/usr/share/bash-completion/bash_completion"), Path("/etc/bash_completion"))


@dataclass(frozen=True)
class Place:
    """One file of completion.

    Attributes:
        shell: who reads it.
        path: where that shell looks for it.
        text: what it says.
    """

    shell: str
    path: Path
    text: str

    @property
    def state(self) -> str:
        """`missing`, `ours` (as it should be), `older` (ours, of another version) or `foreign`."""
        try:
            found = self.path.read_text()
        except FileNotFoundError:
            return "missing"
        except (OSError, UnicodeDecodeError):
            return "foreign"
        if found == self.text:
            return "ours"
        return "older" if OURS in found else "foreign"


def places(shell: str, environment: Mapping[str, str]) -> list[Place]:
    """The files of one shell, by the folders that its own manual names.

    bash-completion and fish load a file by the command's name, so each command has its own; zsh reads the
    names from the file's first line. fish loads none for a command that is typed with its path, as `./ops`
    is, so that one is read when fish starts.
    """
    text = (SCRIPTS / shell).read_text()
    if shell == "zsh":
        return [Place(shell, folder(shell, environment) / "_bem_operations", _for(text, " ".join(COMMANDS)))]
    where = folder(shell, environment)
    paths = {command: where / command for command in COMMANDS}
    if shell == "fish":
        paths = {command: where / f"{command}.fish" for command in COMMANDS}
        paths["ops"] = where.parent / "conf.d" / "bem_operations.fish"
    return [Place(shell, path, _for(text, command)) for command, path in paths.items()]


def folder(shell: str, environment: Mapping[str, str]) -> Path:
    """The user's own folder of completions."""
    home = Path(environment.get("HOME") or Path.home())
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    bash = Path(environment.get("BASH_COMPLETION_USER_DIR") or data / "bash-completion")
    return {
        "bash": bash / "completions",
        "zsh": data / "zsh" / "site-functions",
        "fish": config / "fish" / "completions",
    }[shell]


def advice(shell: str, environment: Mapping[str, str]) -> list[str]:
    """What a person still has to do, by the files that their shell reads; empty when nothing."""
    where, home = folder(shell, environment), Path(environment.get("HOME") or Path.home())
    loaded = any(path.exists() for path in BASH_COMPLETION) or _says(home / ".bashrc", str(where))
    if shell == "bash" and not loaded:
        lines = [f"source {where / command}" for command in COMMANDS]
        return ["bash-completion is not installed here; without it, put into ~/.bashrc:", *lines]
    if shell == "zsh" and not _says(Path(environment.get("ZDOTDIR") or home) / ".zshrc", str(where)):
        return [
            "zsh looks there once this stands in ~/.zshrc, before any other line with compinit:",
            f"fpath=({where} $fpath); autoload -Uz compinit && compinit",
        ]
    return []


def chosen(named: str, ancestors: list[str], environment: Mapping[str, str]) -> list[str]:
    """The shells to serve: those named, else the one that the person types in.

    Raises:
        Failure: when the name is no shell that we know, or none can be found.
    """
    from command_line.values import SHELLS  # noqa: PLC0415

    if named == "all":
        return list(SHELLS)
    guesses = [named] if named else [*ancestors, Path(environment.get("SHELL", "")).name]
    found = next((guess for guess in guesses if guess in SHELLS), None)
    if found is None:
        what = f"there is no completion for {named!r}." if named else "it cannot be seen which shell you use."
        raise refusal(what, remedy=f"add --shell with one of: {', '.join(SHELLS)}, all.")
    return [found]


def _for(text: str, commands: str) -> str:
    return text.replace("@COMMANDS@", commands)


def _says(path: Path, words: str) -> bool:
    """Whether a file names that folder, in full or from `~` on."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError):
        return False
    short = words.replace(str(Path.home()), "", 1)
    return words in text or f"~{short}" in text or f"$HOME{short}" in text
