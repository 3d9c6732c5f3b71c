"""Print so many free TCP ports of loopback."""

import socket
import sys

if __name__ == "__main__":
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
    print(*(s.getsockname()[1] for s in sockets))
