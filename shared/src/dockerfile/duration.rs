//! Durations as Go writes them: `30s`, `1m30s`, `1.5h`.

/// Nanoseconds of a text, as Go's `time.ParseDuration` reads it; `None` where it is none.
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at(whole);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.bytes().take_while(u8::is_ascii_digit).count()),
            None => ("", after),
        };
        if digits.is_empty() && fraction.is_empty() {
            return None;
        }
        let (unit, length) = unit(after)?;
        let digits = if digits.is_empty() { 0 } else { digits.parse::<u64>().ok()? };
        // Go counts what a fraction comes to in whole nanoseconds.
        let fraction =
            fraction.bytes().rev().fold(0.0, |sum, d| (sum + f64::from(d - b'0')) / 10.0);
        let part = digits.checked_mul(unit)?.checked_add((fraction * unit as f64) as u64)?;
        total = total.checked_add(part)?;
        rest = &after[length..];
    }
    let total = i64::try_from(total).ok()?;
    Some(if negative { -total } else { total })
}

/// Nanoseconds of the unit that a text begins with, and the unit's length.
fn unit(text: &str) -> Option<(u64, usize)> {
    const UNITS: [(&str, u64); 8] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("μs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let (name, unit) = UNITS.iter().find(|(name, _)| text.starts_with(name))?;
    Some((*unit, name.len()))
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, wanted) in [
            ("0", Some(0)),
            ("30s", Some(30_000_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("1.5h", Some(5_400_000_000_000)),
            (".5s", Some(500_000_000)),
            ("+1ms", Some(1_000_000)),
            ("-1ms", Some(-1_000_000)),
            ("2us3ns", Some(2_003)),
            ("", None),
            ("1", None),
            ("s", None),
            (".s", None),
            ("1d", None),
            ("9999999999999h", None),
        ] {
            assert_eq!(nanoseconds(text), wanted, "{text}");
        }
    }
}
