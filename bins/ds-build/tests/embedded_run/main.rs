//! The executor of RUN with the real ds-build as its child, on a tree with busybox: as
//! root, and again as an ordinary user.

// Here a failed `unwrap` is a failed test, with its place.
#![allow(clippy::unwrap_used)]

mod bench;
mod ends;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use shared::builder::embedded::entry::{Entry, Index, Kind};
use shared::builder::embedded::layer::tar;
use shared::builder::embedded::run::{Cache, Cancel, End, Hidden, Mount, Network, Sharing, Source};

use bench::*;

#[test]
fn commands_run_and_their_changes_are_a_layer() {
    let bench = Bench::new();
    let ran = bench.ok("echo out; echo err >&2");
    assert_eq!(ran.lines, ["out", "err"]);
    assert!(ran.index.is_empty(), "{:?}", ran.index);

    let ran = bench.run(&bench.sh("echo last words; exit 3"));
    assert_eq!((ran.outcome.end, ran.outcome.layer), (End::Exit(3), None));
    assert_eq!(ran.outcome.tail, ["last words"]);
    let killed = bench.run(&bench.sh("kill -9 $$")).outcome.end;
    assert_eq!(killed, End::Signal(9));

    let script = "echo new > /new; ln /new /new-name; ln -s /new /link; mkfifo /pipe; rm /old/one
        chmod 4711 /old/two; mkdir -p /a/b; touch -d '2001-02-03 00:00:00' /a/b/past; cat < /etc/group > /dev/null
        rm -r /old/sub; mkdir /old/sub; echo x > /old/sub/four; chown 1000:1000 /a/b || true";
    let ran = bench.ok(script);
    let expected = [
        "a",
        "a/b",
        "a/b/past",
        "link",
        "new",
        "new-name",
        "old",
        "old/sub",
        "old/sub/four",
        "old/two",
        "pipe",
    ];
    assert_eq!(names(&ran.index), expected);
    let entry = |path: &str| &ran.index.entries[path.as_bytes()];
    assert_eq!(entry("new-name").kind, Kind::Hard { target: b"new".to_vec() });
    assert_eq!((entry("new").mtime, entry("a").mtime), (EPOCH, EPOCH));
    assert_eq!(entry("a/b/past").mtime, 981_158_400);
    assert_eq!(entry("old/two").mode, 0o4711);
    let gone: Vec<_> = ran.index.gone.iter().map(|path| String::from_utf8_lossy(path)).collect();
    assert_eq!(gone, ["old/one", "old/sub/three"]);
    // The same again: the same bytes.
    assert!(bench.ok(script).tar == ran.tar, "another tar from the same RUN");

    let next = bench.on(&ran, "cat /new-name /old/sub/*; ls /old; stat -c %Y /new /a/b/past");
    let next = bench.ok_run(&next);
    assert_eq!(next.lines, ["new", "x", "sub", "two", "315619200", "981158400"]);
    assert!(next.index.is_empty(), "{:?}", next.index);
    again_as_user("commands_run_and_their_changes_are_a_layer");
}

#[test]
fn what_is_mounted_is_in_no_layer() {
    let bench = Bench::new();
    let ran = bench.ok("ls -d /proc/self /dev/null /sys/kernel; cat /etc/hosts; echo >/dev/null; echo 1 > /dev/shm/x");
    assert!(ran.lines.iter().any(|line| line.contains("localhost")), "{:?}", ran.lines);
    let paths = names(&ran.index);
    assert!(!paths.iter().any(|path| path.starts_with("etc")), "{paths:?}");
    // Neither when a link of the image leads to it.
    let ran = bench.ok("test -f /run/resolve/stub.conf && cat /etc/resolv.conf");
    assert!(ran.index.is_empty(), "{:?}", ran.index);
    again_as_user("what_is_mounted_is_in_no_layer");
}

#[test]
fn rights_are_those_of_docker_build() {
    let bench = Bench::new();
    let ran = bench.ok("grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Uid)' /proc/self/status; echo $HOME; hostname; ulimit -c");
    let text = ran.lines.join("\n");
    for set in ["CapPrm", "CapEff", "CapBnd"] {
        assert!(text.contains(&format!("{set}:\t00000000a80425fb")), "{text}");
    }
    assert!(
        text.contains("CapInh:\t0000000000000000") && text.contains("NoNewPrivs:\t0"),
        "{text}"
    );
    assert!(text.ends_with("/root\nbuildkitsandbox\n0"), "{text}");

    let mut run = bench.sh("id -u; id -G; echo $HOME; grep CapEff /proc/self/status; busybox-su su -c 'id -u'; touch /no 2>&1; true");
    run.user = "app".into();
    run.cwd = "/made/for/it".into();
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines[..4], ["1000", "1000 2000", "/home/app", "CapEff:\t0000000000000000"]);
    assert_eq!(ran.lines[4], "0", "setuid programs work");
    assert!(ran.lines[5].contains("Permission denied"), "{:?}", ran.lines);
    assert_eq!(names(&ran.index), ["made", "made/for", "made/for/it"]);
    run.user = "nobody-here".into();
    let error = bench.try_run(&run, &Cancel::default()).err().unwrap().to_string();
    assert!(error.contains("no user `nobody-here`"), "{error}");
    run.user = String::new();
    run.argv = vec!["no-such-program".into()];
    let error = bench.try_run(&run, &Cancel::default()).err().unwrap().to_string();
    assert!(error.contains("`no-such-program`") && error.contains("no such program"), "{error}");
    again_as_user("rights_are_those_of_docker_build");
}

#[test]
fn the_machine_is_out_of_reach() {
    let bench = Bench::new();
    let secret = bench.store.path().join("of-the-machine");
    fs::write(&secret, "x").unwrap();
    let script = format!(
        "test ! -e {0}; ls /proc | grep -c '^[0-9]'; cat /proc/1/environ; ls -l /proc/1/exe; cat /proc/1/root/etc/passwd | wc -l
        echo x > /proc/sys/kernel/hostname; cat /proc/kcore | wc -c; mount -t tmpfs x /tmp
        mknod /disk b 254 0 && dd if=/disk of=/dev/null count=1; mknod /dev/disk b 254 0 && dd if=/dev/disk of=/dev/null count=1
        chroot /proc/1/root /bin/true; umount /proc; hostname x; kill -9 1; true",
        secret.display()
    );
    let ran = bench.ok(&script);
    let text = ran.lines.join("\n");
    let count: u32 = ran.lines[0].parse().unwrap();
    assert!(count <= 5, "{text}");
    for denied in [
        "environ': Permission denied",
        "hostname: Read-only file system",
        "can't unmount /proc: Operation not permitted",
        "hostname: sethostname: Operation not permitted",
    ] {
        assert!(text.contains(denied), "{denied}: {text}");
    }
    assert!(!text.contains("1+0 records out"), "a disk was read: {text}");
    // ds-build itself, run by the RUN's hand, cannot be written to.
    let ran = bench.ok(
        "printf '#!/proc/self/exe\\n' > /x; chmod +x /x; /x; cp /bin/true /y; (echo >> /proc/1/exe); true",
    );
    let text = ran.lines.join("\n");
    assert!(text.contains("Permission denied") || text.contains("Read-only"), "{text}");
    again_as_user("the_machine_is_out_of_reach");
}

#[test]
fn networks() {
    let bench = Bench::new();
    let mut run = bench.sh(
        "ls /sys/class/net; ip -o addr show lo; ping -c1 -W1 127.0.0.1 > /dev/null && echo answers",
    );
    run.network = Network::None;
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines.first().map(String::as_str), Some("lo"), "{:?}", ran.lines);
    assert_eq!(ran.lines.last().map(String::as_str), Some("answers"), "{:?}", ran.lines);
    let own = fs::read_dir("/sys/class/net").unwrap().count();
    let ran = bench.ok("ls /sys/class/net");
    assert_eq!(ran.lines.len(), own, "{:?}", ran.lines);
    again_as_user("networks");
}

#[test]
fn mounts_of_every_kind() {
    let bench = Bench::new();
    let over = bench.ok("mkdir /src; echo over > /src/f; ln -s f /src/l; rm -r /old/sub");
    let stack = bench.on(&over, "").lowers;
    let bind = |target: &str, path: &str, writable| Mount::Bind {
        target: target.into(),
        source: Source { stack: stack.clone(), path: path.into() },
        writable,
    };
    let mut run = bench.sh(
        "cat /m/f /m/l /file; ls /tree/old; echo x > /m/f; echo y > /rw/f && cat /rw/f; echo $?",
    );
    run.mounts = vec![
        bind("/m", "/src", false),
        bind("/file", "src/l", false),
        bind("/tree", "", false),
        bind("/rw", "/src", true),
    ];
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines[..5], ["over", "over", "over", "one", "two"]);
    assert!(ran.lines.iter().any(|line| line.contains("Read-only file system")), "{:?}", ran.lines);
    assert_eq!(ran.lines[ran.lines.len() - 2..], ["y", "0"]);
    assert!(ran.index.is_empty(), "{:?}", names(&ran.index));
    run.mounts = vec![bind("/m", "/no/such", false)];
    let error = bench.try_run(&run, &Cancel::default()).err().unwrap().to_string();
    assert!(error.contains("`/no/such`, which is not there"), "{error}");

    let cache = |id: &str, mode| {
        Mount::Cache(Cache {
            target: "/cache".into(),
            id: id.into(),
            sharing: Sharing::Locked,
            writable: true,
            uid: 1000,
            gid: 1000,
            mode,
            from: None,
        })
    };
    let mut run = bench.sh("cat /cache/n; echo $(( $(cat /cache/n 2>/dev/null || echo 0) + 1 )) > /cache/n; stat -c %a:%u:%g /cache");
    run.mounts = vec![cache("one", 0o750)];
    bench.ok_run(&run);
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines, ["1", "750:1000:1000"]);
    run.mounts = vec![cache("two", 0o755)];
    assert!(bench.ok_run(&run).lines[0].contains("No such file"));
    assert!(ran.index.is_empty());

    let mut run = bench.sh("df -k /t | tail -1 | awk '{print $2}'; dd if=/dev/zero of=/t/x bs=1M count=3 2>&1 | grep -c 'No space'");
    run.mounts = vec![Mount::Tmpfs { target: "/t".into(), size: Some(2 << 20) }];
    assert_eq!(bench.ok_run(&run).lines, ["2048", "1"]);

    let mut run = bench.sh("cat /run/secrets/token; stat -c %a:%u /run/secrets/token; test \"$TOKEN\" = hunter2-and-more && echo same");
    run.mounts = vec![Mount::Secret {
        target: Some("/run/secrets/token".into()),
        env: Some("TOKEN".into()),
        content: Hidden::new(b"hunter2-and-more".to_vec()),
        uid: 1000,
        gid: 0,
        mode: 0o400,
    }];
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines, ["***400:1000", "same"]);
    assert!(ran.index.is_empty(), "{:?}", names(&ran.index));
    again_as_user("mounts_of_every_kind");
}

#[test]
fn an_agents_socket_is_reached() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("agent");
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0; 6];
            if stream.read_exact(&mut bytes).is_ok() {
                let _ = stream.write_all(b"pong\n");
            }
        }
    });
    // busybox cannot speak to a local socket: its file is what is looked at.
    let mut run = bench.sh("stat -c '%F %a %u' /run/agent; test -S $SSH_AUTH_SOCK && echo socket");
    run.env.push(("SSH_AUTH_SOCK".into(), "/run/agent".into()));
    run.mounts =
        vec![Mount::Ssh { target: "/run/agent".into(), socket, uid: 1000, gid: 0, mode: 0o600 }];
    assert_eq!(bench.ok_run(&run).lines, ["socket 600 1000", "socket"]);
    run.mounts = vec![Mount::Ssh {
        target: "/a".into(),
        socket: "/no/agent".into(),
        uid: 0,
        gid: 0,
        mode: 0o600,
    }];
    let error = bench.try_run(&run, &Cancel::default()).err().unwrap().to_string();
    assert!(error.contains("ssh agent at `/no/agent`"), "{error}");
}

#[test]
fn it_ends_in_time_and_leaves_nothing() {
    let bench = Bench::new();
    let mut run = bench.sh("sleep 1000 & echo begun; sleep 1000");
    run.time_limit = Some(Duration::from_millis(700));
    let began = Instant::now();
    let ran = bench.run(&run);
    assert_eq!((ran.outcome.end, ran.lines), (End::TimeLimit, vec!["begun".to_owned()]));
    assert!(began.elapsed() < Duration::from_secs(60));
    run.time_limit = None;
    let cancel = Cancel::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            drop(cancel.guard());
        });
        let ran = bench.try_run(&run, &cancel).unwrap();
        assert_eq!(ran.outcome.end, End::Cancelled);
    });
    let left: Vec<_> = fs::read_dir(bench.store.path().join("run")).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(bench.store.path().to_str().unwrap()), "{mounts}");
    again_as_user("it_ends_in_time_and_leaves_nothing");
}

/// In a container the store mostly lies on an overlay, and none goes on top of that.
#[test]
fn layers_are_copied_where_no_overlay_can_be() {
    if is_again() {
        let bench = Bench::new();
        assert!(bench.executor.describe().unwrap().contains("copies"));
        drop(bench);
        commands_run_and_their_changes_are_a_layer();
        what_is_mounted_is_in_no_layer();
        return mounts_of_every_kind();
    }
    if is_root() {
        let script = "set -e; d=$(mktemp -d); mount -t tmpfs x $d; mkdir $d/l $d/u $d/w $d/m
            mount -t overlay -o lowerdir=$d/l,upperdir=$d/u,workdir=$d/w o $d/m; export TMPDIR=$d/m; exec \"$@\"";
        let name = "layers_are_copied_where_no_overlay_can_be";
        again(name, &["unshare", "-m", "sh", "-c", script, "sh"]);
    }
}

#[test]
fn with_one_id_it_says_what_cannot_be_had() {
    if is_again() {
        let bench = Bench::new();
        assert!(bench.executor.describe().unwrap().contains("one id"));
        let ran = bench.ok("id -u; echo x > /x; chmod 4755 /x; cat /old/one");
        assert_eq!(ran.lines, ["0", "one"]);
        assert_eq!(ran.index.entries[&b"x"[..]].mode, 0o4755);
        let mut run = bench.sh("id");
        run.user = "app".into();
        let error = bench.try_run(&run, &Cancel::default()).err().unwrap().to_string();
        assert!(error.contains("1000:1000") && error.contains("usermod --add-subuids"), "{error}");
        let ran = bench.run(&bench.sh("chown 1000 /x /old/one"));
        assert_ne!(ran.outcome.end, End::Exit(0));
        return;
    }
    if is_root() {
        // A system user gets no line in /etc/subuid.
        make_user("ds-run-single", &["-r"]);
        let name = "with_one_id_it_says_what_cannot_be_had";
        again(name, &["runuser", "-u", "ds-run-single", "--"]);
    }
}

#[test]
fn a_layer_that_leaves_folders_out_changes_none() {
    let bench = Bench::new();
    let mut index = Index::default();
    let kind = Kind::Link { target: b"x".to_vec() };
    for path in ["tmp/link", "old/sub/link"] {
        let entry = Entry { kind: kind.clone(), mode: 0o777, ..Entry::folder(EPOCH) };
        index.entries.insert(path.as_bytes().to_vec(), entry);
    }
    let mut bytes = Vec::new();
    tar::write(&index, &mut tar::Files(|_: &[u8]| fs::File::open("/dev/null")), &mut bytes)
        .unwrap();
    let layer = bench.executor.unpack(&digest(b"bare"), &mut &bytes[..], &mut || Ok(())).unwrap();
    let changed = bench.ok("chmod 711 /old");
    let mut run =
        bench.on(&changed, "stat -c %a /tmp /old /old/sub; ls /old/sub /tmp; touch /tmp/new");
    run.lowers.insert(0, layer);
    let ran = bench.ok_run(&run);
    assert_eq!(ran.lines[..3], ["1777", "711", "755"]);
    assert!(ran.lines.iter().filter(|line| *line == "link").count() == 2, "{:?}", ran.lines);
    assert_eq!(names(&ran.index), ["tmp", "tmp/new"]);
    assert_eq!(ran.index.entries[&b"tmp"[..]].mode, 0o1777);
}
