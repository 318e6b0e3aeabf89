"""The node is killed under load and comes back: sessions recover, nothing that was fsync'ed is lost, and file systems are clean.

The oracle: a loop in the guest appends record N to a file, waits for fsync, and then tells N to the host over a serial channel that
has nothing to do with the disk. Whatever the host was told has to be in the file. At the end node and guest are killed together, so
that no page cache can stand in for the disk.
"""

import random
import socket
import threading
import time

from initiator import complaints
from parts.filesystems import fio_figures
from report import require

SHORT_SECONDS, LONG_SECONDS = 4, 45  # both within replacement_timeout, 120 s in Debian's iscsid.conf: I/O waits and is not failed
RECOVER_SECONDS = 120
RECORD = 4096

# O_DSYNC would not do: it is the application's fsync that ext4 and XFS have to get through to the medium.
APPEND = """
port=$(grep -l lab.log /sys/class/virtio-ports/*/name); port=${port%/name}
exec 4> /dev/${port##*/}
n=$(cat /run/lab/appended 2> /dev/null || echo 0)
while [ ! -e /run/lab/append.stop ]; do
    n=$((n + 1))
    printf '%04095d\\n' $n | dd of=FILE bs=4096 oflag=append conv=notrunc,fsync status=none || { echo "append $n failed"; exit 1; }
    echo $n > /run/lab/appended
    echo $n >&4
done
"""
# Every record in its place, whole, up to the last one that the host was told of.
COUNT = """awk '{ if (length($0) != 4095 || $0 + 0 != NR) { print "record " NR " is " substr($0, 1, 40); exit 1 } } END { print NR }' FILE"""


class Told:
    """The last record that the guest said is durable, and when it said so."""

    def __init__(self, path):
        self.last, self.at, self.longest = 0, time.monotonic(), 0.0
        self._link = socket.socket(socket.AF_UNIX)
        self._link.connect(str(path))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self._link.makefile("r", encoding="ascii") as lines:
            try:
                for line in lines:
                    now = time.monotonic()
                    self.longest = max(self.longest, now - self.at)
                    self.last, self.at = int(line), now
            except (OSError, ValueError):
                pass  # the guest was killed in the middle of a line

    def wait_beyond(self, record, seconds):
        """Waits until a later record was told."""
        began = time.monotonic()
        while self.last <= record:
            require(time.monotonic() - began < seconds, f"no record after {record} in {seconds} s")
            time.sleep(0.05)

    def close(self):
        try:
            self._link.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._link.close()


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    seed = random.randrange(1 << 32)
    print(f"# seed {seed}", flush=True)
    chance = random.Random(seed)
    to = {kind: lab.volume(f"out-{kind}", "1GiB") for kind in ("ext4", "xfs")}
    on = {kind: a.login(volume, port) for kind, volume in to.items()}
    a.guest.run(f"""mkdir -p /ext4 /xfs && mkfs.ext4 -q {on['ext4']} && mkfs.xfs -q {on['xfs']} && mount {on['ext4']} /ext4 && mount {on['xfs']} /xfs
        dd if=/dev/urandom of=/ext4/kept bs=1M count=16 conv=fsync && cp /ext4/kept /xfs/kept && sync && sha256sum /ext4/kept > /run/kept""")

    for name, outage, appended, verified in (("short", SHORT_SECONDS, "ext4", "xfs"), ("long", LONG_SECONDS, "xfs", "ext4")):
        with report.check(f"killed under load, back after {outage} s: fsync'ed appends on {appended}, fio with verify on {verified}") as figures:
            figures += survive(lab, a, name, outage, f"/{appended}/records-{name}", f"/{verified}/verify", chance)
        a.guest.run("rm -f /ext4/verify /xfs/verify", check=False)

    with report.check("after both kills: caches dropped, data whole, file systems clean, no I/O error in the kernel's log") as figures:
        a.guest.run(f"umount /ext4 /xfs && e2fsck -fn {on['ext4']} && xfs_repair -n {on['xfs']}", seconds=300)
        a.guest.run(f"echo 3 > /proc/sys/vm/drop_caches; mount {on['ext4']} /ext4 && mount {on['xfs']} /xfs", seconds=120)
        a.guest.run("cmp /ext4/kept /xfs/kept && sha256sum -c /run/kept", seconds=120)
        found = complaints(a.guest, cut=True)
        require(not found, "\n".join(found[:5]))
        lost = a.guest.text("dmesg | grep -c 'detected conn error' || true")
        figures.append(f"{lost} lost connections in the log, 0 errors")

    for kind in ("ext4", "xfs"):
        with report.check(f"node and guest killed together under fsync'ed appends on {kind}: every record that was told is there") as figures:
            figures += power_loss(lab, kind, to[kind], chance)


def survive(lab, a, name, outage, file, verify, chance):
    """Kills and restarts the node under both loads; returns what was seen."""
    guest = a.guest
    told = Told(guest.folder / "log")
    guest.run("rm -f /run/lab/append.stop /run/lab/appended")
    guest.spawn(f"append-{name}", APPEND.replace("FILE", file))
    seconds = outage + 30
    guest.spawn(f"verify-{name}", f"fio --name=verify --filename={verify} --size=48m --ioengine=libaio --direct=1 --rw=randwrite --bs=4k --iodepth=4 "
                                  f"--rate_iops=150 --verify=crc32c --verify_backlog=128 --verify_fatal=1 --time_based --runtime={seconds} --output-format=json")
    told.wait_beyond(20, 60)
    time.sleep(3 + 2 * chance.random())
    lab.product.kill()
    at_kill, told.longest = told.last, 0.0
    time.sleep(outage)
    lab.product.start()
    told.wait_beyond(max(at_kill, told.last) + 30, RECOVER_SECONDS)
    guest.run("touch /run/lab/append.stop")
    appended = guest.finish(f"append-{name}", 60)
    require(appended.status == 0, f"an append failed: {appended}")
    fio = guest.finish(f"verify-{name}", seconds * 2 + 120)
    require(fio.status == 0, f"fio ended with {fio.status}: {fio.output[-800:]}")
    last = told.last
    told.close()
    there = int(guest.text(f"echo 3 > /proc/sys/vm/drop_caches; {COUNT.replace('FILE', file)}"))
    require(there >= last, f"record {last} was told, {there} are there")
    return [f"{at_kill} records before the kill, {last} told, {there} there", f"appends stood still for {told.longest:.1f} s", *fio_figures(fio.output)]


def power_loss(lab, kind, volume, chance):
    """Kills node and guest at one instant under appends, starts both, and reads what is there."""
    a, port = lab.initiator(), lab.product.iscsi
    file = f"/{kind}/records-loss"
    told = Told(a.guest.folder / "log")
    a.guest.run("rm -f /run/lab/append.stop /run/lab/appended")
    a.guest.spawn("append-loss", APPEND.replace("FILE", file))
    told.wait_beyond(50, 60)
    time.sleep(2 + 3 * chance.random())
    a.guest.process.kill()
    lab.product.kill()
    time.sleep(0.3)  # what the guest had already said is still on its way to us
    last = told.last
    told.close()
    lab.drop("a")
    lab.product.start()
    a = lab.initiator()
    disk = a.login(volume, port)
    check = {"ext4": f"e2fsck -fn {disk}", "xfs": f"xfs_repair -n {disk}"}[kind]
    # Mounting replays the journal, as a host does that starts again; the check comes after it.
    a.guest.run(f"mkdir -p /ext4 /xfs && mount {disk} /{kind}", seconds=120)
    there = int(a.guest.text(COUNT.replace("FILE", file)))
    require(there >= last, f"record {last} was told as fsync'ed, {there} are there")
    a.guest.run(f"umount /{kind} && {check}", seconds=300)
    found = complaints(a.guest)
    require(not found, "\n".join(found[:5]))
    other = "xfs" if kind == "ext4" else None
    if other:  # the next loss is the other file system's: have it mounted again
        next_disk = a.login(lab.volume(f"out-{other}"), port)
        a.guest.run(f"mount {next_disk} /{other}", seconds=120)
    return [f"{last} told, {there} there", "journal replayed, check clean"]
