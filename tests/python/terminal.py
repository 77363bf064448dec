"""Runs a program on a pseudo-terminal and answers what it asks.

Reads `{"command": […], "columns": 80, "answers": [["what it asks", "what is typed"], …]}` from standard input; prints
`{"status": 0, "screen": "…", "left": 0}`: how it ended, all that it wrote, control characters included, and how many of the
answers nobody asked for. A question is waited for until it is shown after the answer before it. The program runs in this
folder, with this environment.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

# The longest run, in seconds: whoever waits for another question than the one that comes would wait for ever.
LONGEST = 60


def start(command, columns):
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execv(command[0], command)
    return child, terminal


def talk(terminal, answers):
    screen, since, until = b"", b"", time.monotonic() + LONGEST
    while time.monotonic() < until:
        if answers and answers[0][0].encode() in since:
            question, answer = answers.pop(0)
            since = since.split(question.encode(), 1)[1]
            os.write(terminal, answer.encode())
            continue
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            said = os.read(terminal, 65536)
        except OSError:
            said = b""
        if not said:
            return screen
        screen, since = screen + said, since + said
    return screen


asked = json.load(sys.stdin)
child, terminal = start(asked["command"], asked["columns"])
screen = talk(terminal, asked["answers"])
os.close(terminal)
ended, status = os.waitpid(child, os.WNOHANG)
for _ in range(100):
    if ended:
        break
    time.sleep(0.05)
    ended, status = os.waitpid(child, os.WNOHANG)
if not ended:
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
print(
    json.dumps(
        {
            "status": os.waitstatus_to_exitcode(status),
            "screen": screen.decode(errors="replace"),
            "left": len(asked["answers"]),
        }
    )
)
