"""open-iscsi inside a guest: who it is, what it may log in to, and the disks that appear."""

import re
import time

from product import GUEST_SEES as HOST
from vm import GuestError

DEVICE_SECONDS = 30


class Initiator:
    """The guest's one initiator. iscsid runs as an operator's does, with Debian's iscsid.conf."""

    def __init__(self, guest, iqn):
        self.guest, self.iqn = guest, iqn

    def start(self):
        """Names the initiator and starts iscsid."""
        self.guest.run(f"""
            for module in iscsi_tcp crc32c_generic dm_multipath xfs ext4; do modprobe $module; done
            echo InitiatorName={self.iqn} > /etc/iscsi/initiatorname.iscsi
            mkdir -p /run/lock/iscsi
            iscsid
            for i in $(seq 100); do iscsiadm -m session > /dev/null 2>&1; [ $? = 21 ] && exit 0; usleep 50000; done
            exit 1""")
        return self

    def discover(self, port, chap=None):
        """SendTargets; returns the Result, its output one "PORTAL,GROUP IQN" a line."""
        record = f"iscsiadm -m discoverydb -t st -p {HOST}:{port}"
        script = f"{record} --op new > /dev/null\n"
        if chap:
            for name, value in (("authmethod", "CHAP"), ("username", chap["username"]), ("password", chap["secret"])):
                script += f"{record} --op update -n discovery.sendtargets.auth.{name} -v {value} || exit\n"
        result = self.guest.run(f"{script}{record} --discover -o nonpersistent", check=False)
        self.guest.run(f"{record} --op delete", check=False)
        return result

    def node(self, target, port):
        """The command that names a node record."""
        return f"iscsiadm -m node -T {target} -p {HOST}:{port}"

    def record(self, connection, port, *, secret=None, target_secret=None, digests="CRC32C", prove=True, **settings):
        """Makes the node record of a connection: mutual CHAP and digests. secret and target_secret replace the right ones; without
        prove there is no CHAP at all. Returns the command that names the record."""
        chap, node = connection["chap"], self.node(connection["iqn"], port)
        values = {"node.conn[0].iscsi.HeaderDigest": digests, "node.conn[0].iscsi.DataDigest": digests}
        if prove:
            values |= {
                "node.session.auth.authmethod": "CHAP",
                "node.session.auth.username": chap["username"],
                "node.session.auth.password": secret or chap["secret"],
                "node.session.auth.username_in": chap["username"],
                "node.session.auth.password_in": target_secret or chap["targetSecret"],
            }
        values.update(settings)
        # A record made by hand begins with Debian's iscsid.conf.
        script = f"{node} --op delete > /dev/null 2>&1; {node} --op new > /dev/null || exit\n"
        script += "".join(f"{node} --op update -n '{name}' -v '{value}' || exit\n" for name, value in values.items())
        self.guest.run(script)
        return node

    def login(self, connection, port, **settings):
        """Logs in and returns the disk, for example /dev/sda, when udev has named it."""
        node = self.record(connection, port, **settings)
        self.guest.run(f"{node} --login", seconds=90)
        return self.disk(connection, port)

    def try_login(self, connection, port, **settings):
        """Logs in where a refusal is expected; returns the Result: iscsiadm's status and words."""
        node = self.record(connection, port, **settings)
        result = self.guest.run(f"{node} --login", seconds=90, check=False)
        self.guest.run(f"{node} --logout; {node} --op delete", check=False)
        return result

    def disk(self, connection, port, seconds=DEVICE_SECONDS):
        """The disk of a session, as udev names it by its path."""
        link = f"/dev/disk/by-path/ip-{HOST}:{port}-iscsi-{connection['iqn']}-lun-{connection['lun']}"
        end = time.monotonic() + seconds
        while True:
            found = self.guest.run(f"test -b {link} && readlink -f {link}", check=False)
            if found.status == 0 and str(found).startswith("/dev/sd"):
                return str(found)
            if time.monotonic() > end:
                raise GuestError(f"no disk {link} in {seconds} s:\n{self.guest.run('ls -l /dev/disk/by-path; dmesg | tail -20', check=False)}")
            time.sleep(0.1)

    def logout(self, connection, port):
        """Logs out and forgets the node record."""
        node = self.node(connection["iqn"], port)
        self.guest.run(f"{node} --logout", seconds=90)
        self.guest.run(f"{node} --op delete", check=False)

    def rescan(self):
        """Looks for changed sizes on all sessions."""
        self.guest.run("iscsiadm -m session --rescan", seconds=60)

    def session_report(self):
        """iscsiadm -m session -P 3."""
        return self.guest.run("iscsiadm -m session -P 3").output


# What the kernel says when something went wrong with a disk. A lost connection is none of it where one was cut on purpose.
_COMPLAINTS = re.compile(
    r"I/O error|Buffer I/O|critical \w+ error|medium error|EXT4-fs (error|warning)|XFS .*(error|orrupt|shutdown)|"
    r"Unhandled|rejecting I/O|(?<!Power-on or )device reset|blocked for more than|BUG:|Oops|WARNING:|iscsi.*(invalid|bogus|digest error)", re.IGNORECASE)
_CUT = re.compile(r"detected conn error|ping timeout|session recovery timed out|connection\d+:\d+: is operational")


def complaints(guest, cut=False):
    """Lines of the guest's kernel log that tell of errors; lost connections too unless cut says that they were meant."""
    lines = guest.run("dmesg").output.splitlines()
    return [line for line in lines if _COMPLAINTS.search(line) or (not cut and _CUT.search(line))]
