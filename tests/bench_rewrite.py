"""What tests/bench measures of ds-rewrite: beside sed, and beside tools that parse.

kustomize, a loop on yaml.v3 and one on ruamel.yaml (tests/rivals) are built once a machine,
into the user's cache, by Go and pip; what cannot be built is left out, and that is said.
"""
import hashlib, os, shutil, subprocess, sys, time

import __main__ as bench

KUSTOMIZE = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"
RUAMEL = "ruamel.yaml==0.18.10"
RIVALS = os.path.join(bench.HERE, "rivals")
IMAGES = [f"registry.local/team/app{i}" for i in range(20)]
SED = r"s#(image: *.?registry.local/team/app[0-9]+)(:v[0-9.]+|@sha256:[0-9a-f]+)?#\1:new#"
HOUR = 3600


def sets():
    return [word for image in IMAGES for word in ("--set", f"{image}={image}:new")]


def pairs():
    return [f"{image}={image}:new" for image in IMAGES]


def rates(what, size, ours, theirs, name, bar=""):
    shown = f"{what} ({size / ours / 1e6:.0f} MB/s) : {name} ({size / theirs / 1e6:.2g} MB/s)"
    bench.row(shown, bench.ms(ours), bench.ms(theirs), ours / theirs, bar)


def speed(bin, work):
    """Manifests of each density: 60 MB/s at least with a site in 500 bytes, 200 wanted."""
    for megabytes in (5, 50):
        path = manifests(work, "block", megabytes)
        size = os.path.getsize(path)
        ours = bench.best([f"{bin}/ds-rewrite", *sets(), path])
        what = f"ds-rewrite of {megabytes} MB, an image in 500 bytes"
        rates(what, size, ours, bench.best(["sed", "-E", SED, path]), "sed -E", "200 MB/s")
        if megabytes == 5 or bench.ARGS.long:
            for name, took in rivals(work, path):
                rates(what, size, ours, took, name)
    path = manifests(work, "block", 200, "100000")
    size = os.path.getsize(path)
    ours = bench.best([f"{bin}/ds-rewrite", *sets(), path])
    rates("ds-rewrite of 200 MB, an image in 100 KB", size, ours, bench.best(["sed", "-E", SED, path]), "sed -E", "400 MB/s")
    for style in ("flow", "all", "list", "values", "jsonlines"):
        path = manifests(work, style, 50)
        size = os.path.getsize(path)
        ours = bench.best([f"{bin}/ds-rewrite", *sets(), path])
        rates(f"ds-rewrite of 50 MB, {style}", size, ours, bench.best(["sed", "-E", SED, path]), "sed -E", "60 MB/s")


def small(bin, work):
    """One document of 2 KB, as a process."""
    path = manifests(work, "block", 0.001)
    args = [f"{bin}/ds-rewrite", "--set", f"{IMAGES[0]}={IMAGES[0]}:new", path]
    ours, true = bench.median(args, 200), bench.median(["/bin/true"], 200)
    bench.row(f"ds-rewrite of one document of {os.path.getsize(path)} bytes : /bin/true", bench.ms(ours), bench.ms(true), ours / true, "3 ms")
    bench.memory("ds-rewrite, one manifest", args)


def pipe(bin, work):
    """1 GB through a pipe: memory, and when the first document is out."""
    part = manifests(work, "block", 50)
    with open(part, "rb") as file:
        text = file.read() + b"---\n"
    for how in ([], ["--stream"]):
        begun = time.perf_counter()
        child = subprocess.Popen(
            ["/usr/bin/time", "-f", "%M", "-o", f"{work}/peak", f"{bin}/ds-rewrite", *sets(), *how, "-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**bench.ENV, "TMPDIR": work},
        )
        feeder = os.fork()
        if feeder == 0:
            child.stdout.close()
            for _ in range(20):
                child.stdin.write(text)
            child.stdin.close()
            os._exit(0)
        child.stdin.close()
        size, first = 0, None
        while block := child.stdout.read(1 << 20):
            first = first or time.perf_counter() - begun
            size += len(block)
        took = time.perf_counter() - begun
        os.waitpid(feeder, 0)
        # Digests vanish, so the output is shorter.
        if child.wait() or size < 10 * len(text):
            sys.exit(f"ds-rewrite of a pipe: exit {child.returncode}, {size} bytes")
        with open(f"{work}/peak") as file:
            peak = int(file.read()) * 1024
        name = "--stream" if how else "spooled"
        what = f"1 GB through a pipe, {name} ({size / took / 1e6:.0f} MB/s, first bytes after {first:.2f} s) : 64 MB"
        bench.row(what, f"{peak / 1e6:.1f} MB", "64 MB", peak / 64e6, "1")


def manifests(work, style, megabytes, *more):
    path = os.path.join(work, "-".join([style, str(megabytes), *more]) + ".yaml")
    if not os.path.exists(path):
        with open(path, "wb") as file:
            made = [sys.executable, os.path.join(bench.HERE, "manifests"), style, str(int(megabytes * 1e6)), *more]
            subprocess.run(made, stdout=file, check=True)
    return path


def rivals(work, path):
    """What the others take for a file, one run each: they are slow."""
    for name, make, run in (
        ("yaml.v3 loop", loop_in_go, lambda program: [program, *pairs()]),
        ("ruamel.yaml", loop_in_python, lambda program: [*program, *pairs()]),
        ("kustomize 5.7", kustomize, lambda program: [program, "build", kustomization(work, path)]),
    ):
        try:
            program = make()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"  left out: {name}: {error}", file=sys.stderr)
            continue
        with open(path, "rb") as file:
            begun = time.perf_counter()
            done = subprocess.run(run(program), stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=HOUR)
            took = time.perf_counter() - begun
        if done.returncode:
            sys.exit(f"{name}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-600:]}")
        yield name, took


def cached(name, sources, build):
    """A folder of the cache, named after what it is built from."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(home, "ds-tests", f"{name}-{hashlib.sha256(sources).hexdigest()[:16]}")
    if not os.path.isdir(folder):
        half = f"{folder}.{os.getpid()}"
        os.makedirs(half)
        try:
            build(half)
            os.rename(half, folder)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return folder


def read(*names):
    found = b""
    for name in names:
        with open(os.path.join(RIVALS, name), "rb") as file:
            found += file.read()
    return found


def loop_in_go():
    build = lambda folder: subprocess.run(["go", "build", "-o", f"{folder}/loop", "."], cwd=RIVALS, check=True)
    return cached("rival-go", read("main.go", "go.mod", "go.sum"), build) + "/loop"


def loop_in_python():
    build = lambda folder: subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, RUAMEL], check=True)
    folder = cached("rival-ruamel", RUAMEL.encode(), build)
    return ["env", f"PYTHONPATH={folder}", sys.executable, os.path.join(RIVALS, "loop.py")]


def kustomize():
    build = lambda folder: subprocess.run(["go", "install", KUSTOMIZE], env={**os.environ, "GOBIN": folder}, check=True)
    return cached("rival-kustomize", KUSTOMIZE.encode(), build) + "/kustomize"


def kustomization(work, path):
    folder = os.path.join(work, "kustomization")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.link(path, f"{folder}/manifests.yaml")
    images = "".join(f"- name: {image}\n  newTag: new\n" for image in IMAGES)
    bench.write(f"{folder}/kustomization.yaml", f"resources: [manifests.yaml]\nimages:\n{images}")
    return folder
