"""README.md and the pages beside it: short, and no link leads nowhere."""

from __future__ import annotations

import re

import pytest

from tests.support import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links__lead_to_files(page):
    links = re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_docs__index__lists_every_page():
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    listed = set(re.findall(r"^\| \[([\w-]+\.md)\]", (ROOT / "docs" / "README.md").read_text(), flags=re.MULTILINE))
    assert listed == pages


def test_readme__is_short_and_its_tree_is_there():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 120
    (tree,) = re.findall(r"## What is where\n\n```\n(.*?)```", text, flags=re.DOTALL)
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        folder = folder if line.startswith("  ") else name
        assert (ROOT / folder / (name if line.startswith("  ") else "")).is_dir(), line
