"""Runs every example in the README, the docs and the docstrings as a test."""

from __future__ import annotations

import os
import tempfile
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from typing import Any

from hypothesis import settings
from sybil import Sybil
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser

FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE

# A shared machine stalls now and then; a test that is too slow shows in the total instead.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


def _enter(namespace: dict[str, Any]) -> None:
    """Run a document's examples in a directory of their own: some of them save files."""
    namespace["_left"] = Path.cwd()
    namespace["_scratch"] = tempfile.TemporaryDirectory()
    os.chdir(namespace["_scratch"].name)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_left"])
    namespace["_scratch"].cleanup()


_pages = Sybil(
    name="page",
    parsers=[PythonCodeBlockParser(doctest_optionflags=FLAGS), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    excludes=["docs/_build/*"],
    setup=_enter,
    teardown=_leave,
)
_docstrings = Sybil(
    name="docstring",
    parsers=[DocTestParser(optionflags=FLAGS)],
    patterns=["src/cascade_kpi/*.py", "src/cascade_kpi/*/*.py"],
    setup=_enter,
    teardown=_leave,
)
pytest_collect_file = (_pages + _docstrings).pytest()
