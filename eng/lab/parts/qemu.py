"""QEMU's own initiator (libiscsi) as a second judge: patterns at odd places, and an image compared sector by sector."""

import os
import subprocess

from report import require

IQN = "iqn.2026-01.org.headgate:lab-qemu"
# Pattern, offset, length: inside a block, across 4 KiB, across QEMU's and our transfer limits, at the very end.
PATTERNS = [(0x11, 0, 512), (0x22, 3584, 1024), (0x33, 1 << 20, 1 << 20), (0x44, (16 << 20) - 512, 8 << 20), (0x55, (1 << 30) - 65536, 65536)]
IMAGE_MIB = 48


def run(lab):
    report, product = lab.report, lab.product
    product.create("judge", "1GiB")
    connection = product.connect("judge", IQN)
    chap = connection["chap"]
    secret = lab.folder / "qemu.secret"
    secret.write_text(chap["secret"])
    secret.chmod(0o600)
    objects = ["--object", f"secret,id=chap,file={secret}"]
    disk = (f"driver=raw,file.driver=iscsi,file.transport=tcp,file.portal=127.0.0.1:{product.iscsi},file.target={connection['iqn']},"
            f"file.lun={connection['lun']},file.user={chap['username']},file.password-secret=chap,file.initiator-name={IQN},"
            "file.header-digest=crc32c")

    with report.check("qemu-io: patterns written, discarded, zeroed and read back") as figures:
        commands = []
        for pattern, offset, length in PATTERNS:
            commands += [f"write -P {pattern} {offset} {length}", f"read -P {pattern} {offset} {length}"]
        commands += ["discard 1M 1M", "read -P 0 1M 1M", "write -z -u 17M 2M", "read -P 0 17M 2M", "read -P 0x44 19M 1M", "flush",
                     "aio_write -P 0x66 64M 1M", "aio_write -P 0x77 65M 1M", "aio_flush", "read -P 0x66 64M 1M", "read -P 0x77 65M 1M"]
        told = tool("qemu-io", *objects, *[word for command in commands for word in ("-c", command)], "--image-opts", "-t", "none", disk)
        require("verification failed" not in told and "error" not in told.lower(), told)
        figures.append(f"{len(commands)} commands")

    with report.check("qemu-img: an image written and compared, also after kill -9 of the node") as figures:
        image = lab.folder / "image.raw"
        with open(image, "wb") as file:
            for _ in range(IMAGE_MIB // 2):  # every other megabyte a hole
                file.write(os.urandom(1 << 20))
                file.seek(1 << 20, 1)
            file.truncate(1 << 30)
        tool("qemu-img", "convert", "-n", *objects, "-f", "raw", "--target-image-opts", image, disk)
        compared = lambda: tool("qemu-img", "compare", *objects, "--image-opts", f"driver=raw,file.driver=file,file.filename={image}", disk)
        figures.append(compared().splitlines()[-1])
        product.kill()
        product.start()
        figures.append("after the kill: " + compared().splitlines()[-1])
        image.unlink()


def tool(*words):
    """Runs a program of qemu-utils; a status other than 0 fails the check."""
    ran = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False)
    require(ran.returncode == 0, f"{words[0]} ended with {ran.returncode}: {ran.stdout[-500:]} {ran.stderr[-800:]}")
    return ran.stdout + ran.stderr
