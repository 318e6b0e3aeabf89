"""ext4 and XFS: made, filled under fio's verification, checked, trimmed; and the space comes back on the node."""

import json

from initiator import complaints
from report import require

MIB = 1 << 20
FILE_MIB = 160  # written by fio, removed again: what fstrim has to give back
VERIFY_SECONDS = 15

MAKE = {"ext4": "mkfs.ext4 -q {0}", "xfs": "mkfs.xfs -q {0}"}
CHECK = {"ext4": "e2fsck -fn {0}", "xfs": "xfs_repair -n {0}"}


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    for kind in MAKE:
        volume = lab.volume(f"fs-{kind}", "2GiB")
        disk = a.login(volume, port)

        with report.check(f"{kind}: made and mounted") as figures:
            figures.append(a.guest.text(f"time -f '%e s' sh -c '{MAKE[kind].format(disk)} && mount {disk} /mnt'"))

        with report.check(f"{kind}: random writes, read back with crc32c") as figures:
            figures += verified(a.guest, "/mnt/verify", VERIFY_SECONDS)

        with report.check(f"{kind}: data is there after a remount, from the disk and not from memory"):
            a.guest.run(f"""dd if=/dev/urandom of=/mnt/kept bs=1M count=24 conv=fsync && sha256sum /mnt/kept > /run/kept
                umount /mnt && echo 3 > /proc/sys/vm/drop_caches && mount {disk} /mnt && sha256sum -c /run/kept""")

        with report.check(f"{kind}: fstrim gives space back on the node") as figures:
            a.guest.run(f"dd if=/dev/urandom of=/mnt/big bs=1M count={FILE_MIB} conv=fsync", seconds=300)
            full = (on_disk(lab, volume), mapped(lab, volume))
            # XFS frees the blocks of a removed file in the background; an unmount waits for that, sync does not.
            a.guest.run(f"rm /mnt/big /mnt/verify && umount /mnt && mount {disk} /mnt")
            trimmed = a.guest.text("fstrim -v /mnt", seconds=300)
            after = (on_disk(lab, volume), mapped(lab, volume))
            figures += [f"file {full[0] // MIB} -> {after[0] // MIB} MiB", f"by the API {full[1] // MIB} -> {after[1] // MIB} MiB", trimmed]
            require(full[0] - after[0] > (FILE_MIB * 9 // 10) * MIB, "st_blocks of the volume's file hardly fell")
            require(full[1] - after[1] > (FILE_MIB * 9 // 10) * MIB, "the API's figure hardly fell")

        with report.check(f"{kind}: zeroes and holes by fallocate"):
            a.guest.run("""fallocate -l 32M /mnt/holes && dd if=/dev/urandom of=/mnt/holes bs=1M count=32 conv=notrunc,fsync
                fallocate -p -o 8M -l 8M /mnt/holes && sync && echo 3 > /proc/sys/vm/drop_caches
                cmp -n $((8 << 20)) /mnt/holes /dev/zero $((8 << 20)) 0""")

        with report.check(f"{kind}: file system check finds nothing") as figures:
            a.guest.run("umount /mnt")
            figures.append(a.guest.text(CHECK[kind].format(disk), seconds=300).splitlines()[-1])

        with report.check(f"{kind}: discard of the whole disk leaves zeros and an empty file") as figures:
            a.guest.run(f"blkdiscard -f {disk} && cmp -n $((64 << 20)) {disk} /dev/zero", seconds=300)
            figures.append(f"{on_disk(lab, volume) // 1024} KiB on the node")
            require(on_disk(lab, volume) < MIB, f"{on_disk(lab, volume)} bytes are still allocated")
        a.logout(volume, port)

    with report.check("file systems: the kernel has nothing to complain of"):
        found = complaints(a.guest)
        require(not found, "\n".join(found[:5]))


def verified(guest, file, seconds):
    """Random 4 KiB writes to a file for some seconds, each read back and compared; figures of fio."""
    ran = guest.run(
        f"fio --name=verify --filename={file} --size=64m --ioengine=libaio --direct=1 --rw=randwrite --bs=4k --iodepth=8 "
        f"--verify=crc32c --verify_backlog=256 --verify_fatal=1 --time_based --runtime={seconds} --output-format=json",
        seconds=seconds * 4 + 120)
    return fio_figures(ran.output)


def fio_figures(output):
    """Writes, verified reads and errors of a fio run in JSON; fails on an error."""
    job = json.loads(output[output.index("{"):])["jobs"][0]
    require(job["error"] == 0, f"fio ended with error {job['error']}: {output[:500]}")
    require(job["read"]["total_ios"] > 0, "fio verified nothing")
    return [f"{job['write']['total_ios']} writes, {job['read']['total_ios']} verified, 0 errors",
            f"{job['write']['iops']:.0f} write IOPS"]


def on_disk(lab, volume):
    """Bytes that the volume's file takes on the node's medium (st_blocks)."""
    number = lab.product.element_volume(volume["iqn"])["volumeID"]
    files = list((lab.product.data / "node" / "volumes").glob(f"volume-{number}.*.img"))
    require(len(files) == 1, f"volume {number} has files {files}")
    return files[0].stat().st_blocks * 512


def mapped(lab, volume):
    """Bytes in use as the Element API tells them: non-zero blocks of 4 KiB."""
    number = lab.product.element_volume(volume["iqn"])["volumeID"]
    return lab.product.element("GetVolumeStats", volumeID=number)["volumeStats"]["nonZeroBlocks"] * 4096
