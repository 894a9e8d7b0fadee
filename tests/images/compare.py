#!/usr/bin/env python3
"""Compares two images: compare_images.py LAYOUT NAME TAR

The first is the image NAME of an OCI layout (a folder), the second the only one of an
OCI tar. Compared are the configuration and the file tree that the layers come to: paths,
kinds, modes, owners, link targets, names of one file, content, extended attributes. Times
are not compared: ours are one fixed time. A difference that has to be is printed with its
reason; any other one makes the exit code 1.
"""
import gzip, hashlib, io, json, os, subprocess, sys, tarfile

MOUNT_POINT = "runc leaves its mount points behind where the base has none; ours is not changed by a RUN that did nothing"
FIELDS = ["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
          "StopSignal", "Healthcheck", "OnBuild", "Shell", "ArgsEscaped"]


class Layout:
    def __init__(self, path):
        self.read = lambda name: open(os.path.join(path, name), "rb").read()

    def blob(self, digest):
        return self.read("blobs/" + digest.replace(":", "/"))


class Tar(Layout):
    def __init__(self, path):
        tar = tarfile.open(path)
        self.read = lambda name: tar.extractfile(name).read()


def image(layout, name=None):
    """The configuration, and the layers as plain tars."""
    found = json.loads(layout.read("index.json"))["manifests"]
    if name:
        key = "org.opencontainers.image.ref.name"
        found = [one for one in found if one.get("annotations", {}).get(key) == name]
    manifest = json.loads(layout.blob(found[0]["digest"]))
    if "manifests" in manifest:
        manifest = json.loads(layout.blob(manifest["manifests"][0]["digest"]))
    layers = [plain(layout.blob(layer["digest"])) for layer in manifest["layers"] or []]
    return json.loads(layout.blob(manifest["config"]["digest"])), layers


def plain(data):
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


def tree(layers):
    """Path → what stands there, as a container sees it."""
    seen = {}
    for layer in layers:
        new = {}
        members = tarfile.open(fileobj=io.BytesIO(layer), errors="surrogateescape")
        for member in members:
            path = os.path.normpath("/" + member.name).lstrip("/")
            folder, name = os.path.split(path)
            if name == ".wh..wh..opq":
                drop(seen, folder)
                continue
            if name.startswith(".wh."):
                gone = os.path.join(folder, name[4:])
                drop(seen, gone)
                seen.pop(gone, None)
                continue
            new[path] = entry(member, members, new)
        for path, one in new.items():
            if one["kind"] != "folder":
                drop(seen, path)
            seen[path] = one
    seen.pop("", None)
    # Which names are one file.
    groups = {}
    for path, one in seen.items():
        groups.setdefault(one["inode"], []).append(path)
    for path, one in seen.items():
        names = sorted(groups[one.pop("inode")])
        one["names"] = names if len(names) > 1 else []
    return seen


def drop(seen, folder):
    begin = folder + "/" if folder else ""
    for path in [path for path in seen if path.startswith(begin) and path != folder]:
        del seen[path]


def entry(member, members, new):
    if member.islnk():
        return dict(new[os.path.normpath("/" + member.linkname).lstrip("/")])
    kinds = [("folder", member.isdir()), ("link", member.issym()), ("char", member.ischr()),
             ("block", member.isblk()), ("fifo", member.isfifo()), ("file", True)]
    kind = next(kind for kind, holds in kinds if holds)
    one = {"kind": kind, "mode": member.mode & 0o7777, "uid": member.uid, "gid": member.gid}
    if kind == "link":
        one["target"], one["mode"] = member.linkname, 0o777
    if kind in ("char", "block"):
        one["device"] = [member.devmajor, member.devminor]
    if kind == "file":
        one["size"] = member.size
        one["content"] = hashlib.sha256(members.extractfile(member).read()).hexdigest()[:16]
    attributes = {k: v for k, v in member.pax_headers.items() if k.startswith("SCHILY.xattr.")}
    one["xattrs"] = {k: v.encode("utf-8", "surrogateescape").hex() for k, v in attributes.items()}
    one["inode"] = object()
    return one


def reason(path, what, ours, theirs):
    """Why a difference has to be, or None."""
    if what == "mode" and theirs & ~0o022 == ours:
        return "write bits of group and others come from a clone's umask and are cleared"
    if what == "names" and not ours:
        return "a clone has no hard links: each name of the context is a file"
    return None


def main():
    (ours, our_layers), (theirs, their_layers) = (
        image(Layout(sys.argv[1]), sys.argv[2]), image(Tar(sys.argv[3])))
    differences = []
    for field in ("architecture", "os", "variant", "author"):
        if ours.get(field) != theirs.get(field):
            differences.append((f"config {field}", ours.get(field), theirs.get(field), None))
    for field in FIELDS:
        a, b = (config.get("config", {}).get(field) or None for config in (ours, theirs))
        if a != b:
            differences.append((f"config {field}", a, b, None))
    counts = [sum(not h.get("empty_layer") for h in (c.get("history") or [])) for c in (ours, theirs)]
    if counts[0] != len(our_layers):
        differences.append(("history", counts[0], len(our_layers), None))
    a, b = tree(our_layers), tree(their_layers)
    for path in sorted(set(a) | set(b)):
        if path not in a or path not in b:
            why = MOUNT_POINT if path in ("dev", "proc", "sys") and path not in a else None
            differences.append((f"/{path}", a.get(path), b.get(path), why))
            continue
        for what in sorted(set(a[path]) | set(b[path])):
            one, other = a[path].get(what), b[path].get(what)
            if one != other:
                shown = [f"{v:o}" if what == "mode" and v is not None else v for v in (one, other)]
                differences.append((f"/{path} {what}", *shown, reason(path, what, one, other)))
    bad = 0
    for what, one, other, why in differences:
        bad += why is None
        print(f"  {what}: {one!r}, BuildKit {other!r}" + (f" ({why})" if why else ""))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # not one of the two answers
        print(f"cannot compare: {error!r}", file=sys.stderr)
        sys.exit(2)
