"""Papers at a relay, over HTTP (SPEC.md 15.11)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
from pydantic_core import from_json

from workpact.market.errors import PlaceFull, PlaceRefuses, PlaceUnavailable, shown
from workpact.market.place import NAMES, Place

ANSWER = 1024 * 1024
"""The most bytes of an answer that lists names, or says why not."""
SILENCE = 20
"""Seconds without a byte after which an answer is given up."""
WHOLE = 120
"""Seconds after which an answer is given up, however it trickles."""
LATEST = 2**40
BUSY = (429, 503, 507)


class RelayPlace(Place):
    """A relay. It can hide papers; it cannot make or change one unseen."""

    def __init__(self, address: str, client: httpx.Client | None = None) -> None:
        super().__init__(address)
        try:
            self._base = httpx.URL(address.rstrip("/") + "/v1/")
        except httpx.InvalidURL as error:
            raise PlaceUnavailable(f"{self.address} is no address of a relay: {shown(error)}") from None
        # Answers are bounded by their own bytes: nothing is unpacked, no other address is followed.
        self._client = client or httpx.Client(timeout=SILENCE, follow_redirects=False)

    def _get(self, path: str, most: int) -> bytes | None:
        status, content = self._ask("GET", f"papers/{path.removesuffix('.json')}", most)
        return None if status == 404 else content

    def _put(self, path: str, content: bytes) -> None:
        where = f"papers/{path.removesuffix('.json')}"
        status, _ = self._ask("PUT", where, ANSWER, content=content)
        if status == 404:
            raise PlaceUnavailable(f"{self.address} is no relay: it does not know {where}.")

    def _list(self, kind: str, subject: str | None) -> Iterator[str]:
        after, told = "", 0
        while True:
            asked = {"after": after} | ({} if subject is None else {"subject": subject})
            status, content = self._ask("GET", f"papers/{kind}", ANSWER, params=asked)
            page = _listed(content) if status != 404 else None
            if page is None or [each.rpartition("/")[2] for each in page] != sorted(
                {each.rpartition("/")[2] for each in page if each.rpartition("/")[2] > after}
            ):
                raise PlaceUnavailable(f"{self.address} is no relay: it lists papers in no order.")
            yield from (f"{kind}/{each}.json" for each in page)
            told += len(page)
            if not page or told > NAMES:
                return
            after = page[-1].rpartition("/")[2]

    def _reason(self, error: Exception) -> str | None:
        if isinstance(error, httpx.TimeoutException):
            return f"no answer within {SILENCE} seconds"
        known = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError)
        return str(error) or type(error).__name__ if isinstance(error, known) else None

    def _ask(self, method: str, path: str, most: int, **request: Any) -> tuple[int, bytes]:
        """Status (200, 201 or 404) and the first `most` + 1 bytes of an answer."""
        begun = time.monotonic()
        headers = {"Accept-Encoding": "identity"}
        with self._client.stream(method, self._base.join(path), headers=headers, **request) as answer:
            content = b""
            for chunk in answer.iter_raw():
                content += chunk
                if len(content) > most:
                    break
                if time.monotonic() - begun > WHOLE:
                    raise PlaceUnavailable(f"{self.address} has not answered in {WHOLE} seconds: try again later.")
            content = content[: most + 1]
            if answer.status_code in (200, 201, 404):
                return answer.status_code, content
            raise self._refusal(answer, content)

    def _refusal(self, answer: httpx.Response, content: bytes) -> PlaceUnavailable:
        said = _object(content)
        why = shown(said.get("error") or f"HTTP {answer.status_code}").rstrip(".")
        if answer.status_code in BUSY:
            until = _until(said.get("until"), answer.headers.get("retry-after"))
            when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(until))
            return PlaceFull(f"{self.address} takes no more until {when}: {why}. Run this again then.", until)
        if 400 <= answer.status_code < 500 and answer.status_code != 408:
            return PlaceRefuses(f"{self.address} refuses this: {why}.")
        return PlaceUnavailable(f"{self.address} fails: {why}. Try again later, or take another place.")


def _object(content: bytes) -> dict[str, Any]:
    try:
        # Its depth is bounded, which that of `json` is not everywhere.
        found = from_json(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _listed(content: bytes) -> list[str] | None:
    papers = _object(content).get("papers")
    if isinstance(papers, list) and all(isinstance(each, str) for each in papers):
        return papers
    return None


def _until(said: Any, retry_after: str | None) -> int:
    if isinstance(said, int) and 0 < said < LATEST:
        return said
    is_count = bool(retry_after) and str(retry_after).isascii() and str(retry_after).isdigit()
    return int(time.time()) + (int(str(retry_after)[:9]) if is_count else 60)
