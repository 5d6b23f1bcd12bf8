"""The site of the docs: ``sphinx-build -W -n docs build/docs``."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "ranklsys"
author = "the authors of ranklsys"
release = version = installed("ranklsys")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click", "sphinx_copybutton", "inventory"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["build", "_static"]
nitpicky = True
# types in signatures, of other packages or not public, have no page here
nitpick_ignore_regex = [("py:class", ".*"), ("py:meth", "PluginManager.*")]
highlight_language = "none"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries = False
copybutton_prompt_text = "$ "

html_theme = "furo"
html_title = "ranklsys"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
