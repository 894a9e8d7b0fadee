#!/usr/bin/env python3
"""Applies what `ds-rewrite --edits json` printed: tests/apply_edits.py EDITS [FILE]

An independent check: the edits are the whole of what a rewrite does to a file.
"""
import json, sys


def apply(old, edits):
    code = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(old[:2], "utf-8")
    out, done = [], 0
    for edit in edits:
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert done <= start <= end <= len(old) and old[start:end] == edit["old"].encode(code), edit
        out += [old[done:start], edit["new"].encode(code)]
        done = end
    return b"".join(out) + old[done:]


if __name__ == "__main__":
    file = open(sys.argv[2], "rb") if len(sys.argv) > 2 else sys.stdin.buffer
    sys.stdout.buffer.write(apply(file.read(), json.load(open(sys.argv[1], encoding="utf-8"))))
