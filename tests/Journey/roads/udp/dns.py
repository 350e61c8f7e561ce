"""A DNS server of one answer, over UDP and TCP: TXT with its pod and who asked. EDNS is ignored."""
import os, socket, struct, sys, threading

at = (os.environ["POD_IP"], int(sys.argv[1]))


def answer(query, client, transport):
    end = query.index(b"\0", 12) + 5
    text = f"{os.environ['POD_NAME']} over {transport} for {client[0]}".encode()
    header = query[:2] + b"\x84\x00" + struct.pack("!HHHH", 1, 1, 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 0, len(text) + 1) + bytes([len(text)]) + text
    return header + query[12:end] + record


def read(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def serve(connection, client):
    with connection:
        try:
            while True:
                reply = answer(read(connection, struct.unpack("!H", read(connection, 2))[0]), client, "TCP")
                connection.sendall(struct.pack("!H", len(reply)) + reply)
        except (EOFError, OSError):
            pass


def accept(listener):
    while True:
        threading.Thread(target=serve, args=listener.accept(), daemon=True).start()


listener = socket.create_server(at)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(at)
while True:
    query, client = datagrams.recvfrom(65535)
    datagrams.sendto(answer(query, client, "UDP"), client)
