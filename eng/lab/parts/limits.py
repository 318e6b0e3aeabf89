"""A volume's maximum, measured where it counts: in the guest."""

from report import Failed, Skipped, require

LOW, HIGH = 500, 1000  # within what a guest under emulation can do: about 1400 IOPS through QEMU's user-mode network
SECONDS = 10
BELOW, ABOVE = 0.95, 1.02
WINDOWS = 3
UNLIMITED = 40000
HEADROOM = 1.15  # a guest that does less than this much more on its own is itself the limit now and then


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    volume = lab.volume("limit")
    disk = a.login(volume, port)
    able = {}

    for pattern in ("randread", "randwrite"):
        with report.check(f"{pattern}: a maximum of {LOW} holds in the guest") as figures:
            limit(lab, UNLIMITED)
            load(a.guest, disk, pattern, (1 + WINDOWS) * SECONDS + 60)
            able[pattern] = measured(a.guest, disk)
            limit(lab, LOW)
            figures.append(f"{able[pattern]:.0f} IOPS without a limit")
            judge(a.guest, disk, LOW, able[pattern], figures)
            unload(a.guest, disk)

    with report.check(f"set-qos from {LOW} to {HIGH} and back under load, without a reconnect") as figures:
        load(a.guest, disk, "randread", 3 * WINDOWS * SECONDS + 90)
        before = lab.product.element("ListISCSISessions")["sessions"]
        for maximum in (LOW, HIGH, LOW):
            limit(lab, maximum)
            judge(a.guest, disk, maximum, able.get("randread", 0), figures)
        after = lab.product.element("ListISCSISessions")["sessions"]
        require([s["sessionID"] for s in before] == [s["sessionID"] for s in after], "a session was dropped")
        unload(a.guest, disk)
    a.logout(volume, port)


def limit(lab, maximum):
    """Sets maximum and burst to the same, so that no credit is left to spend."""
    lab.product.cli("volume", "set-qos", "limit", "--max-iops", maximum, "--burst-iops", maximum)


def load(guest, disk, pattern, seconds):
    """4 KiB, 16 in flight, in the background."""
    guest.spawn("load", f"rm -f /run/lab/load.status; fio --name=load --filename={disk} --ioengine=libaio --direct=1 --rw={pattern} --bs=4k "
                        f"--iodepth=16 --size=256m --time_based --runtime={seconds}")
    guest.run(f"for i in $(seq 200); do [ $(awk '{{ print $1 + $5 }}' /sys/block/{disk[5:]}/stat) -gt 300 ] && break; usleep 50000; done; sleep 2")


def unload(guest, disk):
    """Ends the load; whatever is in flight has to come back."""
    # Not SIGTERM: fio 3.33 prints in its signal handler and now and then waits for its own lock for ever.
    guest.run("pkill -KILL fio", check=False)
    guest.finish("load", 60)
    guest.run(f"for i in $(seq 100); do [ $(awk '{{ print $1 + $2 }}' /sys/block/{disk[5:]}/inflight) = 0 ] && exit 0; usleep 100000; done; exit 1")


def measured(guest, disk):
    """I/Os that the kernel's own counters saw complete, over SECONDS of the guest's clock."""
    # /sys/block/X/stat: reads completed first, writes completed fifth. fio's 4 KiB are neither merged nor split.
    count = f"echo $(cut -d' ' -f1 /proc/uptime) $(awk '{{ print $1 + $5 }}' /sys/block/{disk[5:]}/stat)"
    first, last = (tuple(map(float, line.split())) for line in guest.run(f"{count}; sleep {SECONDS}; {count}").output.splitlines())
    return (last[1] - first[1]) / (last[0] - first[0])


def judge(guest, disk, maximum, able, figures):
    """Never above in any window; and in one of them not below, where the guest could do more. What a guest does not ask for while
    a busy machine does not let it run is lost, and says nothing of the limit."""
    seen = []
    for _ in range(WINDOWS):
        seen.append(measured(guest, disk))
        require(seen[-1] <= maximum * ABOVE, f"{seen[-1]:.1f} IOPS are more than {maximum} +2 %")
        if seen[-1] >= maximum * BELOW:
            break
    told = ", ".join(f"{iops:.1f}" for iops in seen)
    figures.append(f"{maximum} -> {told} over {SECONDS} s")
    if seen[-1] >= maximum * BELOW:
        return
    if able < maximum * HEADROOM:
        raise Skipped(f"{maximum} -> {told}: the guest does {able:.0f} IOPS without a limit on this machine as busy as it is: too few to judge from below")
    raise Failed(f"{told} IOPS are less than {maximum} -5 %")
