"""No answer of a server in which one thing is changed, anywhere, is taken for whole by the browser's proof."""

from __future__ import annotations

from random import Random

import httpx

from tests.web.recorded import recorded
from tests.web.spoiled import spoiled, titles

CHANGES = 2_000


def test_no_changed_answer__is_taken_for_whole(tmp_path):
    random = Random(7)
    with recorded(tmp_path) as record:
        for path in (record.path, record.other):
            value = httpx.get(record.url + path.replace("/evidence", "/proof.json")).json()
            changes = [spoiled(value, random) for _ in range(CHANGES // 2)]
            found = titles(tmp_path, [value, *(changed for _, changed in changes)])
            assert found[0] == "whole"
            told = zip(changes, found[1:], strict=True)
            bad = [(where, title) for (where, _), title in told if title == "whole" or title.startswith("BROKE OFF")]
            assert bad == []
