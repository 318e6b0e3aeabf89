"""Headgate as an operator has it: the program on a data folder, its command line, its Element API, and kill -9."""

import base64
import hashlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

READY_SECONDS = 90  # 2 to 4 s on an idle machine
CLI_SECONDS = 90
GUEST_SEES = "10.0.2.2"  # the host's 127.0.0.1, from inside a guest


class ProductError(Exception):
    """The program did not start, or refused what it was asked."""


class Headgate:
    """`headgate up` on a data folder of its own and loopback ports that it keeps over restarts."""

    def __init__(self, program, folder, capacity_iops=50000):
        self.program = pathlib.Path(program)
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.http, self.iscsi, self.iscsi_second, self.element_port = _free_ports(4)
        self._capacity = capacity_iops
        self._process = self._login = None

    # --- life

    def start(self):
        """Starts it and waits for its `ready:` line; returns the seconds that took."""
        began = time.monotonic()
        log = self.folder / "headgate.log"
        with open(log, "ab") as output:
            offset = output.tell()
            self._process = subprocess.Popen(
                [self.program, "up", "--data", self.data, "--http", f"127.0.0.1:{self.http}", *self._portals(),
                 "--element", f"127.0.0.1:{self.element_port}", "--capacity-iops", str(self._capacity)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        while time.monotonic() - began < READY_SECONDS:
            text = log.read_bytes()[offset:].decode(errors="replace")
            if any(line.startswith("ready:") for line in text.splitlines()):
                return time.monotonic() - began
            if self._process.poll() is not None:
                raise ProductError(f"headgate up ended with status {self._process.returncode}:\n{text[-2000:]}")
            time.sleep(0.05)
        raise ProductError(f"headgate up was not ready after {READY_SECONDS} s:\n{text[-2000:]}")

    def _portals(self):
        """Two portals on loopback, told to initiators as a guest in QEMU's user-mode network reaches them."""
        for port in (self.iscsi, self.iscsi_second):
            yield from ("--iscsi", f"127.0.0.1:{port}", "--advertise", f"{GUEST_SEES}:{port}")

    def kill(self):
        """kill -9: what an operating system does to it when memory runs out, and nearest to a power loss."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """SIGTERM, as an operator stops it; kills it when it has not ended in 20 s."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def log(self):
        """All that it printed and logged."""
        return (self.folder / "headgate.log").read_text(errors="replace")

    # --- command line

    def cli(self, *words):
        """Runs the command line and returns what it printed as JSON."""
        ran = subprocess.run(
            [self.program, *map(str, words), "-o", "json"], capture_output=True, text=True, timeout=CLI_SECONDS,
            env=dict(os.environ, HEADGATE_CONFIG=str(self.data / "admin.json")), check=False)
        if ran.returncode:
            raise ProductError(f"headgate {' '.join(map(str, words))}: status {ran.returncode}: {ran.stderr.strip()[-1000:]}")
        return json.loads(ran.stdout) if ran.stdout.strip() else None

    def create(self, name, size, max_iops=40000, offering="custom"):
        """A volume of an offering with custom size and IOPS."""
        return self.cli("volume", "create", "--name", name, "--disk-offering", offering, "--size", size,
                        "--max-iops", max_iops, "--burst-iops", max_iops)

    def connect(self, volume, initiator):
        """Lets an initiator in; returns what `volume connect` prints: iqn, lun, portals, chap, uri."""
        return self.cli("volume", "connect", volume, "--initiator", initiator)

    # --- Element API

    def login(self):
        """Endpoint, user name and password of the embedded node's Element API."""
        if self._login is None:
            self._login = self.cli("node", "credentials")
        return self._login

    def fingerprint(self):
        """SHA-256 of the Element API's certificate, in hexadecimal."""
        pem = ssl.get_server_certificate(("127.0.0.1", self.element_port))
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def element(self, method, **params):
        """Calls a method of the Element API and returns its result."""
        login = self.login()
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.element_port}/json-rpc/12.3",
            json.dumps({"method": method, "params": params, "id": 1}).encode(),
            {"Authorization": "Basic " + base64.b64encode(f"{login['username']}:{login['password']}".encode()).decode()})
        # The node's certificate is its own; the path is loopback.
        with urllib.request.urlopen(request, timeout=30, context=ssl._create_unverified_context()) as answer:
            reply = json.load(answer)
        if "error" in reply:
            raise ProductError(f"{method}: {reply['error']['name']}: {reply['error']['message']}")
        return reply["result"]

    def element_volume(self, iqn):
        """The Element view of the volume with this iSCSI name."""
        return next(v for v in self.element("ListActiveVolumes")["volumes"] if v["iqn"] == iqn)


def _free_ports(count):
    """Ports that nobody listens on: bound all at once, so that they differ, and let go."""
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports
