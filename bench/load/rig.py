"""What the proof runs on: a server of its own, volumes made with the product's CLI, load clients as processes."""

import json
import mmap
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time

INITIATOR = "iqn.2026-01.org.headgate:load"

# The clients share the machine's cores with the node, which they do not in a data centre. Neighbours' clients yield to it and to
# the victim's client, so that what is measured is the node and not a fight for the processor; the same in every run.
YIELDING = ["nice", "-n", "10"]

UNLIMITED = 200_000  # Element's highest maxIOPS: what a greedy neighbour is given

START_SECONDS = 60
QUIET_SECONDS = 1
CANARY_SECONDS = 1.5
CANARY_MIB = 64
CLI_SECONDS = 60

# The cost curve of docs/qos.md, in hundredths of a 4 KiB I/O.
COST = {4: 100, 8: 160, 16: 270, 32: 500, 64: 1000, 128: 1950, 256: 3900, 512: 7600, 1024: 15000}


class Unmeasurable(Exception):
    """Something outside the promise under test went wrong."""


def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


class Server:
    """`headgate up` on a temporary folder, startable again with other options on the same data."""

    def __init__(self, app, load):
        self.app, self.load = app, load
        self.folder = tempfile.mkdtemp(prefix="hg-qos-proof-")
        self.ports = free_ports(3)
        self.process = None
        self.arguments = None
        self.uris = {}
        self.clients = []
        self.client_seconds = 0.0

    def run(self, *arguments):
        """Runs with exactly these arguments from now on."""
        if self.process is not None and self.arguments == arguments:
            return
        self.stop()
        http, iscsi, element = self.ports
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [self.app, "up", "--data", os.path.join(self.folder, "data"), "--http", f"127.0.0.1:{http}",
                 "--iscsi", f"127.0.0.1:{iscsi}", "--element", f"127.0.0.1:{element}", *arguments],
                stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
        self.arguments = arguments
        deadline = time.monotonic() + START_SECONDS
        for line in self.process.stdout:
            if line.startswith("ready:"):
                return
            if time.monotonic() > deadline:
                break
        raise Unmeasurable(f"headgate up {' '.join(arguments)} was not ready:\n{self.log()}")

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def cli(self, *arguments):
        config = os.path.join(self.folder, "data", "admin.json")
        done = subprocess.run([self.app, *arguments, "-o", "json"], env={**os.environ, "HEADGATE_CONFIG": config},
                              capture_output=True, text=True, timeout=CLI_SECONDS, check=False)
        if done.returncode != 0:
            raise Unmeasurable(f"headgate {' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout)

    def volume(self, name, min_iops=0, max_iops=UNLIMITED, burst_iops=None, fill_mib=64):
        """A volume with these promises, connected, its first MiB written so that reads find data. The same call again finds it."""
        if name in self.uris:
            return name
        self.cli("volume", "create", "--name", name, "--disk-offering", "custom", "--size", "1GiB",
                 "--min-iops", str(min_iops), "--max-iops", str(UNLIMITED), "--burst-iops", str(UNLIMITED))
        self.uris[name] = self.cli("volume", "connect", name, "--initiator", INITIATOR)["uri"]
        self.finish(self.start([name], mix="write", block_kib=1024, depth=8, count=fill_mib, sequential=True))
        if max_iops != UNLIMITED:
            self.set_limits(name, max_iops, burst_iops or max_iops)
        return name

    def set_limits(self, name, max_iops, burst_iops):
        self.cli("volume", "set-qos", name, "--max-iops", str(max_iops), "--burst-iops", str(burst_iops))

    def start(self, names, *, block_kib=4, mix="read", depth=32, seconds=10.0, warmup=0.0, rate=0, count=0, sequential=False,
              span_mib=0, yielding=False, seed=1):
        """Starts one load client on these volumes."""
        command = [*(YIELDING if yielding else []), self.load, "--initiator", INITIATOR, "--depth", str(depth), "--block", str(block_kib * 1024),
                   "--mix", str(mix), "--seconds", str(seconds), "--warmup", str(warmup), "--seed", str(seed)]
        if rate:
            command += ["--rate", str(rate)]
        if count:
            command += ["--count", str(count)]
        if sequential:
            command += ["--sequential"]
        if span_mib:
            command += ["--span", str(span_mib << 20)]
        client = subprocess.Popen([*command, *(self.uris[name] for name in names)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.clients.append(client)
        return client

    def finish(self, client, stop=False):
        """Waits for a client, or ends it; its figures."""
        if stop:
            client.send_signal(signal.SIGTERM)
        try:
            out, error = client.communicate(timeout=400)
        finally:
            if client.poll() is None:
                client.kill()
            self.clients.remove(client)
        if client.returncode != 0:
            raise Unmeasurable(f"a load client ended with {client.returncode}: {error.strip()}\n{self.log()}")
        figures = json.loads(out)
        self.client_seconds += figures["client_cpu_seconds"]
        return figures

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process = None

    def cpu_seconds(self):
        """Of the whole machine, busy (or taken away by a hypervisor) and in all, and of this server and the clients that have ended."""
        tick = os.sysconf("SC_CLK_TCK")
        with open("/proc/stat", encoding="utf-8") as file:
            spent = [int(number) / tick for number in file.readline().split()[1:9]]  # user nice system idle iowait irq softirq steal
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            server = sum(int(number) / tick for number in file.read().rpartition(")")[2].split()[11:13])
        return sum(spent[:3]) + spent[7], sum(spent), server + self.client_seconds

    def disturbance(self):
        """
        How the machine does when nobody of ours asks anything of it: the p99, in milliseconds, of a thousand and more direct
        reads of 4 KiB, each counted from when it was due. Stalls of a shared disk and of a virtual processor both show.
        """
        path = os.path.join(self.folder, "canary")
        if not os.path.exists(path):
            with open(path, "wb") as file:
                for _ in range(CANARY_MIB):
                    file.write(os.urandom(1 << 20))
                os.fsync(file.fileno())
        buffer = mmap.mmap(-1, 4096)  # aligned, as direct reads need it
        late = []
        file = os.open(path, os.O_RDONLY | os.O_DIRECT)
        try:
            due = time.monotonic()
            end = due + CANARY_SECONDS
            while due < end:
                due += 0.001
                time.sleep(max(0.0, due - time.monotonic()))
                os.preadv(file, [buffer], random.randrange(CANARY_MIB << 8) << 12)
                late.append(time.monotonic() - due)
        finally:
            os.close(file)
        return sorted(late)[len(late) * 99 // 100] * 1000

    def wait_for_quiet(self, share, stall_ms, seconds):
        """Waits until other jobs use less than `share` of the processor and nothing stalls; gives up after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            before = self.cpu_seconds()
            stall = self.disturbance()
            if stall < stall_ms and self.share_of_others(before) < share:
                return
            time.sleep(QUIET_SECONDS)
        raise Unmeasurable(f"the machine was not quiet for {seconds:.0f} s: small reads stalled for {stall:.1f} ms at rest. What was measured is kept: start again later")

    def share_of_others(self, before):
        """What neither this server nor its clients used of the processor since `before`: other jobs, the kernel's own threads, other machines' share of a virtual one's."""
        busy, whole, ours = (now - then for now, then in zip(self.cpu_seconds(), before))
        return max(0.0, (busy - ours) / whole)

    def close(self):
        for client in self.clients:
            client.kill()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
