"""A volume that grows while it is mounted: the guest sees it after a rescan, and its file system grows with it."""

from initiator import complaints
from parts.filesystems import CHECK
from report import require

GIB = 1 << 30
GROW = {"ext4": ("mkfs.ext4 -q {0}", "resize2fs {0}"), "xfs": ("mkfs.xfs -q {0}", "xfs_growfs /mnt")}


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report
    for kind, (make, grow) in GROW.items():
        volume = lab.volume(f"grow-{kind}", "1GiB")
        disk = a.login(volume, port)
        a.guest.run(make.format(disk) + f" && mount {disk} /mnt && dd if=/dev/urandom of=/mnt/f bs=1M count=16 conv=fsync && sha256sum /mnt/f > /run/f"
                    " && fallocate -l $(($(df -B1 --output=avail /mnt | tail -n 1) - (32 << 20))) /mnt/full")
        with report.check(f"{kind}: grown from 1 to 2 GiB while it is mounted") as figures:
            lab.product.cli("volume", "resize", f"grow-{kind}", "--size", "2GiB")
            a.rescan()
            bytes_now = int(a.guest.text(f"lsblk -bndo SIZE {disk}"))
            require(bytes_now == 2 * GIB, f"the guest sees {bytes_now} bytes after a rescan")
            a.guest.run(grow.format(disk))
            size = int(a.guest.text("df -m /mnt | awk 'END { print $2 }'"))
            require(size > 1900, f"the file system has {size} MiB")
            # The old blocks have room for 32 MiB.
            a.guest.run(f"dd if=/dev/urandom of=/mnt/past bs=1M count=96 conv=fsync && sha256sum /mnt/past >> /run/f && umount /mnt && mount {disk} /mnt"
                        f" && sha256sum -c /run/f && umount /mnt && {CHECK[kind].format(disk)}", seconds=300)
            figures += [f"{bytes_now >> 20} MiB on the disk", f"{size} MiB in the file system", "96 MiB written past the old end, check clean"]
        a.guest.run("mountpoint -q /mnt && umount /mnt", check=False)
        a.logout(volume, port)

    with report.check("resize: the kernel has nothing to complain of"):
        found = complaints(a.guest)
        require(not found, "\n".join(found[:5]))
