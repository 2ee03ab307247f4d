"""A process per contender, told step by step what to do.

A contender's memory, threads and garbage are its own, it can be stopped
when it takes too long, and runs of all contenders can still be interleaved.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import time
import tracemalloc
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import copy_bytes
import numpy as np
from job import Job
from organisation import load

__all__ = ["StoppedError", "Worker"]


class StoppedError(Exception):
    """The contender cannot do this; the text says why."""


class _NotAttemptedError(Exception):
    """The peer has no answer for the item; the text says why."""


class _Contender:
    """What lives in the process: one job and its last result."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.result: Any = None

    def prepare(self, module: str, item: str, case: str) -> None:
        organisation = load(Path(case))
        if module == "copy_bytes":
            self.job = copy_bytes.into(organisation, item)
        elif module == "copy_bytes.fresh":
            self.job = copy_bytes.fresh(organisation, item)
        else:
            found = importlib.import_module(module)
            if item not in vars(found):
                raise _NotAttemptedError(found.REASONS[item])
            self.job = vars(found)[item](organisation)

    def run(self) -> float:
        """Seconds of one piece of work; garbage is collected before and never during it."""
        assert self.job is not None
        self.result = None
        arguments = self.job.fresh()
        gc.collect()
        gc.disable()
        try:
            begun = time.perf_counter()
            self.result = self.job.run(*arguments)
            return (time.perf_counter() - begun) / self.job.calls
        finally:
            gc.enable()

    def answer(self, path: str) -> None:
        assert self.job is not None
        np.save(path, np.ascontiguousarray(self.job.answer(self.result)))

    def extra_bytes(self) -> int:
        """Most memory held at any time of one call, its answer included, its input not."""
        assert self.job is not None
        self.result = None
        arguments = self.job.fresh()
        gc.collect()
        tracemalloc.start()
        try:
            self.result = self.job.run(*arguments)
            return tracemalloc.get_traced_memory()[1] // self.job.calls
        finally:
            tracemalloc.stop()


def _serve(connection: Connection) -> None:
    contender = _Contender()
    while True:
        try:
            command, *arguments = connection.recv()
        except EOFError:
            return
        try:
            connection.send((True, getattr(contender, command)(*arguments)))
        except _NotAttemptedError as reason:
            connection.send((False, str(reason)))
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its note
            connection.send((False, f"{type(error).__name__}: {error}"[:300]))


class Worker:
    """The handle of a contender's process."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, command: str, *arguments: object) -> Any:
        """The contender's reply.

        Raises
        ------
        StoppedError
            If it failed, or took longer than the limit; it is gone then.
        """
        self._connection.send((command, *arguments))
        if not self._connection.poll(self._limit):
            self.stop()
            raise StoppedError(f"{command} took more than {self._limit:.0f} s")
        try:
            done, reply = self._connection.recv()
        except EOFError:
            raise StoppedError("its process died, probably for want of memory") from None
        if not done:
            self.stop()
            raise StoppedError(str(reply))
        return reply

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._connection.close()
