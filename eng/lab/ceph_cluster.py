"""Steps of eng/ceph-lab that talk to the cluster, over librados: ten times as quick as a `ceph` command for each.

    ceph_cluster.py monitor|osd|manager|pool DIR [UUID]
"""
import json
import os
import sys
import time

import rados
import rbd

PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.05


def connect(folder, seconds):
    cluster = rados.Rados(conffile=os.path.join(folder, "ceph.conf"), conf={"client_mount_timeout": str(seconds)})
    cluster.connect()
    return cluster


def command(cluster, prefix, data=b"", **arguments):
    code, out, problem = cluster.mon_command(json.dumps({"prefix": prefix, "format": "json", **arguments}), data)
    if code != 0:
        raise SystemExit(f"{prefix}: {problem} ({code})")
    return json.loads(out) if out.strip() else None


def monitor(folder):
    """Exits with 0 when the monitor answers."""
    connect(folder, 5).shutdown()


def write_keyring(path, entity, key):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"[{entity}]\n\tkey = {key}\n")
    os.chmod(path, 0o600)


def osd(folder, uuid):
    cluster = connect(folder, PATIENCE_SECONDS)
    key = command(cluster, "auth get-or-create-key", entity="client.scrap", caps=["mon", "allow r"])["key"]
    command(cluster, "auth rm", entity="client.scrap")  # only its key was wanted: a good random one
    command(cluster, "osd new", json.dumps({"cephx_secret": key}).encode(), uuid=uuid)
    write_keyring(os.path.join(folder, "osd", "keyring"), "osd.0", key)


def manager(folder):
    cluster = connect(folder, PATIENCE_SECONDS)
    made = command(cluster, "auth get-or-create", entity="mgr.x", caps=["mon", "allow profile mgr", "osd", "allow *"])
    write_keyring(os.path.join(folder, "mgr", "keyring"), "mgr.x", made[0]["key"])


def pool(folder):
    cluster = connect(folder, PATIENCE_SECONDS)
    until = time.monotonic() + PATIENCE_SECONDS
    while command(cluster, "osd stat")["num_up_osds"] < 1:
        if time.monotonic() > until:
            raise SystemExit(f"the OSD did not come up; see {folder}/osd.out")
        time.sleep(PAUSE_SECONDS)
    command(cluster, "osd pool create", pool="rbd", pg_num=4, pgp_num=4)
    with cluster.open_ioctx("rbd") as pool_io:
        rbd.RBD().pool_init(pool_io, True)
        rbd.RBD().namespace_create(pool_io, "tenants")
    made = command(
        cluster, "auth get-or-create", entity="client.headgate", caps=["mon", "allow *", "osd", "profile rbd pool=rbd", "mgr", "allow r"])
    with open(os.path.join(folder, "headgate.key"), "w", encoding="ascii") as file:
        file.write(made[0]["key"])


if __name__ == "__main__":
    steps = {"monitor": monitor, "osd": osd, "manager": manager, "pool": pool}
    try:
        steps[sys.argv[1]](*sys.argv[2:])
    except (rados.Error, rbd.Error) as error:
        raise SystemExit(f"{sys.argv[1]}: {error}") from error
