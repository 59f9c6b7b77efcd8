# SPDX-License-Identifier: GPL-3.0-or-later
"""The health and shutdown protocol for Python services. Standard library only; Python 3.9 or later.

    from hephaestus_service import Service

    service = Service("orders", "2.1")
    database = service.dependency("database", pool_size=5)

    with database.call():                  # counts a success, or the exception's failure; `async with` too
        …

    @service.cleanup                       # the last registered runs first, each with its own deadline
    async def close_database(): …

Then one of the ways in:

    app = service.asgi(app)                # FastAPI, Starlette, Litestar, Quart, Django: any ASGI server
    app.wsgi_app = service.wsgi(app.wsgi_app)                # Flask: any WSGI server
    service.aiohttp(app)
    sys.exit(service.run(app, port=8000))  # uvicorn, with restarts in place

    service.listen("127.0.0.1:8001")       # a program with a loop of its own
    with service:
        while service.sleep(60):
            look()
    sys.exit(service.exit_code)
"""
from .access import AccessError
from .dependency import Dependency
from .service import Service
from .shutdown import StepTimedOut
from .version import VERSION

__all__ = ["AccessError", "Dependency", "HephaestusMiddleware", "Service", "StepTimedOut"]
__version__ = VERSION


def __getattr__(name: str) -> object:
    if name == "HephaestusMiddleware":
        from .asgi import HephaestusMiddleware
        return HephaestusMiddleware
    raise AttributeError(name)
