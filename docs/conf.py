"""Sphinx configuration. Built by `.ci/run` with warnings and dangling references as errors."""

import re
from importlib.metadata import version as installed
from typing import Any

from sphinx.application import Sphinx

project = "cascade_kpi"
author = "The cascade_kpi authors"
copyright = "The cascade_kpi authors"  # noqa: A001  the name is Sphinx's
release = version = installed("cascade-kpi")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]

# Pages: Markdown. Every python block in them is run by the tests, see conftest.py.
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# API: numpydoc sections, members in the order in which the source tells its story.
napoleon_google_docstring = False
# Types in parameter sections are prose for people; as fields they would be cross-references.
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
maximum_signature_line_length = 80

# Names of other libraries appear in signatures; the build has no network to look them up in.
nitpick_ignore_regex = [
    (r"py:.*", r"(attrs?|collections|narwhals|np|numpy|pathlib)\..*"),
    (r"py:.*", r"(datetime|enum|fractions|os|types)\..*"),
    (
        r"py:.*",
        r"(.*\.)?(NDArray|ArrayLike|Columns|FloatArray|Fraction|IntArray|Mask|ObjectArray|Path)",
    ),
    # What a stage holds inside: in the signature of a class that a verb makes, of no use to a user.
    (
        r"py:class",
        r"(.*\.)?(Amounts|Assigned|Cascaded|Clock|Entries|Itemised|Kernel|Lots|Operation|Own)",
    ),
    (r"py:class", r"(.*\.)?(Graph|Outline|Phased|Posts|Ratios|Reconciled|Scope|Trees|WeightTable)"),
    # A base class, type variables and the protocol of a form: private, or told in the text.
    (r"py:class", r"cascade_kpi\..*\.(_[A-Z]\w*|Form)"),
    # A callable without arguments is cut in two where an annotation is kept as text.
    (r"py:class", r"Callable\[\[\]"),
    # "array of float, shape (p, n)" in an Attributes section: our classes have capitals or dots.
    (r"py:class", r"[^A-Z.]*"),
]

html_theme = "furo"
html_title = "cascade_kpi"
html_copy_source = False


# numpy's type of an array, written out in full, and the name that the api page gives it.
_ARRAY = re.compile(
    r"~?(?:numpy\.)?ndarray\[~?(?:\w+\.)?tuple\[~?(?:typing\.)?Any, \.\.\.\], "
    r"~?(?:numpy\.)?dtype\[~?(?:numpy\.)?(\w+)\]\]"
)
_ARRAYS = {"float64": "FloatArray", "int64": "IntArray", "bool": "Mask", "object_": "ObjectArray"}


def _readable(*event: Any) -> tuple[str | None, str | None]:
    """A signature with short names of arrays, and dots for what attrs makes anew each time."""
    signature, answer = (
        text and _ARRAY.sub(lambda found: _ARRAYS.get(found[1], found[0]), text)
        for text in event[-2:]
    )
    return signature and signature.replace("NOTHING", "..."), answer


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", _readable)
