//! The proxy that the environment names, by Go's rule (`HTTPS_PROXY`, `NO_PROXY`),
//! which kubectl follows. A kubeconfig's own `proxy-url` wins over it.

use std::net::IpAddr;

/// `HTTPS_PROXY` and `NO_PROXY`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxy {
    pub https: Option<String>,
    /// Hosts, domains with all below them, addresses and `*`, between commas.
    pub except: Option<String>,
}

impl Proxy {
    /// The proxy to a host, if there is one. This machine itself is never proxied.
    pub fn of(&self, host: &str) -> Option<&str> {
        let proxy = self.https.as_deref()?;
        let host = host.trim_matches(['[', ']']);
        let local = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let excepted = self.except.iter().flat_map(|list| list.split(',')).map(str::trim);
        (!local && !excepted.into_iter().any(|entry| covers(entry, host))).then_some(proxy)
    }
}

fn covers(entry: &str, host: &str) -> bool {
    let entry = entry
        .rsplit_once(':')
        .filter(|(_, port)| port.parse::<u16>().is_ok())
        .map_or(entry, |(name, _)| if name.contains(':') { entry } else { name });
    match entry {
        "" => false,
        "*" => true,
        network if network.contains('/') => in_network(network, host),
        name => {
            let name = name.trim_start_matches("*.").trim_start_matches('.');
            host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
        }
    }
}

/// `10.0.0.0/8`
fn in_network(network: &str, host: &str) -> bool {
    let bits = |address: IpAddr| match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let Some((base, length)) = network.split_once('/') else { return false };
    let (Ok(base), Ok(host), Ok(length)) =
        (base.parse::<IpAddr>(), host.parse::<IpAddr>(), length.parse::<u32>())
    else {
        return false;
    };
    let ((base, size), (host, host_size)) = (bits(base), bits(host));
    let mask = if length == 0 { 0 } else { u128::MAX << (128 - length.min(128)) };
    size == host_size && base & mask == host & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_proxy_is_read_as_go_reads_it() {
        let except = "example.com, .corp, 10.0.0.0/8,[::1],k8s.io:6443";
        let proxy = Proxy { https: Some("http://p:1".into()), except: Some(except.into()) };
        for host in ["example.com", "a.example.com", "x.corp", "10.1.2.3", "127.0.0.1", "k8s.io"] {
            assert_eq!(proxy.of(host), None, "{host}");
        }
        for host in ["badexample.com", "11.1.2.3", "x.corporate"] {
            assert_eq!(proxy.of(host), Some("http://p:1"), "{host}");
        }
        let all = Proxy { except: Some("*".into()), ..proxy };
        assert_eq!((all.of("a.b"), Proxy::default().of("a.b")), (None, None));
    }
}
