#!/usr/bin/env python3
"""Recomputes a content key of a whole context, without the program's code.

usage: recompute_key.py CONTEXT LIST [IGNORED...]

Takes the lines about the build from LIST (what `ds key --list` prints), reads
CONTEXT itself, leaves out the paths IGNORED and the `.devspace` in its root, and
prints the key. The rules are in shared/src/context/KEY.md.
"""
import hashlib
import os
import re
import stat
import sys


def escape(text):
    return re.sub(rb"[\x00-\x1f\x7f\\]", lambda m: b"\\x%02x" % m[0][0], text)


def walk(folder, prefix, ignored):
    for name in os.listdir(folder):
        path, full = prefix + name, os.path.join(folder, name)
        if path in ignored:
            continue
        mode = os.lstat(full).st_mode
        if stat.S_ISLNK(mode):
            yield path, b"link", 0o777, escape(os.readlink(full)), b"-"
        elif stat.S_ISDIR(mode):
            yield path, b"folder", mode & 0o5755, b"-", b"-"
            yield from walk(full, path + b"/", ignored)
        elif stat.S_ISREG(mode):
            with open(full, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest().encode()
            try:
                capability = os.getxattr(full, "security.capability").hex().encode()
            except OSError:
                capability = b"-"
            yield path, b"file", mode & 0o7755, digest, capability


def main(context, listed, *ignored):
    with open(listed, "rb") as file:
        lines = file.read().split(b"\n")
    scope = next(i for i, line in enumerate(lines) if line.startswith(b"context\t"))
    key = hashlib.sha256(lines[0] + b"\n")
    left_out = {os.fsencode(path) for path in ignored} | {b".devspace"}
    for path, kind, mode, content, capability in sorted(walk(os.fsencode(context), b"", left_out)):
        fields = kind, b"%04o" % mode, content, capability, escape(path)
        key.update(b"\t".join(fields) + b"\n")
    key.update(b"\n".join(lines[scope:]))
    print("sha256:" + key.hexdigest())


main(*sys.argv[1:])
