"""A chain, agreements on it, and the pages served over real HTTP from this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.anvil import anvil, ask
from tests.audit.long_life import FLAGS, Life
from workpact.audit.history import Head
from workpact.audit.index import Deployed, Index
from workpact.audit.node import Node, NodeSilent
from workpact.web.app import server
from workpact.web.documents import Documents
from workpact.web.follower import Follower
from workpact.web.site import Site


class Prompt(Follower):
    """Looks at the chain before each page, so that who asks for one need not wait for what was mined just now."""

    @property
    def head(self) -> Head:
        try:
            return self.look()
        except NodeSilent:
            return super().head


class Town(Life):
    """A chain with the deployed set, whose agreements are served as pages; it mines each transaction at once."""

    folder: Path

    @property
    def deployed(self) -> Deployed:
        genesis = bytes.fromhex(self.node.block(0)["hash"][2:])
        return Deployed(self.node.chain_id, genesis, self.contracts, 0)

    def site(
        self, url: str | None = None, name: str = "index", following: type[Follower] = Prompt, **settings: Any
    ) -> Site:
        """What a server of this chain is made from; `url` is another node's or a proxy's."""
        node = Node(url or self.url)
        index = Index.open(self.deployed, f"sqlite:///{self.folder / name}.sqlite")
        documents = Documents(node.chain_id, self.agreement, self.documents, self.folder / "documents")
        return Site(following(node, index, documents), **settings)

    def page_of(self, document: Any = None) -> str:
        """The path of an agreement's page."""
        return f"/agreement/0x{self.id(document).hex()}"


@contextmanager
def town(folder: Path, *flags: str, automine: bool = True) -> Iterator[Town]:
    """A fresh one with nothing but contracts, a token and money for all roles."""
    with anvil(*FLAGS, *flags) as url:
        made = Town(url)
        made.folder = folder
        ask(url, "evm_setAutomine", False)
        ask(url, "anvil_setBlockTimestampInterval", 1)
        made.deploy()
        if automine:
            ask(url, "evm_setAutomine", True)
        yield made


@contextmanager
def served(site: Site, port: int = 0) -> Iterator[str]:
    """The address of a server of the site, in a thread of this process."""
    started = server(site, "127.0.0.1", port)
    thread = threading.Thread(target=started.run)
    thread.start()
    try:
        while not started.started:
            if not thread.is_alive():
                raise RuntimeError("The server ended before it began.")
            time.sleep(0.01)
        port = started.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        started.should_exit = True
        thread.join()
