# SPDX-License-Identifier: GPL-3.0-or-later
"""service.run() up to uvicorn's own part."""
import socket

import pytest
from hephaestus_service import Service

uvicorn_way = pytest.importorskip("hephaestus_service.uvicorn")


def test_connections_answer_without_delay(monkeypatch):
    seen = []

    def serve(server, sockets):
        with socket.create_connection(sockets[0].getsockname()), sockets[0].accept()[0] as accepted:
            seen.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(uvicorn_way._Server, "run", serve)
    Service("s").run(lambda scope, receive, send: None, port=0)
    assert seen == [1]
