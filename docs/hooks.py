"""Pages that mkdocs takes from elsewhere in the project, and equations as MathML.

README is the first page and the tutorials; the reference of the configuration is the generated
one. So nothing is written twice. Equations become MathML, which browsers draw without a script.
"""

import html
import re
from pathlib import Path

from latex2mathml.converter import convert
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PLACES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.md",
    "config/README.md": "configuration.md",
    "docs/": "",
}
"""Where links of README lead on the site, by where they lead in the project."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages whose source lies outside ``docs/``."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start, tasks, rest = re.split(r"^(?=## (?:By task|How far))", readme, flags=re.MULTILINE)
    tasks = re.sub(r"^#(#+) ", r"\1 ", tasks, flags=re.MULTILINE)
    pages = {
        "index.md": start + rest,
        "tasks.md": tasks,
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
        "licence.md": "# Licence\n\n" + (ROOT / "LICENSE").read_text(encoding="utf-8"),
        "configuration.md": (ROOT / "config/README.md").read_text(encoding="utf-8"),
    }
    for name, text in pages.items():
        files.append(File.generated(config, name, content=_relinked(text)))
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    files.append(File.generated(config, "CITATION.cff", content=citation))
    return files


def _relinked(text: str) -> str:
    """Text with its links to files of the project turned into links to pages of the site."""
    for found, place in PLACES.items():
        text = text.replace(f"]({found}", f"]({place}")
    return text


def on_page_content(content: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn what arithmatex has marked as equations into MathML; let long names in tables break."""

    def mathml(match: re.Match[str]) -> str:
        latex = html.unescape(match["latex"]).strip()
        if match["tag"] == "span":
            return convert(latex, display="inline")
        return f'<div class="equation">{convert(latex, display="block")}</div>'

    content = re.sub(r"(?<=<td><code>)[^<]{24,}(?=</code>)", _breakable, content)
    pattern = r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<latex>.*?)\\[)\]]</(?P=tag)>'
    return re.sub(pattern, mathml, content, flags=re.DOTALL)


def _breakable(match: re.Match[str]) -> str:
    """A long name that may break after a dot or an underscore."""
    return re.sub(r"[._]", r"\g<0><wbr>", match[0])


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Take the script that lets a page without a server be searched from the site itself."""
    return _without_network(output)


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    """The same for pages that have no source, such as that of a wrong address."""
    return _without_network(output_content)


def _without_network(page: str) -> str:
    return page.replace("https://unpkg.com/iframe-worker/shim", "vendor/iframe-worker.js")
