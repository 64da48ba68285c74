"""Every bad input that the loader's tests know is answered to the form in the loader's words, at its field and line."""

from __future__ import annotations

import httpx

from tests.terms.example import changed
from tests.terms.test_bad_input import CASES
from tests.web.drafting import expected, resolved, words
from tests.web.served import served, town


def test_every_bad_input__is_answered_in_the_loaders_words_at_its_field_and_line(tmp_path):
    with (
        town(tmp_path) as made,
        served(made.site()) as url,
        httpx.Client(base_url=url, headers={"Origin": url}, timeout=60) as client,
    ):
        for name, (old, new, *_) in CASES.items():
            text = resolved(changed((old, new)), made)
            answer = client.post("/draft", json={"text": text}).json()
            found = [(each["field"], each["line"], each["words"]) for each in answer["mistakes"]]
            assert found == [(each.field, each.line, words(each)) for each in expected(text, made)], name
            assert answer["signed"] is None, name
            for each in answer["mistakes"] if answer["documents"] else []:
                assert each["document"] == "\n".join(text.splitlines()[: each["line"] - 1]).count("\n---"), name
