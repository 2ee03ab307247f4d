"""The rules of the house that no linter knows."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for top in ("src/cascade_kpi", "tests") for path in (ROOT / top).rglob("*.py")
)
LATE = {"duckdb", "narwhals", "pandas", "polars", "pyarrow", "scipy"}


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the signature to the end, the docstring left out."""
    total = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return total
    docstring = function.body[0]
    return total - (docstring.end_lineno - docstring.lineno + 1)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = {
        node.name: lines_of_code(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, functions) and lines_of_code(node) > 50
    }
    assert not long


def test_importing_the_library_leaves_the_optional_libraries_alone():
    program = "import sys, cascade_kpi; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert LATE & set(done.stdout.split()) == set()


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_readme_command_is_one_line_that_makes_its_own_environment(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"<!-- \.ci/run: {name} -->\n```bash\n(.*?)```", readme, flags=re.DOTALL)
    (line,) = block.splitlines()
    assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_oldest_versions_are_the_floors_of_pyproject():
    tomllib = pytest.importorskip("tomllib")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    floors = dict(requirement.split(">=") for requirement in project["dependencies"])
    pins = re.findall(
        r"^(\w+)==([\d.]+)", (ROOT / "tests" / "oldest.txt").read_text(), re.MULTILINE
    )
    # The first pin of each is the one for the oldest Python; later ones are for newer Pythons.
    oldest = dict(reversed(pins))
    assert {name: f"{floor}.0" for name, floor in floors.items()} == oldest
