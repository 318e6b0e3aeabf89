"""Discovery, login, CHAP both ways, digests, and what both sides agreed on."""

import re

from initiator import HOST, complaints
from report import require

LOGIN_REFUSED = 24  # iscsiadm(8): ISCSI_ERR_LOGIN_AUTH_FAILED

# What iscsiadm prints of a session, and what has to be there. Digests and R2T are ours to choose; the lengths are Debian's
# iscsid.conf (262144 to receive, 16776192 bursts offered) against the target's own limits.
AGREED = {
    "HeaderDigest": "CRC32C", "DataDigest": "CRC32C", "MaxRecvDataSegmentLength": None, "MaxXmitDataSegmentLength": None,
    "FirstBurstLength": None, "MaxBurstLength": None, "ImmediateData": "Yes", "InitialR2T": None, "MaxOutstandingR2T": None,
}


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    mine = lab.volume("mine")
    lab.product.create("theirs", "1GiB")
    theirs = lab.product.connect("theirs", "iqn.2026-01.org.headgate:somebody-else")

    with report.check("discovery shows the initiator's own volume and no other") as figures:
        plain, proven = a.discover(port), a.discover(port, mine["chap"])
        found = proven if proven.status == 0 else plain
        require(found.status == 0, f"discovery ended with {plain.status} without and {proven.status} with CHAP: {plain} {proven}")
        require(mine["iqn"] in found.output, f"{mine['iqn']} is missing: {found}")
        require(theirs["iqn"] not in found.output + plain.output, f"{theirs['iqn']} is another's: {found}")
        figures += [f"{len(found.output.splitlines())} line(s) with CHAP", f"without CHAP status {plain.status}, {len(plain.output.splitlines())} line(s)"]

    with report.check("a login at every portal that discovery told, and by nothing else") as figures:
        portals = [line.split(",")[0] for line in found.output.splitlines() if line.endswith(mine["iqn"])]
        require(sorted(portals) == sorted(f"{HOST}:{p}" for p in (port, lab.product.iscsi_second)), f"portals told are {portals}")
        for portal in portals:
            a.record(mine, int(portal.rsplit(":", 1)[1]))
        a.guest.run(f"iscsiadm -m node -T {mine['iqn']} --login", seconds=90)
        sessions = a.guest.text("iscsiadm -m session").splitlines()
        require(len(sessions) == len(portals), f"sessions are {sessions}")
        a.guest.run(f"iscsiadm -m node -T {mine['iqn']} --logout && iscsiadm -m node -T {mine['iqn']} --op delete", seconds=90)
        figures += portals

    with report.check("a login with a wrong secret is refused") as figures:
        refused = a.try_login(mine, port, secret="not-the-secret-1")
        require(refused.status == LOGIN_REFUSED, f"iscsiadm ended with {refused.status}: {refused}")
        figures.append(f"iscsiadm status {refused.status}")

    with report.check("a login without CHAP is refused") as figures:
        refused = a.try_login(mine, port, prove=False)
        require(refused.status == LOGIN_REFUSED, f"iscsiadm ended with {refused.status}: {refused}")
        figures.append(f"iscsiadm status {refused.status}")

    with report.check("the initiator turns away a target that proves itself with another secret") as figures:
        refused = a.try_login(mine, port, target_secret="not-the-target1")
        require(refused.status != 0, "logged in to a target that does not know the secret")
        figures.append(f"iscsiadm status {refused.status}")

    with report.check("a volume of another initiator cannot be logged in to") as figures:
        refused = a.try_login(dict(theirs, chap=mine["chap"]), port)
        require(refused.status != 0, "logged in to another initiator's volume")
        figures.append(f"iscsiadm status {refused.status}")

    with report.check("login with mutual CHAP, header and data digests") as figures:
        disk = a.login(mine, port)
        told = a.session_report()
        agreed = {key: match[1] for key in AGREED if (match := re.search(rf"\b{key}: (\S+)", told))}
        for key, wanted in AGREED.items():
            require(key in agreed, f"iscsiadm does not tell {key}:\n{told}")
            require(wanted in (None, agreed[key]), f"{key} is {agreed[key]}, not {wanted}")
        figures += [disk] + [f"{key}={value}" for key, value in agreed.items()]
        sessions = lab.product.element("ListISCSISessions")["sessions"]
        ways = [s["authentication"]["direction"] for s in sessions if s["targetName"] == mine["iqn"]]
        require(ways == ["two-way"], f"the node tells of {ways}")

    with report.check("every digest pair that open-iscsi offers") as figures:
        for digests in ("None", "CRC32C,None", "None,CRC32C"):
            a.logout(mine, port)
            disk = a.login(mine, port, digests=digests)
            a.guest.run(f"dd if=/dev/zero of={disk} bs=64k count=16 oflag=direct && dd if={disk} of=/dev/null bs=64k count=16 iflag=direct")
            agreed = re.search(r"HeaderDigest: (\S+)", a.session_report())[1]
            figures.append(f"{digests} -> {agreed}")

    with report.check("login: the kernel has nothing to complain of"):
        found = complaints(a.guest, cut=True)  # the targets turned away and logouts end connections
        require(not found, "\n".join(found[:5]))

    with report.check("a volume that is disconnected is gone from the host, and its session ended"):
        a.logout(mine, port)
        # The kernel holds I/O back for this long before it gives a session up; 120 s by default.
        disk = a.login(mine, port, **{"node.session.timeo.replacement_timeout": 5})
        lab.product.cli("volume", "disconnect", "mine", "--initiator", a.iqn)
        require(not lab.product.element("ListISCSISessions")["sessions"], "the node still has the session")
        written = a.guest.run(f"dd if=/dev/zero of={disk} bs=4k count=1 oflag=direct", check=False)
        require(written.status != 0, "a write went through after the access was taken away")
        again = a.try_login(mine, port)
        require(again.status != 0, "logged in again after the access was taken away")
    a.guest.run("iscsiadm -m session -u; dmesg -C", check=False)
