//! What EXPOSE takes: `8080`, `8000-8010/udp`, and the address and host port that are
//! read and left out. Source: BuildKit's `convert_expose.go`.

use std::net::IpAddr;

/// The ports of one word as `port/protocol`; the error is a reason for people.
pub fn ports(text: &str) -> Result<Vec<String>, String> {
    let bad = |why: &str| format!("`{text}` is not a port: {why}");
    let parts: Vec<&str> = text.split(':').collect();
    let (address, host, container) = match parts.as_slice() {
        [container] => (String::new(), "", *container),
        [host, container] => (String::new(), *host, *container),
        [address @ .., host, container] => (address.join(":"), *host, *container),
        [] => return Err(bad("it is empty")),
    };
    let (range, protocol) = container.split_once('/').unwrap_or((container, ""));
    let protocol = match protocol.to_ascii_lowercase() {
        empty if empty.is_empty() => "tcp".to_owned(),
        known if matches!(known.as_str(), "tcp" | "udp" | "sctp") => known,
        _ => return Err(bad("the protocol is tcp, udp or sctp")),
    };
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if !address.is_empty() && bare.unwrap_or(&address).parse::<IpAddr>().is_err() {
        return Err(bad("what stands in front is not an address"));
    }
    let (first, last) = numbers(range).ok_or_else(|| bad("ports are numbers up to 65535"))?;
    if !host.is_empty() {
        let (from, to) = numbers(host).ok_or_else(|| bad("ports are numbers up to 65535"))?;
        if last - first != to - from && last != first {
            return Err(bad("the two ranges differ in length"));
        }
    }
    Ok((first..=last).map(|port| format!("{port}/{protocol}")).collect())
}

fn numbers(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn words_of_expose() {
        for (text, wanted) in [
            ("80", "80/tcp"),
            ("80/UDP", "80/udp"),
            ("8000-8002/sctp", "8000/sctp 8001/sctp 8002/sctp"),
            ("8080:80", "80/tcp"),
            ("127.0.0.1:8080:80", "80/tcp"),
            ("[::1]:8080:80", "80/tcp"),
            ("8080-8081:80", "80/tcp"),
        ] {
            assert_eq!(ports(text).unwrap().join(" "), wanted, "{text}");
        }
        for bad in ["", "x", "80/icmp", "70000", "9-8", "1-3:80-90", "nope:1:80", "/tcp", "-1"] {
            assert!(ports(bad).is_err(), "{bad}");
        }
    }
}
