"""The server: pages by their addresses, static files, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from workpact.web.pages import agreement, evidence, portfolio, proposal, tenders
from workpact.web.security import Guarded
from workpact.web.site import Site

STATIC = Path(__file__).parent / "static"
PAGES = (agreement, portfolio, tenders, proposal, evidence)


def create_app(site: Site) -> FastAPI:
    """The server of a site."""
    app = FastAPI(title="Workpact", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guarded, hosts=site.hosts, relayer=site.relayer)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for each in PAGES:
        app.include_router(each.router(site))
    return app
