#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A FastAPI service with one route of its own and an SQLite database, that speaks the health and shutdown protocol.

    service.py --port 8000 [--name NAME] [--database FILE]          Debian: apt-get install python3-fastapi python3-uvicorn
"""
import argparse
import asyncio
import sqlite3
import sys
from pathlib import Path

from fastapi import FastAPI

sys.path.append(str(Path(__file__).resolve().parents[2] / "python"))  # not needed once python3-hephaestus is installed
from hephaestus_service import Service  # noqa: E402

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--name", default="python-example")
parser.add_argument("--database", default=":memory:")
options = parser.parse_args()

app = FastAPI(openapi_url=None)
service = Service(options.name, "1.0.0")
database = service.dependency("database", pool_size=1)
connection = sqlite3.connect(options.database, check_same_thread=False)


@database.counted  # a success, or the exception's failure
def query():
    return connection.execute("SELECT 1").fetchone()[0]


@app.get("/work")
async def work(seconds: float = 0.1):  # takes its time: a shutdown waits for it
    await asyncio.sleep(min(seconds, 60))
    return {"answer": query()}


@service.check(database, interval=10)
def ask_database():
    connection.execute("SELECT 1")


@service.cleanup
async def close_database():
    connection.close()


if __name__ == "__main__":
    sys.exit(service.run(app, port=options.port))
