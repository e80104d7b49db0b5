"""Run a command that ends when whoever started it ends, however that was: `with_parent.py command …`."""

import os
import subprocess
import sys
import threading


def main() -> int:
    """Run the command; standard input is a pipe from the parent, which closes when the parent dies."""
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)

    def leave_with_parent():
        os.read(sys.stdin.fileno(), 1)  # unbuffered: nothing is held when this program ends first
        child.kill()

    threading.Thread(target=leave_with_parent, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(main())
