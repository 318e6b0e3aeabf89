"""A QEMU guest that a script drives: started, given commands, asked over QMP, stopped by its process.

Python because the channel and QMP are Unix sockets with JSON and time-outs on them, while other things go on at the same time;
a shell can do neither without further packages. Standard library only.
"""

import base64
import itertools
import json
import os
import pathlib
import queue
import shlex
import socket
import subprocess
import threading
import time

UP_SECONDS = 120  # a guest is up in 4 to 6 s on an idle machine, and in 30 s on a very busy one
COMMAND_SECONDS = 120


class GuestError(Exception):
    """A guest that did not start, ended, did not answer in time, or whose command failed."""


class Result:
    """What a command in a guest came to."""

    def __init__(self, command, status, output):
        self.command, self.status, self.output = command, status, output

    def __str__(self):
        return self.output.strip()


class Guest:
    """One guest under emulation (TCG: needs no /dev/kvm). Use as a context manager; leaving it stops the guest.

    lab: folder that eng/lab/build-guest made. folder: where sockets and the console log go; made here.
    devices: further QEMU arguments. The root disk is the lab image, and what the guest writes to it is dropped.
    """

    def __init__(self, name, lab, folder, memory_mib=384, devices=(), network=True):
        self.name, self.folder = name, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        lab = pathlib.Path(lab)
        arguments = [
            "qemu-system-x86_64", "-name", name, "-machine", "q35,accel=tcg", "-cpu", "max", "-m", str(memory_mib), "-smp", "1",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", lab / "vmlinuz", "-initrd", lab / "initrd",
            "-append", "console=ttyS0 quiet loglevel=5 panic=-1 mitigations=off tsc=reliable no_timer_check net.ifnames=0",
            "-drive", f"file={lab / 'root.img'},format=raw,if=virtio,snapshot=on",
            "-serial", f"file:{self._path('console')}",
            "-qmp", f"unix:{self._path('qmp')},server=on,wait=off",
            "-device", "virtio-serial-pci", *self._port("shell"),
        ]
        if network:
            arguments += ["-netdev", "user,id=net0", "-device", "virtio-net-pci,netdev=net0,romfile="]
        arguments += [str(a) for a in devices]
        for stale in ("shell", "qmp", "console"):
            self._path(stale).unlink(missing_ok=True)
        self._errors = open(self._path("qemu.log"), "wb")
        self._started = time.monotonic()
        # Guests give way to what they test. TMPDIR: the copy-on-write view of the root disk goes where everything of the run is.
        self.process = subprocess.Popen(
            ["nice", "-n", "10", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=self._errors, stderr=self._errors,
            env=dict(os.environ, TMPDIR=str(self.folder)))
        self._channel = self._qmp = None
        self._ids = itertools.count(1)
        self._events = []

    def _path(self, what):
        return self.folder / what

    def _port(self, what):
        return ["-chardev", f"socket,id={what},path={self._path(what)},server=on,wait=off",
                "-device", f"virtserialport,chardev={what},name=lab.{what}"]

    # --- life

    def wait_up(self, seconds=UP_SECONDS):
        """Waits until the guest takes commands; returns the seconds since it was started."""
        end = time.monotonic() + seconds
        self._channel = _LineSocket(self._connect("shell", end))
        while True:
            line = self._channel.line(max(0.0, min(0.5, end - time.monotonic())))
            if line is not None and line.startswith(b"ready"):
                return time.monotonic() - self._started
            self._check_alive()
            if time.monotonic() > end:
                raise GuestError(f"{self.name} was not up after {seconds} s:\n{self.console()[-2000:]}")

    def _connect(self, what, end):
        while True:
            link = socket.socket(socket.AF_UNIX)
            try:
                link.connect(str(self._path(what)))
                return link
            except OSError:
                link.close()
                self._check_alive()
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def _check_alive(self):
        if self.process.poll() is not None:
            log = self._path("qemu.log").read_text(errors="replace")
            raise GuestError(f"{self.name} ended with status {self.process.returncode}:\n{log[-2000:]}\n{self.console()[-2000:]}")

    def stop(self):
        """Ends the guest: asks QEMU first, then by its process id."""
        if self.process.poll() is None:
            try:
                self.qmp("quit")
            except (GuestError, OSError, ValueError):
                self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for link in (self._channel, self._qmp):
            if link:
                link.close()
        self._errors.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # --- what it says

    def console(self):
        """All that the guest wrote on its console so far."""
        try:
            return self._path("console").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    # --- commands

    def run(self, script, seconds=COMMAND_SECONDS, check=True):
        """Runs a shell script in the guest and returns its Result; a status other than 0 raises GuestError unless check is off."""
        number = str(next(self._ids)).encode()
        self._channel.send(number + b" " + base64.b64encode(script.encode()) + b"\n")
        end = time.monotonic() + seconds
        while True:
            line = self._channel.line(max(0.0, min(0.5, end - time.monotonic())))
            if line is None:
                self._check_alive()
                if time.monotonic() > end:
                    raise GuestError(f"{self.name}: no answer in {seconds} s to: {script}\n{self.console()[-1500:]}")
                continue
            parts = line.split(b" ")
            if parts[0] != number:
                continue  # the answer of a command that was given up
            result = Result(script, int(parts[1]), base64.b64decode(parts[2] if len(parts) > 2 else b"").decode(errors="replace"))
            if check and result.status:
                raise GuestError(f"{self.name}: status {result.status} of: {script}\n{result.output[-3000:]}")
            return result

    def text(self, script, seconds=COMMAND_SECONDS):
        """Standard output and error of a script that has to succeed, without blanks around."""
        return str(self.run(script, seconds))

    def spawn(self, name, script):
        """Starts a script in the background; its output and status can be had with finish()."""
        self.run(f"(sh -c {shlex.quote(script)} > /run/lab/{name}.log 2>&1; echo $? > /run/lab/{name}.status) < /dev/null > /dev/null 2>&1 &")

    def is_running(self, name):
        """Whether what spawn() started under this name is still at work."""
        return self.run(f"test ! -e /run/lab/{name}.status", check=False).status == 0

    def finish(self, name, seconds):
        """Waits for what spawn() started; returns its Result."""
        end = time.monotonic() + seconds
        while self.is_running(name):
            if time.monotonic() > end:
                tail = self.run(f"tail -c 2000 /run/lab/{name}.log", check=False)
                raise GuestError(f"{self.name}: {name} did not end in {seconds} s: {tail}\n{self.console()[-1500:]}")
            time.sleep(0.2)
        return Result(name, int(self.text(f"cat /run/lab/{name}.status")), self.run(f"cat /run/lab/{name}.log").output)

    # --- QMP

    def qmp(self, command, seconds=30, **arguments):
        """Runs a QMP command and returns what it returns. Underscores in argument names stand for '-'."""
        if self._qmp is None:
            self._qmp = _LineSocket(self._connect("qmp", time.monotonic() + 10))
            self._qmp_line(10)  # the greeting
            self.qmp("qmp_capabilities")
        arguments = {name.replace("_", "-"): value for name, value in arguments.items()}
        self._qmp.send(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        end = time.monotonic() + seconds
        while True:
            message = self._qmp_line(end - time.monotonic())
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise GuestError(f"{self.name}: QMP {command}: {message['error']['desc']}")
            else:
                return message["return"]

    def qmp_event(self, name, seconds=30, **data):
        """Waits for an event with this name and these members in its data, and returns its data."""
        end = time.monotonic() + seconds
        while True:
            for event in self._events:
                if event["event"] == name and all(event.get("data", {}).get(key) == value for key, value in data.items()):
                    self._events.remove(event)
                    return event.get("data", {})
            message = self._qmp_line(end - time.monotonic())
            if "event" in message:
                self._events.append(message)

    def _qmp_line(self, seconds):
        line = self._qmp.line(max(0.0, seconds))
        if line is None:
            raise GuestError(f"{self.name}: QMP did not answer in time")
        return json.loads(line)


class _LineSocket:
    """A socket read line by line on a thread of its own, so that waiting has a time-out and no line is torn by one."""

    def __init__(self, link):
        self._link, self._lines = link, queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self._link.makefile("rb") as lines:
            try:
                for line in lines:
                    self._lines.put(line.rstrip(b"\r\n"))
            except (OSError, ValueError):
                pass  # closed under us

    def line(self, seconds):
        """The next line; None when there is none in time."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def send(self, line):
        self._link.sendall(line)

    def close(self):
        try:
            self._link.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._link.close()
