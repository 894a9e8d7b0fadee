#!/usr/bin/env python3
"""prepare.py CONTEXT BASE: what git cannot keep.

Adds to a copy of `context` archives, links and modes; makes a folder BASE with a root file
system (users, links, names of one file, devices, attributes) as a tar and a Dockerfile.
"""
import io, os, subprocess, sys, tarfile

context, base = sys.argv[1:]
TIME = 1_000_000_000


def add(tar, name, kind=tarfile.REGTYPE, mode=0o644, data=b"", link="", uid=0, gid=0, device=(0, 0), xattrs=()):
    one = tarfile.TarInfo(name)
    one.type, one.mode, one.linkname, one.uid, one.gid, one.mtime = kind, mode, link, uid, gid, TIME
    one.devmajor, one.devminor = device
    one.size = len(data)
    one.pax_headers = {"SCHILY.xattr." + key: value for key, value in xattrs}
    tar.addfile(one, io.BytesIO(data))


def archive(path):
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        add(tar, "top", tarfile.DIRTYPE, 0o750, uid=3, gid=4)
        add(tar, "top/file", mode=0o640, data=b"in the archive\n", uid=3, gid=4)
        add(tar, "top/link", tarfile.SYMTYPE, link="file")
        add(tar, "top/same", tarfile.LNKTYPE, 0o640, link="top/file", uid=3, gid=4)
        add(tar, "top/deep/er/file", data=b"no folders of its own\n")
        add(tar, "n" * 120 + "/" + "m" * 120, data=b"long\n")


os.chmod(os.path.join(context, "src/lib/a.txt"), 0o4755)
os.chmod(os.path.join(context, "docs/intro.txt"), 0o664)
os.chmod(os.path.join(context, "docs/api"), 0o775)
plain = os.path.join(context, "archive.tar")
archive(plain)
for program, ends in (("gzip", ("tar.gz", "tgz")), ("xz", ("tar.xz",)), ("bzip2", ("tar.bz2",)), ("zstd", ("tar.zst",))):
    for end in ends:
        with open(os.path.join(context, "archive." + end), "wb") as out:
            subprocess.run([program, "-c", plain], stdout=out, check=True)
with open(os.path.join(context, "fake.tar.gz"), "wb") as out:
    out.write(b"\x1f\x8bnot really gzip")
with tarfile.open(os.path.join(context, "empty.tar"), "w"):
    pass

os.makedirs(base, exist_ok=True)
with tarfile.open(os.path.join(base, "root.tar"), "w", format=tarfile.PAX_FORMAT) as tar:
    for name, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777), ("root", 0o700), ("private", 0o700),
                       ("home", 0o755), ("home/user", 0o750), ("real", 0o2755), ("folder", 0o755),
                       ("special", 0o755), ("hard", 0o755), ("xattrs", 0o755)):
        owner = 1000 if name == "home/user" else 0
        add(tar, name, tarfile.DIRTYPE, mode, uid=owner, gid=owner)
    add(tar, "bin/busybox", mode=0o755, data=open("/bin/busybox", "rb").read())
    for applet in ("sh", "cat", "chmod", "chown", "cp", "echo", "env", "false", "find", "id", "ln", "ls", "mkdir",
                   "mkfifo", "mknod", "mv", "pwd", "rm", "sleep", "stat", "tar", "test", "touch", "true", "wc"):
        add(tar, "bin/" + applet, tarfile.SYMTYPE, link="busybox")
    add(tar, "etc/passwd", data=b"root:x:0:0::/root:/bin/sh\nuser:x:1000:1001::/home/user:/bin/sh\n")
    add(tar, "etc/group", data=b"root:x:0:\nusers:x:1001:\nstaff:x:50:user\n")
    add(tar, "linked", tarfile.SYMTYPE, link="/real")
    add(tar, "tofile", tarfile.SYMTYPE, link="real/there")
    add(tar, "real/there", data=b"there\n")
    add(tar, "folder/link", tarfile.SYMTYPE, link="../real/there")
    add(tar, "special/null", tarfile.CHRTYPE, 0o666, device=(1, 3))
    add(tar, "special/pipe", tarfile.FIFOTYPE, 0o600)
    add(tar, "hard/two", data=b"one file\n", mode=0o600, uid=7)
    add(tar, "hard/one", tarfile.LNKTYPE, 0o600, link="hard/two", uid=7)
    add(tar, "hard/z", tarfile.LNKTYPE, 0o600, link="hard/two", uid=7)
    add(tar, "xattrs/f", data=b"x", xattrs=[("user.note", "hello")])
with open(os.path.join(base, "Dockerfile"), "w") as out:
    out.write('FROM scratch\nADD root.tar /\nENV FROM_BASE=yes\nLABEL base=1\nENTRYPOINT ["/bin/sh", "-c"]\nCMD ["true"]\n')
