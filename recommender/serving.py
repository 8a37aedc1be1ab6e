"""Serves the web app with waitress, on this machine unless told otherwise."""

from __future__ import annotations

import errno
import logging
import signal
from collections.abc import Callable

import waitress

from recommender.errors import InputError
from recommender.settings import Settings
from recommender.web import create_app
from recommender.web.security import trust


def serve(settings: Settings, host: str, port: int, say: Callable[[str], object]) -> None:
    """Serve until stopped. Raises InputError where the address cannot be had."""
    # waitress warns when requests queue for a moment; a single researcher's browser does that all the time.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(settings)
    trust(app, host)
    try:
        server = waitress.create_server(app, host=host, port=port, threads=settings.threads, ident=None,
                                        max_request_body_size=(settings.max_upload_mb + 1) * 2**20)
    except OSError as error:
        why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
        raise InputError(f"The address {host}:{port} {why}. Choose another port: recommender serve --port 5001",
                         ) from error
    # Said here for both, since a shell's background job is started with SIGINT ignored.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    say(f"Serving on http://{host}:{server.effective_port} (stop with Ctrl+C)")
    try:
        server.run()
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        server.close()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
