"""Persistent reservations between two guests: conflicts, preemption, fencing, and a restart of the node."""

from report import require

KEY_A, KEY_B = "0xa1a1", "0xb2b2"
# Types of SPC-4 table 36: exclusive access (3) keeps reads out too, write exclusive - registrants only (5) lets registrants write.
EXCLUSIVE_ACCESS, WRITE_EXCLUSIVE_REGISTRANTS = 3, 5
UNIT_ATTENTION = 6  # sg3_utils(8), exit status


def run(lab):
    a, b, port, report = lab.initiator("a"), lab.initiator("b"), lab.product.iscsi, lab.report
    to_a, to_b = lab.volume("shared", guest="a"), lab.volume("shared", guest="b")
    on_a, on_b = a.login(to_a, port), b.login(to_b, port)

    with report.check("what the target can do: sg_persist --report-capabilities") as figures:
        told = persist(a, on_a, "--in --report-capabilities")
        for feature in ("Persist Through Power Loss Capable(PTPL_C): 1", "Write Exclusive, registrants only: 1", "Exclusive Access: 1"):
            require(feature in told, f"'{feature}' is not in:\n{told}")
        figures.append("APTPL and all types offered")

    with report.check("write exclusive, registrants only: the other guest reads and cannot write") as figures:
        out(a, on_a, f"--register --param-sark={KEY_A} --param-aptpl")
        out(a, on_a, f"--reserve --param-rk={KEY_A} --prout-type={WRITE_EXCLUSIVE_REGISTRANTS}")
        require(may(a, on_a, "write"), "the holder cannot write")
        require(may(b, on_b, "read"), "the other guest cannot read")
        require(not may(b, on_b, "write"), "the other guest can write")
        figures.append(reservation(b, on_b))

    with report.check("a registrant may write too"):
        out(b, on_b, f"--register --param-sark={KEY_B} --param-aptpl")
        require(may(b, on_b, "write"), "a registrant cannot write")

    with report.check("the reservation and both keys are there after kill -9 of the node (APTPL)") as figures:
        lab.product.kill()
        lab.product.start()
        told = persist(a, on_a, "--in --read-keys")
        require(KEY_A in told and KEY_B in told, f"keys are missing: {told}")
        require("registrants only" in reservation(b, on_b), f"reservation is {reservation(b, on_b)}")
        figures.append(reservation(b, on_b))

    with report.check("the other guest preempts: the first one's writes are fenced") as figures:
        out(b, on_b, f"--preempt --param-rk={KEY_B} --param-sark={KEY_A} --prout-type={WRITE_EXCLUSIVE_REGISTRANTS}")
        require(may(b, on_b, "write"), "the new holder cannot write")
        require(not may(a, on_a, "write"), "the fenced guest can write")
        figures.append(reservation(b, on_b))

    with report.check("release and clear: both write again"):
        out(b, on_b, f"--release --param-rk={KEY_B} --prout-type={WRITE_EXCLUSIVE_REGISTRANTS}")
        require(may(a, on_a, "write"), "a released reservation still fences")
        out(b, on_b, f"--clear --param-rk={KEY_B}")
        require("there are NO registered" in persist(b, on_b, "--in --read-keys"), "keys are left after CLEAR")

    with report.check("exclusive access: the other guest can neither read nor write"):
        out(a, on_a, f"--register --param-sark={KEY_A}")
        out(a, on_a, f"--reserve --param-rk={KEY_A} --prout-type={EXCLUSIVE_ACCESS}")
        require(may(a, on_a, "write") and may(a, on_a, "read"), "the holder cannot use its disk")
        require(not may(b, on_b, "read") and not may(b, on_b, "write"), "the other guest gets in")

    with report.check("preempt and abort while the fenced guest writes: not one write later") as figures:
        a.guest.spawn("writer", f"rm -f /run/lab/writer.status; fio --name=w --filename={on_a} --ioengine=libaio --direct=1 --rw=randwrite --bs=4k "
                                "--iodepth=8 --size=64m --time_based --runtime=30")
        a.guest.run("sleep 3")
        out(b, on_b, f"--register --param-sark={KEY_B}")
        out(b, on_b, f"--preempt-abort --param-rk={KEY_B} --param-sark={KEY_A} --prout-type={EXCLUSIVE_ACCESS}")
        image = b.guest.text(f"dd if={on_b} bs=1M count=64 iflag=direct 2> /dev/null | sha256sum")
        ended = a.guest.finish("writer", 90)
        require(ended.status != 0, "fio of the fenced guest ended without an error")
        require(b.guest.text(f"dd if={on_b} bs=1M count=64 iflag=direct 2> /dev/null | sha256sum") == image, "the disk changed after the fence")
        figures += ["64 MiB the same before and after", next((line for line in ended.output.splitlines() if "Invalid exchange" in line), "")[:80]]
        out(b, on_b, f"--clear --param-rk={KEY_B}")

    with report.check("a plain registration does not outlive the node (no APTPL)"):
        out(a, on_a, f"--register-ignore --param-sark={KEY_A}")
        lab.product.kill()
        lab.product.start()
        require("there are NO registered" in persist(a, on_a, "--in --read-keys"), "a key without APTPL survived")

    a.logout(to_a, port)
    b.logout(to_b, port)
    lab.drop("b")
    a.guest.run("dmesg -C")


def out(initiator, disk, words):
    """PERSISTENT RESERVE OUT."""
    persist(initiator, disk, f"--out {words}")


def persist(initiator, disk, words):
    """sg_persist; once more where a unit attention (a restart, or what the other guest did) stood before it. Returns what it prints."""
    for _ in range(2):
        done = initiator.guest.run(f"sg_persist {words} {disk}", check=False, seconds=90)
        if done.status != UNIT_ATTENTION:
            break
    require(done.status == 0, f"sg_persist {words}: status {done.status}: {done}")
    return str(done)


def may(initiator, disk, what):
    """Whether one block can be read or written past the page cache; any refusal but a reservation conflict fails the check."""
    way = f"if=/dev/zero of={disk} oflag=direct" if what == "write" else f"if={disk} of=/dev/null iflag=direct"
    done = initiator.guest.run(f"dd {way} bs=4k count=1", check=False)
    # EBADE is what the kernel makes of RESERVATION CONFLICT.
    require(done.status == 0 or "Invalid exchange" in done.output, f"{what}: {done}")
    return done.status == 0


def reservation(initiator, disk):
    """The reservation in one line."""
    told = persist(initiator, disk, "--in --read-reservation")
    return " ".join(line.strip() for line in told.splitlines() if "eneration" in line or "Key" in line or "scope" in line)
