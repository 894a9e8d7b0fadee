//! Dates for people.

/// Unix seconds as `2026-11-23 21:04:05 UTC`.
pub fn utc(seconds: u64) -> String {
    format!("{} UTC", text(seconds, ' '))
}

/// Unix seconds as RFC 3339 has them: `2026-11-23T21:04:05Z`. Before 1970 it is 1970.
pub fn rfc3339(seconds: i64) -> String {
    format!("{}Z", text(u64::try_from(seconds).unwrap_or(0), 'T'))
}

fn text(seconds: u64, between: char) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}")
}

/// The Unix seconds of what [`rfc3339`] writes, up to the year 9999.
pub fn of_rfc3339(text: &str) -> Option<u64> {
    let digits = |from: usize, to: usize| -> Option<u64> {
        let part = text.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    if text.len() != 20 {
        return None;
    }
    let [year, month, day] = [digits(0, 4)?, digits(5, 7)?, digits(8, 10)?];
    let [hour, minute, second] = [digits(11, 13)?, digits(14, 16)?, digits(17, 19)?];
    // The day is between the one of 365-day years and that of 366-day years.
    let guess = year.checked_sub(1970)? * 365;
    let days =
        (guess..guess + year - 1970 + 366).find(|days| civil(*days) == (year, month, day))?;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    (rfc3339(seconds.cast_signed()) == text).then_some(seconds)
}

/// How long that is, for people: `11 h`, `3 min`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A span with a unit, in seconds: `90m`, `12h`, `2d`.
pub fn parse_span(text: &str) -> Result<u64, String> {
    let wrong = || "a number with `s`, `m`, `h` or `d` behind it, as `12h`".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    number.checked_mul(unit).filter(|seconds| *seconds < 1 << 40).ok_or_else(wrong)
}

/// Days since 1970-01-01 as a date of the Gregorian calendar. Years are counted from
/// March, so that the leap day is a year's last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{of_rfc3339, parse_span, rfc3339, span, utc};

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_700_000_000, "2023-11-14 22:13:20 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"),
        ] {
            assert_eq!(utc(seconds), text);
            assert_eq!(of_rfc3339(&rfc3339(seconds.cast_signed())), Some(seconds));
        }
        for bad in ["", "2023-11-14 22:13:20Z", "2023-02-30T00:00:00Z", "2023-11-14T25:00:00Z"] {
            assert_eq!(of_rfc3339(bad), None, "{bad}");
        }
        assert_eq!(rfc3339(315_619_200), "1980-01-02T00:00:00Z");
    }

    #[test]
    fn spans_are_round() {
        assert_eq!(["90m", "12h", "2d", "0s"].map(parse_span), [5400, 43_200, 172_800, 0].map(Ok));
        for bad in ["", "12", "h", "-1h", "1w", "99999999999999d", "1ü"] {
            assert!(parse_span(bad).is_err(), "{bad}");
        }
        assert_eq!([119, 120, 7_200, 172_800].map(span), ["119 s", "2 min", "2 h", "2 days"]);
    }
}
