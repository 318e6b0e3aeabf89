"""A second way to a TCP port, which can be cut and mended: what a cable, a switch or a firewall does to one path of two."""

import socket
import threading


class Relay:
    """Listens on a loopback port of its own and passes bytes on to another, until it is cut."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock, self._links, self._is_cut = threading.Lock(), set(), False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Ends every connection and takes no new one."""
        with self._lock:
            self._is_cut = True
            links, self._links = self._links, set()
        for link in links:
            _shut(link)

    def mend(self):
        """Takes connections again."""
        with self._lock:
            self._is_cut = False

    def close(self):
        self.cut()
        _shut(self._listener)

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # closed
            with self._lock:
                cut = self._is_cut
            if cut:
                _shut(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                _shut(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._links |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source, sink):
        try:
            while data := source.recv(1 << 18):
                sink.sendall(data)
        except OSError:
            pass  # cut, or an end of it is gone
        _shut(source)
        _shut(sink)
        with self._lock:
            self._links -= {source, sink}


def _shut(link):
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    link.close()
