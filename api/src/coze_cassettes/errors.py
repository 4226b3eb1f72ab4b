"""The exceptions of the toolkit: each message says what happened, where, what to do next."""


class CassetteError(Exception):
    """Anything the toolkit refuses to do; its text is meant for the terminal and never holds a scrubbed value."""


class UnreadableBody(CassetteError):
    """A body that cannot be opened, so that nobody can say what is in it."""


class UnsafeCassette(CassetteError):
    """The inspector found something in a cassette that must not be saved."""


class NotWritten(CassetteError):
    """A file cannot be written: the disk is full, or the folder is not to be written to."""


class InvalidCassette(CassetteError):
    """A cassette file that is missing, damaged, edited by hand or without metadata."""


class Misuse(CassetteError):
    """The command or the environment is wrong; nothing was attempted (exit code 2)."""


def system_reason(error: OSError) -> str:
    """What the operating system refuses, and of which file."""
    reason = error.strerror or type(error).__name__
    return f"{reason}: {error.filename}" if error.filename else reason
