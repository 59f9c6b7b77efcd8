# SPDX-License-Identifier: GPL-3.0-or-later
"""`service.run(app, port=8000)`: an ASGI application under uvicorn, with restarts in place that keep the listening socket."""
from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from typing import Any, Dict, List, Optional

import uvicorn  # type: ignore[import]  # Debian's brings no types

from .access import AccessError, is_loopback
from .asgi import HephaestusMiddleware
from .listener import bind_path
from .restart import Restart, take_inherited
from .runners import turns
from .service import Service
from .shutdown import Phase
from .signals import newcomers


class _Server(uvicorn.Server):  # type: ignore[misc]
    """Closes its listening sockets when the drain of a restart begins: whoever connects then waits for the next process."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def startup(self, sockets: Optional[List[socket.socket]] = None) -> None:
        await super().startup(sockets=sockets)
        if getattr(self, "should_exit", False):
            return
        loop = asyncio.get_running_loop()

        async def stop_accepting() -> None:
            if self._service.shutdown.mode != "restart":
                return
            for server in self.servers:
                for each in server.sockets:
                    loop.remove_reader(each.fileno())
            await turns()  # asyncio drops whom it has accepted and not told of when the server is closed
            for server in self.servers:
                server.close()
        self._service.on_stop(lambda: asyncio.run_coroutine_threadsafe(stop_accepting(), loop))


def run(service: Service, app: Any, options: Dict[str, Any]) -> int:
    """See Service.run(). Raises AccessError for an address beyond loopback without a token, OSError for one that is taken."""
    options = {"log_level": "warning", **options}
    listening, address = _listening(service, options)
    if listening.family != socket.AF_UNIX:  # connections inherit it; asyncio sets it only where a socket names its protocol
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wrapped = app if isinstance(app, HephaestusMiddleware) else service.asgi(app)
    wrapped.has_lifespan = options.pop("lifespan", "auto") != "off"  # of the application; the service itself needs one
    server = _Server(uvicorn.Config(wrapped, lifespan="on", **options), service)
    name = listening.getsockname()
    connections = server.server_state.connections
    service.connections.counted_by(lambda: len(connections), lambda: newcomers(list(connections)),
                                   str(name[1]) if isinstance(name, tuple) else os.fsdecode(name))
    kept = listening.dup()
    restart = Restart({address: kept})
    service.set_restart(restart)
    try:
        server.run(sockets=[listening])
    except SystemExit as end:  # the application did not start
        if not service.shutdown.result.done():
            return int(end.code) if isinstance(end.code, int) else 1
    if service.shutdown.mode == "restart" and service.shutdown.phase is Phase.STOPPED:
        restart.execute()
    kept.close()
    path = options.get("uds")
    if path:
        with contextlib.suppress(OSError):
            os.unlink(path)
    if not server.started and not service.shutdown.requested.is_set():
        return 3  # uvicorn's own code for an application that does not start
    return service.exit_code


def _listening(service: Service, options: Dict[str, Any]) -> "tuple[socket.socket, str]":
    if options.get("fd") is not None:
        listening = socket.socket(fileno=options.pop("fd"))
        return listening, "fd"
    if options.get("uds"):
        path = os.path.abspath(options["uds"])
        return take_inherited("unix:" + path) or bind_path(path), "unix:" + path
    host, port = options.get("host", "127.0.0.1"), int(options.get("port", 8000))
    if not is_loopback(host) and not service.access.insecure and not (service.access.token and options.get("ssl_certfile")):
        missing = "TLS" if service.access.token else "a token_file" if options.get("ssl_certfile") else "a token_file and TLS"
        raise AccessError(f"{host}:{port}: is reachable from other machines and needs {missing} (or insecure=True)")
    address = f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = take_inherited(address) or socket.create_server((host, port), family=family, backlog=options.get("backlog", 2048))
    return listening, address
