"""eng/bench-scale: a management server with a big database, and many volumes made on one node. See there for the options."""

import argparse
import http.client
import json
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid

VOLUMES, POOLS, VERSIONS = 100_000, 1_000, 10_000
VERSIONS_OF_ONE = 10  # versions of one offering
ACCOUNTS = 100
PAGE = 100
CLIENTS = 4           # at once; two cores serve them and the server
START_SECONDS = 120


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """`headgate server` or `headgate up` on a folder."""

    def __init__(self, app, data, verb, *options):
        self.port = free_port()
        began = time.monotonic()
        self.process = subprocess.Popen(
            [app, verb, "--data", data, "--http", f"127.0.0.1:{self.port}", *options],
            stdout=subprocess.PIPE, stderr=sys.stderr, stdin=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("ready:"):
                break
        else:
            sys.exit(f"bench-scale: headgate {verb} was not ready (status {self.process.wait()})")
        self.start_seconds = time.monotonic() - began
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        with open(os.path.join(data, "admin.json"), encoding="utf-8") as file:
            self.key = json.load(file)["key"]

    def memory_mib(self, what="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(what + ":")) / 1024

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def client(self):
        return Client(self.port, self.key)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


class Client:
    """One connection, kept open."""

    def __init__(self, port, key):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def call(self, verb, path, body=None):
        headers = dict(self.headers, **({"Idempotency-Key": str(uuid.uuid4())} if verb == "POST" else {}))
        self.connection.request(verb, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"bench-scale: {verb} {path}: {answer.status} {text.decode()[:2000]}")
        return json.loads(text) if text else None

    def done(self, operation):
        while operation["status"] not in ("succeeded", "failed"):
            time.sleep(0.02)
            operation = self.call("GET", f"/operations/{operation['id']}")
        if operation["status"] != "succeeded":
            sys.exit(f"bench-scale: {json.dumps(operation)[:2000]}")


def columns(db, table):
    return [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]


def multiply(db, table, template, rows):
    """Copies of the row `template` (column -> value), each with the changes of one of `rows`."""
    names = columns(db, table)
    quoted = ", ".join(f'"{name}"' for name in names)
    db.executemany(
        f'INSERT INTO "{table}" ({quoted}) VALUES ({", ".join("?" * len(names))})',
        ([change.get(name, template[name]) for name in names] for change in rows))


def row(db, table, where, *values):
    names = columns(db, table)
    found = db.execute(f'SELECT * FROM "{table}" WHERE {where}', values).fetchone()
    return dict(zip(names, found))


def new_id():
    return str(uuid.uuid4()).upper()  # as EF Core writes a Guid into SQLite


def fill(data):
    """Rows that the server made, many times over: whatever columns a later version has, they are as it writes them."""
    db = sqlite3.connect(next(os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(data, "control"))
                              for name in names if name.endswith(".db")))
    pool, volume = row(db, "Pools", '"Name" = ?', "seed"), row(db, "Volumes", '"Name" = ?', "seed")
    offering, account = row(db, "DiskOfferings", '"Name" = ?', "seed"), row(db, "Accounts", '"Id" = ?', volume["AccountId"])
    capacity = {name: volume[name] * 2 * (VOLUMES // POOLS) for name in ("ReservedBytes", "ReservedIops")}
    pools = [dict(Id=new_id(), Name=f"pool-{i:04}", AllowedBytes=capacity["ReservedBytes"], AllowedIops=capacity["ReservedIops"] + i,
                  ReservedBytes=capacity["ReservedBytes"] // 2, ReservedIops=capacity["ReservedIops"] // 2) for i in range(POOLS)]
    multiply(db, "Pools", pool, pools)
    accounts = [dict(Id=new_id(), Name=f"account-{i:03}") for i in range(ACCOUNTS)]
    multiply(db, "Accounts", account, accounts)
    versions = []
    for one in range(VERSIONS // VERSIONS_OF_ONE):
        first = new_id()
        for number in range(1, VERSIONS_OF_ONE + 1):
            old = number < VERSIONS_OF_ONE
            versions.append(dict(Id=first if number == 1 else new_id(), FirstId=first, Number=number, Name=f"offering-{one:04}",
                                 **({"SupersededAt": offering["CreatedAt"]} if old else {})))
    multiply(db, "DiskOfferings", offering, versions)
    multiply(db, "Volumes", volume, (
        dict(Id=new_id(), Name=f"volume-{i:06}", PoolId=pools[i % POOLS]["Id"], AccountId=accounts[i % ACCOUNTS]["Id"],
             DiskOfferingId=versions[i % VERSIONS]["Id"]) for i in range(VOLUMES)))
    db.execute('UPDATE "Pools" SET "State" = ? WHERE "Name" = ?', ("Disabled", "seed"))
    db.commit()
    db.close()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def hammer(server, calls):
    """Milliseconds of each call, CLIENTS of them at a time; `calls(index, client)` makes the index-th."""
    taken, lock, turn = [], threading.Lock(), iter(range(10**9))
    total = calls.total

    def work():
        client = server.client()
        while True:
            with lock:
                index = next(turn)
            if index >= total:
                return
            began = time.perf_counter()
            calls(index, client)
            took = (time.perf_counter() - began) * 1000
            with lock:
                taken.append(took)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return taken


def measured(total):
    def with_total(function):
        function.total = total
        return function
    return with_total


def big(options, folder):
    data = os.path.join(folder, "big")
    pool_folder = os.path.join(folder, "pool")
    os.makedirs(pool_folder)
    seed = Server(options.app, data, "server")
    client = seed.client()
    client.call("POST", "/zones", {"name": "z1"})
    client.done(client.call("POST", "/pools", {"name": "seed", "provider": "Reference", "zone": "z1", "settings": {}, "tags": []}))
    client.call("POST", "/disk-offerings", {"name": "seed", "sizeBytes": 1 << 30, "qos": {"minIops": 100, "maxIops": 1000}})
    client.done(client.call("POST", "/volumes", {"name": "seed", "diskOffering": "seed"}))
    seed.stop()
    fill(data)
    rows = []
    quiet = ["--reconcile-every", "0"] if options.reconcile_off else []
    server = Server(options.app, data, "server", *quiet)
    rows.append(("start, until ready", f"{server.start_seconds:.1f} s", "below 10 s", server.start_seconds < 10))
    warm = server.client()
    cursors = [None]
    while len(cursors) < 400:  # places all over the list
        page = warm.call("GET", f"/volumes?limit={PAGE}" + (f"&cursor={cursors[-1]}" if cursors[-1] else ""))
        if not page.get("nextCursor"):
            break
        cursors.append(page["nextCursor"])

    @measured(1000)
    def volumes(index, client):
        cursor = cursors[index * 7919 % len(cursors)]
        client.call("GET", f"/volumes?limit={PAGE}" + (f"&cursor={cursor}" if cursor else ""))

    @measured(500)
    def pools(index, client):
        client.call("GET", f"/pools?limit={PAGE}")

    @measured(500)
    def offerings(index, client):
        client.call("GET", f"/disk-offerings?limit={PAGE}")

    @measured(2000)
    def one(index, client):
        client.call("GET", f"/volumes/{warm_ids[index % len(warm_ids)]}")

    @measured(500)
    def explain(index, client):
        client.call("POST", "/placement/explain", {"name": "x", "diskOffering": f"offering-{index % 1000:04}"})

    warm_ids = [volume["id"] for volume in warm.call("GET", f"/volumes?limit={PAGE}")["items"]]
    for name, calls in (("volumes, a page of 100 anywhere", volumes), ("pools, a page of 100", pools), ("disk offerings, a page of 100", offerings),
                        ("one volume", one), ("placement over 1,000 pools, explained", explain)):
        hammer(server, measured(CLIENTS * 20)(lambda index, client, calls=calls: calls(index, client)))  # compiled and cached
        taken = hammer(server, calls)
        p99 = percentile(taken, 0.99)
        rows.append((name, f"p50 {statistics.median(taken):.1f} ms, p99 {p99:.1f} ms", "p99 below 50 ms", p99 < 50))
    memory = server.memory_mib("VmHWM")
    rows.append(("memory, the most", f"{memory:.0f} MiB", "below 1 GiB", memory < 1024))
    server.stop()
    return rows


def create(options, folder):
    data = os.path.join(folder, "node")
    server = Server(options.app, data, "up", "--iscsi", f"127.0.0.1:{free_port()}", "--element", f"127.0.0.1:{free_port()}", "--capacity-iops", "10000000")
    operations, lock = [], threading.Lock()

    @measured(options.create)
    def make(index, client):
        answer = client.call("POST", "/volumes", {"name": f"v{index:05}", "diskOffering": "custom", "sizeBytes": 1 << 30, "minIops": 100, "maxIops": 1000, "burstIops": 1000})
        with lock:
            operations.append(answer)

    began, used = time.monotonic(), server.cpu_seconds()
    hammer(server, make)
    accepted = time.monotonic() - began
    waiting = server.client()
    for operation in operations:
        waiting.done(operation)
    took = time.monotonic() - began
    cpu = server.cpu_seconds() - used
    rows = [(f"{options.create} volumes made through the API on one node", f"{options.create / took:.0f} a second", "", True),
            ("of that, accepted", f"{options.create / accepted:.0f} a second", "", True),
            ("processor time of server and node", f"{cpu / options.create * 1000:.1f} ms a volume", "", True)]
    server.stop()
    return rows


def main():
    parser = argparse.ArgumentParser(prog="eng/bench-scale")
    parser.add_argument("--app", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--part", action="append", choices=("big", "create"), help="only this part; may be repeated")
    parser.add_argument("--create", type=int, default=10_000, metavar="N", help="volumes to make on the node (10,000)")
    options = parser.parse_args()
    options.reconcile_off = "--reconcile" in subprocess.run([options.app, "server", "--help"], capture_output=True, text=True, check=False).stdout
    folder = tempfile.mkdtemp(prefix="hg-bench-scale-")
    missed = 0
    try:
        for part in options.part or ("big", "create"):
            for what, figure, wanted, kept in {"big": big, "create": create}[part](options, folder):
                print(f"| {what} | {figure} | {wanted} |{'' if kept else ' MISSED'}", flush=True)
                missed += not kept
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
