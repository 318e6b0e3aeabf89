"""Holds Headgate's iSCSI target against a real Linux kernel: see eng/kernel-initiator, which prepares and starts this."""

import importlib
import pathlib
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from initiator import Initiator  # noqa: E402 (the folder of this file has to be on the path first)
from product import Headgate  # noqa: E402
from report import Report, require  # noqa: E402
from vm import Guest  # noqa: E402

# In the order they run: from "can it log in" to "does it survive".
PARTS = ["login", "geometry", "probes", "filesystems", "resize", "limits", "reservations", "multipath", "qemu", "outage"]


class Lab:
    """One run: the product, up to two guests, and the report. Parts ask it for what they need; it is made once."""

    def __init__(self, root, images, folder):
        self.root, self.images, self.folder = root, images, folder
        self.report = Report()
        # A copy: a build that goes on meanwhile shall not pull the program from under the run.
        program = shutil.copytree(root / ".build" / "app", folder / "app")
        self.product = Headgate(program / "headgate", folder)
        self._guests, self._volumes = {}, set()

    def initiator(self, name="a"):
        """The initiator in guest `name`, which is booted when it is first asked for."""
        if name not in self._guests:
            require(len(self._guests) < 2, "more than two guests would slow each other down")
            guest = Guest(name, self.images, self.folder / name, devices=_port("log", self.folder / name))
            self._guests[name] = Initiator(guest, f"iqn.2026-01.org.headgate:lab-{name}")
            print(f"# guest {name} up after {guest.wait_up():.1f} s", flush=True)
            self._guests[name].start()
        return self._guests[name]

    def drop(self, name):
        """Ends a guest for good, as pulling its plug does."""
        self._guests.pop(name).guest.stop()

    def volume(self, name, size="1GiB", guest="a", **options):
        """A volume that the guest may use, made when it is first asked for; returns how to log in to it."""
        if name not in self._volumes:
            self.product.create(name, size, **options)
            self._volumes.add(name)
        return self.product.connect(name, self.initiator(guest).iqn)

    def end(self):
        for name in list(self._guests):
            self.drop(name)
        self.product.stop()


def _port(name, folder):
    """QEMU's arguments for a second virtio-serial port, on which a guest tells the host what it has done."""
    return ["-chardev", f"socket,id={name},path={folder / name},server=on,wait=off",
            "-device", f"virtserialport,chardev={name},name=lab.{name}"]


def main(root, images, parts):
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        print(f"headgate: unknown-part: There is no part '{unknown[0]}'. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hg-lab-"))
    lab = Lab(pathlib.Path(root), pathlib.Path(images), folder)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that guests and product end with it
    finished = False
    try:
        print(f"# headgate up ready after {lab.product.start():.1f} s", flush=True)
        for part in parts or PARTS:
            print(f"# {part}", flush=True)
            lab.report.part(part, lambda: importlib.import_module(f"parts.{part}").run(lab))
        finished = True
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one shall not cut the tidying short
        if lab.report.failed or not finished:
            print(f"# last lines of the program's log:\n{lab.product.log()[-3000:]}", flush=True)
        lab.end()
        shutil.rmtree(folder, ignore_errors=True)
    return lab.report.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
