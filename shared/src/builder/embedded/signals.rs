//! The signals that STOPSIGNAL takes: by number, or by name with or without `SIG`.
//! Source: moby's `sys/signal`, Linux.

const NAMES: [&str; 35] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS",
    "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU",
];

/// Signals counted from the first real-time signal up, and from the last one down.
const UP: u32 = 15;
const DOWN: u32 = 14;

pub fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let counted = |rest: Option<&str>, most: u32| {
        rest.is_some_and(|n| n.parse().is_ok_and(|n: u32| (1..=most).contains(&n)))
    };
    NAMES.contains(&name)
        || name == "XFSZ"
        || counted(name.strip_prefix("RTMIN+"), UP)
        || counted(name.strip_prefix("RTMAX-"), DOWN)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_and_numbers() {
        for good in ["9", "SIGTERM", "term", "SIGRTMIN+3", "RTMAX-14", "XFSZ", "-1"] {
            assert!(super::is_signal(good), "{good}");
        }
        for bad in ["", "0", "SIGNOPE", "RTMIN+16", "RTMAX-0", "$X"] {
            assert!(!super::is_signal(bad), "{bad}");
        }
    }
}
