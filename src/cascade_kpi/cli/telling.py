"""What the command says, and the codes it ends with."""

from __future__ import annotations

import sys
from typing import TextIO

from cascade_kpi._text import visible

__all__ = ["FAULTY", "FINE", "GONE", "INTERRUPTED", "UNUSABLE", "fail", "reason_of", "say"]


FINE, FAULTY, UNUSABLE = 0, 1, 2
"""All is well; faults were found; the command or a file could not be used."""

INTERRUPTED, GONE = 130, 141
"""Ended from the keyboard; the reader of stdout has gone. Shells know both by these."""


def say(text: str, stream: TextIO | None = None) -> None:
    """Write lines that no terminal is led astray by and that every encoding can show.

    Control characters and bidirectional marks, which names in a table may hold, and
    characters that the stream's encoding lacks come out as escapes.
    """
    stream = sys.stdout if stream is None else stream
    safe = visible(text, keep="\n")
    encoding = stream.encoding or "utf-8"
    stream.write(safe.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def fail(text: str) -> int:
    """Say on stderr why the command could not be carried out; the exit code."""
    if sys.stderr is not None:  # closed before we began: there is nobody to tell
        say(f"python -m cascade_kpi: {text}", sys.stderr)
    return UNUSABLE


def reason_of(error: OSError) -> str:
    """Which file, and what the system said about it."""
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
