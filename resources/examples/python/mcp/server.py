#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of the Model Context Protocol that keeps notes and finds them by their meaning: tools `remember` and `recall`, at POST /mcp.

    server.py [--port 8000] [--database FILE] [--qdrant URL] [--model-url URL]     Debian: apt-get install python3-fastapi python3-uvicorn
"""
import argparse
import os
import sys
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

sys.path[1:1] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[3] / "python")]
from hephaestus_service import Service  # noqa: E402

from models import Embedder  # noqa: E402
from notes import Notes  # noqa: E402
from vectors import Vectors  # noqa: E402

parser = argparse.ArgumentParser(description="keeps notes and finds them by their meaning")
parser.add_argument("--port", type=int, default=8000)
parser.add_argument("--database", default="notes.db")
parser.add_argument("--qdrant", default="http://127.0.0.1:6333")
parser.add_argument("--model-url", default="http://127.0.0.1:1234")
parser.add_argument("--model", default="text-embedding-3-small")
options = parser.parse_args()

notes = Notes(options.database)
vectors = Vectors(options.qdrant)
embedder = Embedder(options.model_url, options.model, os.environ.get("OPENAI_API_KEY"))

app = FastAPI(openapi_url=None)
service = Service("hephaestus-mcp", "1.4.0")
database = service.dependency("database", pool_size=1)
qdrant = service.dependency("qdrant", collection="notes")
openai = service.dependency("openai", embedding_model=embedder.model)
service.cleanup(notes.close, name="close the database")


def remember(text):
    with openai.call():
        vector = embedder.embed(text)
    with database.call():
        note = notes.add(text)
    with qdrant.call():
        vectors.add(note, vector)
    return f"remembered as note {note}"


def recall(question, limit=3):
    with openai.call():
        vector = embedder.embed(question)
    with qdrant.call():
        nearest = vectors.nearest(vector, limit)
    with database.call():
        return "\n".join(notes.texts(nearest))


TEXT = {"type": "string"}
TOOLS = {
    "remember": (remember, "Keeps a note.", {"text": TEXT}),
    "recall": (recall, "Finds the notes that are nearest to a question.", {"question": TEXT}),
}


class WrongRequest(Exception):
    """Its arguments are a code of JSON-RPC and what is wrong."""


def initialize(parameters):
    return {"protocolVersion": "2025-03-26", "capabilities": {"tools": {}}, "serverInfo": {"name": service.name, "version": service.version}}


def list_tools(parameters):
    return {"tools": [{"name": name, "description": description,
                       "inputSchema": {"type": "object", "properties": fields, "required": list(fields)}}
                      for name, (_, description, fields) in TOOLS.items()]}


def call_tool(parameters):
    name, arguments = parameters.get("name"), parameters.get("arguments", {})
    if not isinstance(name, str) or name not in TOOLS:
        raise WrongRequest(-32602, f"there is no tool {name}")
    function, _, fields = TOOLS[name]
    if not isinstance(arguments, dict) or set(arguments) != set(fields) or not all(isinstance(each, str) for each in arguments.values()):
        raise WrongRequest(-32602, f"{name} wants " + ", ".join(fields))
    try:
        return {"content": [{"type": "text", "text": function(**arguments)}]}
    except Exception as problem:  # noqa: BLE001: the protocol tells the model what a tool could not do
        return {"content": [{"type": "text", "text": str(problem)}], "isError": True}


METHODS = {"initialize": initialize, "ping": lambda parameters: {}, "tools/list": list_tools, "tools/call": call_tool}


def answer(message):
    """To one message of JSON-RPC 2.0; None to a notification."""
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "not a request"}}
    if "id" not in message:
        return None
    try:
        if message["method"] not in METHODS:
            raise WrongRequest(-32601, "there is no method " + message["method"])
        parameters = message.get("params", {})
        if not isinstance(parameters, dict):
            raise WrongRequest(-32602, "params is an object here")
        return {"jsonrpc": "2.0", "id": message["id"], "result": METHODS[message["method"]](parameters)}
    except WrongRequest as wrong:
        return {"jsonrpc": "2.0", "id": message["id"], "error": {"code": wrong.args[0], "message": wrong.args[1]}}


@app.post("/mcp")
async def mcp(request: Request):
    try:
        message = await request.json()
    except ValueError:
        message = None
    result = await run_in_threadpool(answer, message)
    return Response(status_code=202) if result is None else result


if __name__ == "__main__":
    sys.exit(service.run(app, port=options.port))
