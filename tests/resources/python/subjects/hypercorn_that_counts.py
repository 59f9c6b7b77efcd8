# SPDX-License-Identifier: GPL-3.0-or-later
"""hypercorn, which says in the end how often its master was told to end. It handles the first SIGTERM alone."""
import os
import signal
import sys

from hypercorn.__main__ import main

pid, count, take = os.getpid(), 0, signal.signal


def counted(number, handler):
    def handle(*arguments):
        global count
        count += os.getpid() == pid
        if count == 1 or os.getpid() != pid:
            handler(*arguments)
    return take(number, handle if number == signal.SIGTERM and callable(handler) else handler)


if __name__ == "__main__":  # a newer hypercorn imports this in its workers
    signal.signal = counted
    main(sys.argv[1:])
    print("SIGTERM:", count)
