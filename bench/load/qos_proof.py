"""eng/qos-proof: what docs/qos.md promises, measured at clients in other processes. See there for the options."""

import argparse
import json
import os
import re
import signal
import statistics
import sys
import time

import report
from rig import COST, UNLIMITED, Server, Unmeasurable

PARTS = ("noise", "caps", "surplus", "alone")

VICTIM_MIN = 1000
NEIGHBOURS = (1, 4, 16)
NEIGHBOUR_DEPTH = 128
NOISE_KIB = (4, 64, 1024)
NEIGHBOUR_SPAN_MIB = 64
ROUND_WARMUP = 0.3     # seconds until a paced client has logged in and is on its schedule
ROUNDS = 5             # windows of a victim's latency with neighbours, each followed by one without

QUIET_TRIES = 2
QUIET_STALL_MS = 0.5   # p99 of a small direct read now and then, on the machine at rest; with nobody else it is 0.1 to 0.2

MIN_SHARE = 0.98       # of its min that a victim gets at the least
P99_FACTOR = 2.0       # of its p99 alone that a victim's p99 stays below
CAP_LOW, CAP_HIGH = 0.95, 1.02
SECOND_HIGH = 1.05     # of a cap, in any one second
BURST_WITHIN = 0.05
SHARE_WITHIN = 0.05
ALONE_SHARE = 0.97
ALONE_TURNS = 7
ALONE_SECONDS = 5


class Proof:
    def __init__(self, options):
        self.options = options
        self.server = Server(options.app, options.load)
        self.failed = []
        self.window = options.window or (4 if options.short else 30)
        self.off_window = options.off_window or (3 if options.short else 10)
        self.cap_window = 10

    def case(self, part, name, measure):
        """A case's result: kept from an earlier run, or measured now and kept."""
        path = os.path.join(self.options.out, part, name + ".json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        result = measure()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".tmp", "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
        os.rename(path + ".tmp", path)
        return result

    def check(self, kept, what):
        if not kept:
            self.failed.append(what)
        return "ok" if kept else "MISSED"

    # -- a victim among greedy neighbours --

    def noise(self):
        rows = []
        mixes = [(count, kib, mix) for count in NEIGHBOURS for kib in NOISE_KIB for mix in ("read", "write")]
        for qos in ("on", "off"):  # all of one setting together: a change is a restart
            for count, kib, mix in mixes:
                name = f"{count}x{kib}k-{mix}"
                if re.search(self.options.mixes, name):
                    rows.append(self.case("noise", f"{name}-{qos}", lambda: self.in_quiet(lambda: self.victim_among(count, kib, mix, qos), qos, count)))
        latencies = [row["alone"]["latency_us"] for row in rows if row["qos"] == "on"]
        alone = {percent: statistics.median(one[percent] for one in latencies) for percent in ("p50", "p99")}
        alone["p99_most"] = max(one["p99"] for one in latencies)
        others = sorted(row["others"] for row in rows)
        print(report.noise_heading(alone, others))
        merged = []
        for on in (row for row in rows if row["qos"] == "on"):
            off = next(row for row in rows if row["qos"] == "off" and row["mix"] == on["mix"])
            share = min(on["saturating"]["iops"], on["paced"]["iops"]) / VICTIM_MIN
            factor = on["paced"]["latency_us"]["p99"] / on["alone"]["latency_us"]["p99"]
            kept = self.check(share >= MIN_SHARE, f"noise {on['mix']}: victim at {share:.1%} of its min")
            p99 = self.check(factor < P99_FACTOR, f"noise {on['mix']}: p99 {factor:.2f} times alone")
            merged.append({"on": on, "off": off, "factor": factor, "off_factor": off["paced"]["latency_us"]["p99"] / on["alone"]["latency_us"]["p99"], "min": kept, "p99": p99})
            print(report.noise_row(merged[-1]), flush=True)
        return {"alone": alone, "others": others, "rows": merged}

    def in_quiet(self, measure, qos, count):
        """
        Measures; on a machine that others use too (--quiet), when they leave it alone, and again when they did not. Which try
        counts is decided by the machine's state before and after it, never by what came out.
        """
        self.prepare(qos, count)
        if not self.options.quiet:
            return measure()
        share = self.options.quiet / 100
        for _ in range(QUIET_TRIES):
            self.server.wait_for_quiet(share / 2, QUIET_STALL_MS, self.options.patience)
            result = measure()
            result["stall_ms"] = self.server.disturbance()
            if result["stall_ms"] < QUIET_STALL_MS and result["others"] <= share:
                return result
            print(f"  (not quiet: other jobs {result['others']:.0%}, stalls of {result['stall_ms']:.1f} ms at rest; once more)", flush=True)
        raise Unmeasurable(f"the machine did not stay quiet in {QUIET_TRIES} tries. What was measured is kept: start again later")

    def victim_among(self, count, kib, mix, qos):
        window = self.window if qos == "on" else self.off_window
        used = self.server.cpu_seconds()
        noisy = self.server.start([f"n{i}" for i in range(count)], block_kib=kib, mix=mix, depth=NEIGHBOUR_DEPTH, seconds=3600,
                                  span_mib=NEIGHBOUR_SPAN_MIB, yielding=True)
        alone, paced = [], []
        try:
            time.sleep(1)
            saturating = self.one(self.client("victim", window, depth=32))
            rounds = ROUNDS if qos == "on" else 1
            for _ in range(rounds):
                paced.append(self.one(self.client("victim", window / rounds, depth=128, rate=VICTIM_MIN, warmup=ROUND_WARMUP)))
                if qos == "on":
                    noisy.send_signal(signal.SIGSTOP)
                    try:
                        time.sleep(0.5)  # for what is under way
                        alone.append(self.one(self.client("victim", window / rounds / 2, depth=128, rate=VICTIM_MIN, warmup=ROUND_WARMUP)))
                    finally:
                        noisy.send_signal(signal.SIGCONT)
        finally:
            neighbours = self.server.finish(noisy, stop=True)
        alone, paced = self.middle(alone), self.middle(paced)
        every = neighbours["targets"]
        result = {
            "mix": f"{count} x {kib} KiB {mix}", "qos": qos, "alone": alone, "saturating": saturating, "paced": paced,
            "others": self.server.share_of_others(used),
            "neighbours": {"iops": sum(one["iops"] for one in every), "normalised": sum(one["iops"] for one in every) * COST[kib] / 100,
                           "least": min(one["iops"] for one in every), "most": max(one["iops"] for one in every),
                           "errors": sum(one["errors"] for one in every)},
        }
        print(f"  {result['mix']}, QoS {qos}: victim {saturating['iops']:.0f} IOPS; at 1000/s p99 {paced['latency_us']['p99'] / 1000:.2f} ms"
              + (f" (alone {alone['latency_us']['p99'] / 1000:.2f})" if alone else "")
              + f"; neighbours {result['neighbours']['iops']:.0f} IOPS; other jobs {result['others']:.0%} of the processor", flush=True)
        return result

    @staticmethod
    def middle(windows):
        """
        Of several windows, the median latencies and the mean rate. With and without neighbours they take turns: what the machine itself does to
        latency, both see, and one stall of it is in one window of five.
        """
        return windows and {
            "iops": statistics.mean(one["iops"] for one in windows),
            "latency_us": {percent: statistics.median(one["latency_us"][percent] for one in windows) for percent in ("p50", "p99")},
            "p99_each": [one["latency_us"]["p99"] for one in windows],
        }

    def prepare(self, qos, count):
        capacity = self.options.capacity_iops
        self.server.run("--qos", qos, *(["--capacity-iops", str(capacity)] if capacity else []))
        self.server.volume("victim", min_iops=VICTIM_MIN)
        for i in range(count):
            self.server.volume(f"n{i}", fill_mib=NEIGHBOUR_SPAN_MIB)

    def client(self, name, seconds, warmup=1, **more):
        return self.server.start([name], seconds=seconds, warmup=warmup, span_mib=NEIGHBOUR_SPAN_MIB, **more)

    def one(self, client):
        figures = self.server.finish(client)
        target = figures["targets"][0]
        target["client_cpu_us_per_io"] = figures["client_cpu_us_per_io"]
        target["from"] = figures["measured_from_monotonic"]
        return target

    # -- caps and burst --

    def caps(self):
        rows = []
        for kib in (4, 16, 64, 256):
            rows += self.case("caps", f"{kib}k", lambda: self.capped(kib))
        print(report.cap_heading())
        for row in rows:
            expected = row["max"] * 100 / COST[row["kib"]]
            window = row["ios"] / row["seconds"]
            # An I/O is served whole, so a window may hold one more, or one less, than the rate says.
            slack = 1 / row["seconds"]
            kept = CAP_LOW * expected - slack <= window <= CAP_HIGH * expected + slack
            worst = max(row["by_second"])
            row["verdict"] = self.check(kept, f"cap {row['max']} at {row['kib']} KiB: {window:.1f} of {expected:.1f}/s")
            row["second"] = self.check(worst <= SECOND_HIGH * expected + 1, f"cap {row['max']} at {row['kib']} KiB: {worst} in a second of {expected:.1f}")
            row.update(expected=expected, measured=window, worst=worst)
            print(report.cap_row(row), flush=True)
        idles = (5,) if self.options.short else (20, 60)
        bursts = [self.case("caps", f"burst-{idle}", lambda: self.burst(idle)) for idle in idles]
        print(report.burst_heading())
        for row in bursts:
            row["verdict"] = self.check(abs(row["burst_seconds"] / row["idle"] - 1) <= BURST_WITHIN, f"burst: {row['burst_seconds']:.1f} s after {row['idle']:.1f} s of rest")
            row["burst_ok"] = self.check(max(row["by_second"]) <= SECOND_HIGH * row["burst"] + 1, f"burst: {max(row['by_second'])} in a second")
            row["after_ok"] = self.check(CAP_LOW * row["max"] <= row["after"] <= CAP_HIGH * row["max"], f"burst: {row['after']:.0f} IOPS afterwards")
            print(report.burst_row(row), flush=True)
        return {"caps": rows, "bursts": bursts}

    def capped(self, kib):
        """All three caps at once: each has to hold whatever the others do."""
        self.server.run("--qos", "on")
        limits = (100, 1000, 10000)
        for limit in limits:
            self.server.volume(f"cap{limit}", max_iops=limit)
        clients = [self.server.start([f"cap{limit}"], block_kib=kib, mix=70, depth=32, seconds=self.cap_window, warmup=4, span_mib=64) for limit in limits]
        rows = []
        for limit, client in zip(limits, clients):
            target = self.one(client)
            rows.append({"max": limit, "kib": kib, "ios": target["ios"], "seconds": self.cap_window, "by_second": target["ios_by_second"]})
        return rows

    def burst(self, idle):
        """Spends all credit, rests, and sees what the rest has earned."""
        limit, burst = 1000, 3000
        self.server.run("--qos", "on")
        name = self.server.volume(f"burst{idle}", max_iops=limit, burst_iops=burst)
        drained = self.one(self.server.start([name], depth=32, seconds=64 if not self.options.short else 66, span_mib=64))
        left = drained["ios_by_second"][-2:]
        if max(left) > SECOND_HIGH * limit + 1:
            raise Unmeasurable(f"the credit of {name} is not spent after 64 s: {left}")
        time.sleep(max(0.0, idle - 0.2))
        target = self.one(self.server.start([name], depth=32, seconds=idle * 1.1 + 6, span_mib=64))
        rested = target["from"] - (drained["from"] + len(drained["ios_by_second"]))
        seconds = target["ios_by_second"]
        over = sum(max(0, count - limit) for count in seconds if count > SECOND_HIGH * limit)
        return {"max": limit, "burst": burst, "idle": rested, "burst_seconds": over / (burst - limit), "by_second": seconds,
                "after": statistics.mean(seconds[-3:])}

    # -- surplus and a volume alone --

    def surplus(self):
        rows = []
        seconds = 4 if self.options.short else 20
        for capacity in (8000, None):
            name = f"{capacity or 'medium'}"
            rows.append(self.case("surplus", name, lambda: self.shared(capacity, seconds)))
        print(report.share_heading())
        for row in rows:
            row["verdicts"] = [self.check(abs(one["share"] / one["wanted"] - 1) <= SHARE_WITHIN, f"surplus ({row['bound']}): {one['share']:.1%} of {one['wanted']:.1%}")
                               for one in row["volumes"]]
            print(report.share_rows(row), flush=True)
        return rows

    def shared(self, capacity, seconds):
        """Three volumes that always have I/O waiting; what is above their mins goes by weight, which is the min."""
        self.server.run("--qos", "on", *(["--capacity-iops", str(capacity)] if capacity else []))
        mins = (500, 1000, 2000)
        sizes = (4, 16, 4)
        names = [self.server.volume(f"share{low}", min_iops=low) for low in mins]
        clients = [self.server.start([name], block_kib=kib, depth=128, seconds=seconds, warmup=2, span_mib=64) for name, kib in zip(names, sizes)]
        iops = [self.one(client)["iops"] * COST[kib] / 100 for client, kib in zip(clients, sizes)]
        extra = [max(0.0, served - low) for served, low in zip(iops, mins)]
        return {"bound": f"capacity set to {capacity}" if capacity else "the medium", "total": sum(iops), "volumes": [
            {"min": low, "kib": kib, "iops": served, "share": more / max(1.0, sum(extra)), "wanted": low / sum(mins)}
            for low, kib, served, more in zip(mins, sizes, iops, extra)]}

    def alone(self):
        """Off and on in turns, compared turn by turn: a disk in a cloud gives a fifth more or less from one minute to the next."""
        turns, seconds = (1, 3) if self.options.short else (ALONE_TURNS, ALONE_SECONDS)
        runs = [[self.case("alone", f"{turn}-{qos}", lambda: self.unbounded(qos, seconds)) for qos in ("off", "on")] for turn in range(turns)]
        rows = []
        for kib in runs[0][0]["by_kib"]:
            cap = UNLIMITED * 100 / COST[int(kib)]  # Element knows no volume without a max
            pairs = [(off["by_kib"][kib], on["by_kib"][kib]) for off, on in runs]
            off, on = (statistics.median(figures) for figures in zip(*pairs))
            share = statistics.median(on / min(off, cap) for off, on in pairs)
            rows.append({"kib": kib, "off": off, "on": on, "cap": cap, "share": share,
                         "verdict": self.check(share >= ALONE_SHARE, f"alone at {kib} KiB: {share:.1%} of the unscheduled throughput or its cap")})
        print(report.alone_heading())
        for row in rows:
            print(report.alone_row(row), flush=True)
        return rows

    def unbounded(self, qos, seconds):
        self.server.run("--qos", qos)
        self.server.volume("alone")
        return {"qos": qos, "by_kib": {
            str(kib): self.one(self.server.start(["alone"], block_kib=kib, mix=70, depth=128, seconds=seconds, warmup=1, span_mib=64))["iops"]
            for kib in (4, 64, 256)}}


def read_options():
    parser = argparse.ArgumentParser(prog="eng/qos-proof")
    for name in ("--app", "--load", "--docs", "--default-out"):
        parser.add_argument(name, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be repeated")
    parser.add_argument("--short", action="store_true", help="windows of a few seconds: for a look, no proof")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier run measured")
    parser.add_argument("--out", help="where results are kept")
    parser.add_argument("--write-docs", action="store_true", help="put the tables into docs/qos.md and the plot beside it")
    parser.add_argument("--window", type=float, help="seconds of a noise window (30)")
    parser.add_argument("--mixes", default="", metavar="REGEX", help="only these of the noise part, for example '^16x4k'")
    parser.add_argument("--capacity-iops", type=int, help="IOPS that the node of the noise part is set to (default: as measured at its first start)")
    parser.add_argument("--quiet", type=float, metavar="PERCENT", help="measure the noise part while other jobs have less of the processor; at most 2 tries each")
    parser.add_argument("--patience", type=float, default=300, metavar="SECONDS", help="how long to wait for quiet before each of them, then the run ends with status 2 (300)")
    parser.add_argument("--off-window", type=float, help="the same with QoS off (10)")
    options = parser.parse_args()
    options.out = os.path.abspath(options.out or options.default_out + ("-short" if options.short else ""))
    return options


def main():
    options = read_options()
    parts = options.part or PARTS
    if options.fresh:
        for part in parts:
            report.forget(options.out, part)
    os.makedirs(options.out, exist_ok=True)
    proof = Proof(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # an end that cleans up
    print(report.MACHINE, flush=True)
    try:
        results = {}
        for part in parts:
            print(f"\n== {part}", flush=True)
            results[part] = getattr(proof, part)()
        report.leave(results, options.out, options.docs if options.write_docs else None)
    except Unmeasurable as problem:
        print(f"qos-proof: {problem}", file=sys.stderr)
        return 2
    finally:
        proof.server.close()
    for what in proof.failed:
        print(f"MISSED: {what}")
    print(f"{len(proof.failed)} promises missed" if proof.failed else "every promise was kept")
    return 1 if proof.failed else 0


if __name__ == "__main__":
    sys.exit(main())
