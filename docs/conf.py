"""Sphinx configuration. Built by `.ci/run` with warnings and dangling references as errors."""

from importlib.metadata import version as installed

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
autodoc_default_options = {"members": True, "show-inheritance": False}
python_use_unqualified_type_names = True
maximum_signature_line_length = 80

# Names of other libraries appear in signatures; the build has no network to look them up in.
nitpick_ignore_regex = [
    (r"py:.*", r"(attrs?|collections|narwhals|np|numpy|os|pathlib|datetime|enum|fractions|types)\..*"),
    (r"py:.*", r"(.*\.)?(NDArray|ArrayLike|FloatArray|IntArray|Path)"),
    # What a stage holds inside: in the signature of a class that a verb makes, of no use to a user.
    (r"py:class", r"(.*\.)?(Amounts|Assigned|Cascaded|Entries|Kernel|Lots|Operation|Scope)"),
    # A base class, type variables and the protocol of a form: private, or told in the text.
    (r"py:class", r"cascade_kpi\..*\.(_[A-Z]\w*|Form)"),
    # "array of float, shape (p, n)" in an Attributes section: our classes have capitals or dots.
    (r"py:class", r"[^A-Z.]*"),
]

html_theme = "furo"
html_title = "cascade_kpi"
html_copy_source = False
