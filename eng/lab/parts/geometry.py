"""What the kernel makes of 512e and 4Kn volumes: sectors, sizes, discard, write zeroes, cache."""

from initiator import complaints
from report import require

GIB = 1 << 30
# /sys/block/sdX/queue: what the kernel derived from READ CAPACITY (16), the block limits, provisioning and caching pages.
QUEUE = ["logical_block_size", "physical_block_size", "minimum_io_size", "optimal_io_size", "discard_granularity", "discard_max_bytes",
         "write_zeroes_max_bytes", "max_hw_sectors_kb", "write_cache", "fua", "rotational"]


def pool_with_4k_sectors(lab):
    """The embedded node a second time as a pool whose volumes show 4096-byte sectors, and an offering that asks for it."""
    login = lab.product.login()
    password = lab.folder / "element.password"
    password.write_text(login["password"])
    password.chmod(0o600)
    lab.product.cli("pool", "add", "--name", "san4k", "--provider", "SolidFire", "--zone", "z1",
                    "--setting", f"endpoint=https://127.0.0.1:{lab.product.element_port}", "--setting", f"username={login['username']}",
                    "--setting", "enable512e=false", "--setting", "accountPrefix=4k-",
                    "--setting", f"certificateSha256={lab.product.fingerprint()}",
                    "--secret", f"password={password}", "--tags", "4kn")
    lab.product.cli("disk-offering", "create", "--name", "custom-4kn", "--custom-size", "--custom-iops", "--tags", "4kn")
    password.unlink()


def run(lab):
    a, port, report = lab.initiator(), lab.product.iscsi, lab.report

    with report.check("512e: geometry as the kernel sees it") as figures:
        volume = lab.volume("geo512e")
        disk = a.login(volume, port)
        seen = look(a.guest, disk)
        expect(seen, logical_block_size=512, physical_block_size=4096)
        figures += told(seen)

    with report.check("4Kn: geometry as the kernel sees it") as figures:
        pool_with_4k_sectors(lab)
        native = lab.volume("geo4kn", offering="custom-4kn")
        disk4k = a.login(native, port)
        seen = look(a.guest, disk4k)
        expect(seen, logical_block_size=4096, physical_block_size=4096)
        figures += told(seen)
        a.guest.run(f"mkfs.ext4 -q {disk4k} && mount {disk4k} /mnt && dd if=/dev/urandom of=/mnt/f bs=1M count=8 conv=fsync && umount /mnt && e2fsck -fn {disk4k}")
        figures.append("ext4 made, used and checked")
        a.logout(native, port)

    with report.check("the kernel names the disk by its identity") as figures:
        uid = a.guest.text(f"udevadm info -q property -n {disk} | sed -n 's/^ID_SERIAL=//p'")
        wwn = a.guest.text(f"udevadm info -q property -n {disk} | sed -n 's/^ID_WWN=//p'")
        require(uid and wwn, f"udev knows serial '{uid}' and WWN '{wwn}'")
        model = a.guest.text(f"cat /sys/block/{disk[5:]}/device/vendor /sys/block/{disk[5:]}/device/model /sys/block/{disk[5:]}/device/rev").split()
        figures += [f"ID_SERIAL={uid}", f"ID_WWN={wwn}", " ".join(model)]
    a.logout(volume, port)

    with report.check("geometry: the kernel has nothing to complain of"):
        found = complaints(a.guest)
        require(not found, "\n".join(found[:5]))


def look(guest, disk):
    """The queue's figures, and the size in bytes."""
    name = disk[len("/dev/"):]
    words = guest.run("".join(f"echo {key} $(cat /sys/block/{name}/queue/{key})\n" for key in QUEUE)).output.splitlines()
    seen = {key: int(value) if value.isdigit() else value for key, value in (word.split(" ", 1) for word in words)}
    seen["bytes"] = int(guest.text(f"lsblk -bndo SIZE {disk}"))
    seen["mode"] = guest.text(f"cat /sys/block/{name}/device/scsi_disk/*/provisioning_mode")
    return seen


def expect(seen, **wanted):
    wanted |= {"bytes": GIB, "write_cache": "write back", "fua": 1, "rotational": 0, "mode": "unmap"}
    for key, value in wanted.items():
        require(seen[key] == value, f"{key} is {seen[key]}, not {value}: {seen}")
    require(seen["discard_max_bytes"] > 0, f"the kernel would not discard: {seen}")
    require(seen["write_zeroes_max_bytes"] > 0, f"the kernel would not write zeroes: {seen}")


def told(seen):
    return [f"{key}={value}" for key, value in seen.items()]
