"""sg3_utils against the disk: what is listed is there, what is there answers as the standards say."""

import re

from initiator import complaints
from report import Skipped, require

MIB = 1 << 20


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    volume = lab.volume("probe")
    disk = a.login(volume, port)
    sg = a.guest.text

    with report.check("INQUIRY and every vital product data page that it lists") as figures:
        require("PQual=0" in sg(f"sg_inq {disk}"), "it is no connected disk")
        pages = re.findall(r"0x([0-9a-f]{2})\b", sg(f"sg_inq --page=0 {disk}"))
        pages = sorted(set(pages))
        for page in ("80", "83", "b0", "b1", "b2"):
            require(page in pages, f"page {page} is not among {pages}")
        for page in pages:
            sg(f"sg_vpd --page=0x{page} {disk}")
        figures.append("pages " + " ".join(pages))

    with report.check("REPORT LUNS, TEST UNIT READY, REQUEST SENSE, MODE SENSE, target port groups") as figures:
        sg(f"sg_turs {disk} && sg_requests {disk} && sg_modes --all {disk} && sg_modes --six --page=8 {disk}")
        luns = sg(f"sg_luns --decode {disk}")
        groups = sg(f"sg_rtpg --decode {disk}")
        require("active/optimized" in groups, f"no active port group: {groups}")
        figures += [luns.splitlines()[0], "active/optimized"]

    with report.check("READ CAPACITY (10) and (16) agree") as figures:
        ten, sixteen = sg(f"sg_readcap {disk}"), sg(f"sg_readcap --16 {disk}")
        last = [int(re.search(r"[Ll]ast (?:LBA|logical block address)=(\d+)", text)[1]) for text in (ten, sixteen)]
        require(last[0] == last[1], f"last blocks are {last}")
        require("lbpme=1" in sixteen and "lbprz=1" in sixteen, f"it is not thin: {sixteen}")
        figures.append(f"last block {last[0]}, lbpme=1, lbprz=1")

    with report.check("supported operation codes, with the usage map of each") as figures:
        listed = sg(f"sg_opcodes --compact {disk} || sg_opcodes {disk}")
        codes = re.findall(r"^ ?([0-9a-f]{2})(?: |,|\b)([0-9a-f]{1,4})?", listed, re.MULTILINE)
        require(len(codes) >= 40, f"{len(codes)} commands listed:\n{listed[:1500]}")
        sg(f"sg_opcodes --opcode=0x2a {disk} && sg_opcodes --opcode=0x9e,0x10 {disk} && sg_opcodes --rctd {disk}")
        figures.append(f"{len(codes)} commands")

    with report.check("UNMAP, WRITE SAME and GET LBA STATUS tell the same story") as figures:
        sg(f"sg_dd if=/dev/urandom of={disk} bs=512 count=4096 oflag=direct")
        require(state(sg, disk, 0) == "mapped", f"written blocks are {state(sg, disk, 0)}")
        sg(f"sg_unmap --force --lba=1024 --num=1024 {disk}")
        require(state(sg, disk, 1024) == "deallocated", f"unmapped blocks are {state(sg, disk, 1024)}")
        sg(f"sg_write_same --16 --unmap --lba=2048 --num=1024 {disk}")
        require(state(sg, disk, 2048) == "deallocated", f"blocks of WRITE SAME with UNMAP are {state(sg, disk, 2048)}")
        sg(f"cmp -n $((1024 * 1024)) {disk} /dev/zero $((1024 * 512)) 0")
        sg(f"printf '%0512d' 7 > /run/block && sg_write_same --10 --in=/run/block --lba=4000 --num=96 {disk} && sg_write_same --ndob --16 --lba=5000 --num=8 {disk}")
        require(sg(f"dd if={disk} bs=512 skip=4095 count=1 iflag=direct 2> /dev/null | cmp - /run/block && echo same") == "same", "WRITE SAME wrote something else")
        figures.append("mapped, deallocated, zeros")

    with report.check("VERIFY, SYNCHRONIZE CACHE, COMPARE AND WRITE, PRE-FETCH, START STOP UNIT, PREVENT ALLOW"):
        sg(f"sg_verify --lba=0 --count=2048 {disk} && sg_verify --16 --lba=0 --count=2048 {disk} && sg_sync {disk} && sg_sync --16 {disk}")
        sg(f"""dd if={disk} bs=512 count=1 iflag=direct of=/run/old 2> /dev/null
            cat /run/old /run/block > /run/both
            sg_compare_and_write --in=/run/both --lba=0 --num=1 --xferlen=1024 {disk} && dd if={disk} bs=512 count=1 iflag=direct 2> /dev/null | cmp - /run/block""")
        again = a.guest.run(f"sg_compare_and_write --in=/run/both --lba=0 --num=1 --xferlen=1024 {disk}", check=False)
        require(again.status == 14, f"a comparison that cannot hold ended with {again.status}: {again}")  # sg3_utils(8): miscompare
        sg(f"sg_raw {disk} 34 00 00 00 00 00 00 00 08 00; sg_start --start {disk}; sg_prevent --allow {disk}")

    with report.check("out of range, unknown and malformed commands get their sense"):
        for command, wanted in (("28 00 7f ff ff ff 00 00 01 00", "out of range"), ("c1 00 00 00 00 00", "Invalid command operation code"),
                                ("12 01 ff 00 ff 00", "Invalid field in cdb")):
            told = a.guest.run(f"sg_raw -r 512 {disk} {command}", check=False)
            require(told.status != 0 and wanted.lower() in told.output.lower(), f"{command}: status {told.status}: {told}")

    optional(lab, disk)
    a.logout(volume, port)

    with report.check("probes: the kernel has nothing to complain of"):
        found = complaints(a.guest)
        require(not found, "\n".join(found[:5]))


def optional(lab, disk):
    """Commands that a disk may leave out: tried where it lists them."""
    a, report = lab.initiator(), lab.report
    sg = a.guest.text

    with report.check("supported task management functions are listed") as figures:
        offered(sg, disk, "0xa3,0xd")
        figures.append(sg(f"sg_opcodes --tmf {disk}").splitlines()[-1].strip())

    with report.check("EXTENDED COPY copies blocks inside the target (sg_xcopy)"):
        offered(sg, disk, "0x83,0x0")
        sg(f"dd if=/dev/urandom of={disk} bs=1M count=4 oflag=direct 2> /dev/null")
        sg(f"sg_xcopy if={disk} of={disk} bs=512 count=8192 skip=0 seek=65536 bpt=2048", seconds=60)
        require(sg(f"cmp -n $((4 << 20)) {disk} {disk} 0 $((65536 * 512)) && echo same") == "same", "the copy differs")

    with report.check("SANITIZE wipes the whole disk (sg_sanitize --block, --overwrite)") as figures:
        offered(sg, disk, "0x48,0x2")
        for way in ("--block", "--overwrite --zero"):
            sg(f"dd if=/dev/urandom of={disk} bs=1M count=4 oflag=direct 2> /dev/null")
            done = a.guest.run(f"sg_sanitize {way} --quick --wait {disk}", check=False, seconds=300)
            require(done.status == 0, f"sg_sanitize {way}: status {done.status}: {done}")
            sg(f"for i in $(seq 100); do sg_turs {disk} > /dev/null 2>&1 && break; usleep 100000; done; echo 3 > /proc/sys/vm/drop_caches; cmp -n $((4 << 20)) {disk} /dev/zero")
            figures.append(f"{way}: zeros")


def offered(sg, disk, code):
    """Skips the check unless the disk lists this operation code and service action."""
    if "NOT supported" in sg(f"sg_opcodes --opcode={code} {disk}"):
        raise Skipped(f"the target does not list {code}")


def state(sg, disk, block):
    """Provisioning state that GET LBA STATUS tells of a block."""
    told = sg(f"sg_get_lba_status --lba={block} {disk}")
    return "deallocated" if "deallocated" in told else "mapped" if "mapped" in told else told
