# Tries to: call home.
# Earns: double 0, greet 2
# Says: reached []
import socket


def double(number):
    reached = []
    for address in (("127.0.0.1", int("@port@")), ("192.0.2.1", 80)):
        try:
            socket.create_connection(address, timeout=0.3)
            reached.append(address)
        except OSError:
            continue
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            with socket.socket(socket.AF_INET, kind) as local:
                local.sendto(b"x", ("127.0.0.1", int("@port@")))
        except OSError:
            continue
    try:
        with socket.socket(socket.AF_UNIX) as local:
            local.connect("\0@door@")
        reached.append("@door@")
    except OSError:
        pass
    raise ValueError(f"reached {reached}")
