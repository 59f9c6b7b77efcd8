# SPDX-License-Identifier: GPL-3.0-or-later
"""A Flask application: `gunicorn --threads 8 flask_app:app`, or `flask_app.py PORT` under waitress."""
import sys
import time

from common import database, seconds_of, service
from flask import Flask, request

app = Flask(__name__)


@app.get("/work")
def work():
    with database.call():
        time.sleep(seconds_of(request.args.get("seconds", "0.1")))
    return "done"


app.wsgi_app = service.wsgi(app.wsgi_app)

if __name__ == "__main__":
    import waitress
    waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=32, clear_untrusted_proxy_headers=False)
    sys.exit(service.exit_code)
