use std::collections::HashMap;
use std::os::unix::fs::symlink;
use std::path::Path;

use bollard::fsutil::types::{Packet as Theirs, Stat as TheirStat};
use prost::Message;

use super::*;
use crate::config::BuildOptions;
use crate::context::Inputs;

fn entries(list: &[(&[u8], Kind<'_>, u32)]) -> Entries {
    let mut entries = Entries::default();
    for &(path, kind, mode) in list {
        entries.push(Entry { path, kind, mode, capability: None }).unwrap();
    }
    entries
}

fn job(context: &Path, entries: Entries) -> Job {
    Job {
        image: "app".to_owned(),
        name: "r.x/app:ds-key-1".parse().unwrap(),
        context: context.to_owned(),
        inputs: Inputs::of(Vec::new(), None, entries),
        dockerfile: b"FROM scratch\n".to_vec(),
        dockerfile_name: "Dockerfile".to_owned(),
        options: BuildOptions {
            build_args: Default::default(),
            target: None,
            network: None,
            labels: Default::default(),
        },
        platform: None,
        pull: false,
        no_cache: false,
        secrets: std::collections::BTreeMap::new(),
        ssh: std::collections::BTreeMap::new(),
        registries: Vec::new(),
        note: None,
    }
}

/// What goes out when these files and then the end are asked for, read as the engine does.
fn transfer(offer: &Offer, folder: Folder, ids: &[u32]) -> Result<Vec<Theirs>, Status> {
    let (asks, mut asked) = mpsc::unbounded_channel();
    ids.iter().for_each(|&id| asks.send(Asked::File(id)).ok().unwrap());
    asks.send(Asked::End).ok().unwrap();
    let (packets, mut sent) = mpsc::channel(1 << 10);
    offer.run(folder, &Out(packets), &mut asked);
    let packets = std::iter::from_fn(|| sent.blocking_recv());
    packets.map(|packet| Ok(Theirs::decode(&*packet?.encode_to_vec()).unwrap())).collect()
}

#[test]
fn a_folder_is_followed_by_what_lies_in_it() {
    let list: Vec<_> =
        [&b"a"[..], b"a b", b"a.b", b"a/c", b"a/c-d", b"a/c/e", b"b", b"\xff"].into();
    let list: Vec<_> = list.into_iter().map(|path| (path, Kind::Folder, 0o755)).collect();
    let entries = entries(&list);
    let sorted: Vec<_> = in_walk_order(&entries).iter().map(|entry| entry.path).collect();
    let expected = [&b"a"[..], b"a/c", b"a/c/e", b"a/c-d", b"a b", b"a.b", b"b", b"\xff"];
    assert_eq!(sorted, expected);
}

#[test]
fn stats_are_what_the_engine_reads() {
    let file = Kind::File { size: 7, digest: &[0; 32] };
    let link = Kind::Link { target: b"../x" };
    let (set, folder, go_link) = (1 << 23, 1 << 31, 1 << 27);
    for (kind, mode, capability, expected, size, target) in [
        (file, 0o644, None, 0o644, 7, ""),
        (file, 0o4755, Some(&b"\x01\x00"[..]), 0o755 | set, 7, ""),
        (file, 0o2700, None, 0o700 | 1 << 22, 7, ""),
        (Kind::Folder, 0o1755, None, 0o755 | folder | 1 << 20, 0, ""),
        (link, 0o777, None, 0o777 | go_link, 4, "../x"),
    ] {
        let entry = Entry { path: b"a/b", kind, mode, capability };
        let read = TheirStat::decode(&*stat(&entry, 7).encode_to_vec()).unwrap();
        let attribute = |value: &[u8]| ("security.capability".to_owned(), value.to_vec());
        let wanted = TheirStat {
            path: "a/b".to_owned(),
            mode: expected,
            size,
            mod_time: 315_619_200_000_000_007,
            linkname: target.to_owned(),
            xattrs: capability.map(attribute).into_iter().collect::<HashMap<_, _>>(),
            ..TheirStat::default()
        };
        assert_eq!(read, wanted, "{kind:?} {mode:o}");
    }
}

#[test]
fn files_are_sent_whole_and_their_end_is_told() {
    let root = tempfile::tempdir().unwrap();
    let big = vec![7; CHUNK + 1];
    std::fs::write(root.path().join("big"), &big).unwrap();
    std::fs::write(root.path().join("empty"), "").unwrap();
    symlink("big", root.path().join("link")).unwrap();
    let (one, none) = (Sha256::digest(&big).into(), Sha256::digest(b"").into());
    let list = entries(&[
        (b"big", Kind::File { size: big.len() as u64, digest: &one }, 0o644),
        (b"empty", Kind::File { size: 0, digest: &none }, 0o644),
        (b"link", Kind::Link { target: b"big" }, 0o777),
    ]);
    let offer = Offer::new(&job(root.path(), list));
    let packets = transfer(&offer, CONTEXT, &[1, 0]).unwrap();
    let shape: Vec<_> =
        packets.iter().map(|p| (p.r#type(), p.id, p.data.len(), p.stat.is_some())).collect();
    use PacketType::{PacketData as Data, PacketFin as Fin, PacketStat as Stat};
    let expected = [
        (Stat, 0, 0, true),
        (Stat, 0, 0, true),
        (Stat, 0, 0, true),
        (Stat, 0, 0, false),
        (Data, 1, 0, false),
        (Data, 0, CHUNK, false),
        (Data, 0, 1, false),
        (Data, 0, 0, false),
        (Fin, 0, 0, false),
    ];
    assert_eq!(shape, expected);
    assert!(offer.fault().is_none());
}

#[test]
fn a_file_that_changed_is_never_told_to_be_whole() {
    let root = tempfile::tempdir().unwrap();
    let digest = Sha256::digest(b"keyed").into();
    let list = entries(&[(b"f", Kind::File { size: 5, digest: &digest }, 0o644)]);
    let offer = Offer::new(&job(root.path(), list));
    for (now, why) in [
        (Some("other"), "changed"),
        (Some("key"), "changed"),
        (Some("keyed and more"), "changed"),
        (None, "vanished"),
    ] {
        let path = root.path().join("f");
        let _ = std::fs::remove_file(&path);
        now.into_iter().for_each(|text| std::fs::write(&path, text).unwrap());
        let status = transfer(&offer, CONTEXT, &[0]).unwrap_err();
        assert_eq!(status.code(), tonic::Code::DataLoss, "{now:?}");
        let fault = offer.fault().unwrap().to_string();
        assert!(fault.contains(why), "{now:?}: {fault}");
    }
}

#[test]
fn what_there_is_not_cannot_be_asked_for() {
    let root = tempfile::tempdir().unwrap();
    let offer = Offer::new(&job(root.path(), Entries::default()));
    for ids in [&[2][..], &[u32::MAX], &[0, 0]] {
        let status = transfer(&offer, Folder::Dockerfile, ids).unwrap_err();
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{ids:?}");
    }
    assert!(offer.fault().is_none());
}

#[test]
fn a_context_without_entries_still_has_a_dockerfile_and_hides_it() {
    let root = tempfile::tempdir().unwrap();
    let offer = Offer::new(&job(root.path(), Entries::default()));
    assert_eq!((offer.most(Folder::Dockerfile), offer.most(CONTEXT)), (3, 1));
    let packets = transfer(&offer, Folder::Dockerfile, &[0, 1]).unwrap();
    let names: Vec<_> = packets.iter().filter_map(|p| Some(&p.stat.as_ref()?.path)).collect();
    assert_eq!(names, [DOCKERFILE, "Dockerfile.dockerignore"]);
    assert_eq!(packets[3].data, b"FROM scratch\n");
    let packets = transfer(&offer, CONTEXT, &[]).unwrap();
    assert!(packets.iter().all(|packet| packet.stat.is_none()), "{packets:?}");
}

#[test]
fn folders_by_their_names() {
    let ignore = Folder::Context { only_ignore: true };
    for (name, paths, expected) in [
        (Some("dockerfile"), &["Dockerfile"][..], Some(Folder::Dockerfile)),
        (Some("context"), &[], Some(CONTEXT)),
        (Some("context"), &["a", ".dockerignore"], Some(CONTEXT)),
        (Some("context"), &[".dockerignore", "a"], Some(CONTEXT)),
        (Some("context"), &[".dockerignore"], Some(ignore)),
        (Some("../etc"), &[], None),
        (None, &[], None),
    ] {
        let mut metadata = MetadataMap::new();
        name.into_iter().for_each(|name| drop(metadata.insert("dir-name", name.parse().unwrap())));
        for path in paths {
            metadata.append("followpaths", path.parse().unwrap());
        }
        assert_eq!(Folder::of(&metadata).ok(), expected, "{name:?} {paths:?}");
    }
}

#[test]
fn what_is_not_compared_by_the_engine_changes_a_files_time() {
    let cache = tempfile::tempdir().unwrap();
    let digests = [[1; 32], [2; 32]];
    let times = |n: usize, capability: Option<&[u8]>, dockerfile: &str| {
        let mut list = Entries::default();
        let kind = Kind::File { size: 1, digest: &digests[n] };
        list.push(Entry { path: b"Dockerfile", kind, mode: 0o644, capability }).unwrap();
        let mut job = job(Path::new("/ctx"), list);
        job.dockerfile = dockerfile.into();
        job.note = Some(cache.path().join("sent"));
        let offer = Offer::new(&job);
        let sent = transfer(&offer, Folder::Dockerfile, &[]).unwrap();
        let dockerfile = sent[0].stat.as_ref().unwrap().mod_time;
        let context = offer.nanos(CONTEXT, &offer.job.inputs.entries.iter().next().unwrap());
        (offer.shared_key().to_owned(), dockerfile, context)
    };
    let (key, file, context) = times(0, None, "FROM a");
    assert_eq!(times(0, None, "FROM a"), (key.clone(), file, context));
    let changed = times(1, None, "FROM a");
    assert!(changed.0 == key && changed.1 == file && changed.2 != context, "{changed:?}");
    let capable = times(1, Some(b"x"), "FROM a");
    assert!(capable.1 == file && capable.2 != changed.2, "{capable:?}");
    let dockerfile = times(1, Some(b"x"), "FROM b");
    assert!(dockerfile.1 != file && dockerfile.2 == capable.2, "{dockerfile:?}");
}
