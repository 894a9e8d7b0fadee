//! The ports that a Dockerfile's last stage exposes, read line by line.

/// TCP ports in their order; what depends on a variable is passed over.
pub fn ports(dockerfile: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(dockerfile);
    let mut ports = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("FROM") => ports.clear(),
            Some("EXPOSE") => {
                for port in words.filter_map(port) {
                    if !ports.contains(&port) {
                        ports.push(port);
                    }
                }
            }
            _ => {}
        }
    }
    ports
}

/// `8080` or `8080/tcp`; of a range, its first.
fn port(word: &str) -> Option<u16> {
    let (number, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
    let first = number.split('-').next()?;
    first.parse().ok().filter(|port| *port != 0 && protocol.eq_ignore_ascii_case("tcp"))
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn only_tcp_ports_of_the_last_stage_count() {
        let cases: &[(&str, &[u16])] = &[
            ("FROM a\nEXPOSE 8080\n", &[8080]),
            ("from a\n  expose 80/tcp 443/TCP 53/udp 80\n", &[80, 443]),
            ("FROM a\nEXPOSE 1\nFROM b\nEXPOSE 8000-8005\n", &[8000]),
            ("FROM a\nEXPOSE $PORT ${P:-80} 0 70000 x\n", &[]),
            ("# EXPOSE 80\n", &[]),
            ("", &[]),
        ];
        for (text, wanted) in cases {
            assert_eq!(ports(text.as_bytes()), *wanted, "{text}");
        }
    }
}
