"""Two sessions to one volume, each by a portal of its own, under dm-multipath: one map, and I/O that goes on when a path is cut."""

import time

from parts.filesystems import fio_figures
from relay import Relay
from report import require

SECONDS = 30
# Quick to give a path up, as multipath guides tell: the other path shall take over, not wait for this one.
QUICK = {"node.session.timeo.replacement_timeout": 5, "node.conn[0].timeo.noop_out_interval": 2, "node.conn[0].timeo.noop_out_timeout": 2}
CONFIGURATION = """defaults {
    find_multipaths no
    user_friendly_names yes
    path_grouping_policy group_by_prio
    prio alua
    path_checker tur
    polling_interval 2
    no_path_retry 30
}
blacklist {
    devnode "^vd"
}
"""


def run(lab):
    a, direct, report = lab.initiator(), lab.product.iscsi, lab.report
    volume = lab.volume("paths")
    relay = Relay(lab.product.iscsi_second)
    try:
        with report.check("two sessions to one volume become one map of two active paths") as figures:
            a.guest.run(f"cat > /etc/multipath.conf <<'X'\n{CONFIGURATION}X\nmodprobe dm_round_robin; modprobe scsi_dh_alua; multipathd")
            disks = [a.login(volume, port, **QUICK) for port in (direct, relay.port)]
            told = paths(a.guest, 2)
            figures += [" ".join(disks), one_line(told)]
        with report.check("a path is cut under fio with verify: I/O goes on over the other, and the path comes back") as figures:
            node = a.guest.text("ls /dev/mapper/mpath? | head -n 1")
            a.guest.spawn("paths", f"fio --name=verify --filename={node} --size=64m --ioengine=libaio --direct=1 --rw=randwrite --bs=4k --iodepth=8 "
                                   f"--verify=crc32c --verify_backlog=256 --verify_fatal=1 --time_based --runtime={SECONDS} --output-format=json")
            a.guest.run("sleep 5")
            relay.cut()
            began = time.monotonic()
            told = paths(a.guest, 1)
            figures.append(f"down after {time.monotonic() - began:.1f} s")
            a.guest.run("sleep 3")
            relay.mend()
            began = time.monotonic()
            told = paths(a.guest, 2)
            figures.append(f"back after {time.monotonic() - began:.1f} s")
            ended = a.guest.finish("paths", SECONDS * 3 + 60)
            require(ended.status == 0, f"fio ended with {ended.status}: {ended.output[-600:]}")
            figures += fio_figures(ended.output)
        a.guest.run("multipath -F; multipathd shutdown; sleep 1", check=False)
        for port in (direct, relay.port):
            a.guest.run(f"{a.node(volume['iqn'], port)} --logout", check=False, seconds=60)
        a.guest.run("dmesg -C")
    finally:
        relay.close()


def paths(guest, count, seconds=40):
    """Waits until multipathd counts so many usable paths; returns multipath -ll."""
    end = time.monotonic() + seconds
    while True:
        told = guest.run("multipath -ll", check=False).output
        if sum("active ready running" in " ".join(line.split()) for line in told.splitlines()) == count:
            return told
        require(time.monotonic() < end, f"no {count} active path(s) in {seconds} s:\n{told}\n{guest.run('multipathd show paths; dmesg | tail -5', check=False)}")
        time.sleep(0.3)


def one_line(told):
    return " ".join(told.split("\n")[0].split())
