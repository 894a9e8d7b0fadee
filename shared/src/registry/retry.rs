//! When to ask a registry again, and how long to wait before.
//!
//! Pure arithmetic and one loop; which faults are worth another try is the caller's
//! knowledge. A registry's `Retry-After` is honoured up to [`WAIT_MAX`].

use std::future::Future;
use std::time::Duration;

/// Tries in all.
pub const ATTEMPTS: u32 = 3;
/// The longest that one wait lasts.
pub const WAIT_MAX: Duration = Duration::from_secs(30);

/// Whether a fault may be gone on the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Never,
    /// After the usual pause.
    Soon,
    /// Not before this has passed, as the registry asked.
    After(Duration),
}

/// The seconds of a `Retry-After` header; its date form counts as absent.
pub fn parse_retry_after(text: &str) -> Option<Duration> {
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The pause after the try numbered `attempt`, from 0: half a second, doubled each time.
pub fn pause(attempt: u32, again: Again) -> Option<Duration> {
    let usual = Duration::from_millis(500).saturating_mul(1 << attempt.min(8));
    match again {
        Again::Never => None,
        Again::Soon => Some(usual.min(WAIT_MAX)),
        Again::After(wait) => (wait <= WAIT_MAX).then_some(wait.max(usual)),
    }
}

/// Runs `work` until it succeeds, up to [`ATTEMPTS`] times.
pub async fn retry<T, E, F>(
    mut work: impl FnMut() -> F,
    again: impl Fn(&E) -> Again,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempt = 0;
    loop {
        let error = match work().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let wait = pause(attempt, again(&error));
        attempt += 1;
        match wait {
            Some(wait) if attempt < ATTEMPTS => tokio::time::sleep(wait).await,
            _ => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses() {
        let ms = Duration::from_millis;
        assert_eq!(pause(0, Again::Soon), Some(ms(500)));
        assert_eq!(pause(1, Again::Soon), Some(ms(1000)));
        assert_eq!(pause(40, Again::Soon), Some(WAIT_MAX));
        assert_eq!(pause(0, Again::Never), None);
        assert_eq!(pause(0, Again::After(ms(7000))), Some(ms(7000)));
        assert_eq!(pause(0, Again::After(ms(1))), Some(ms(500)));
        // A registry that asks for an hour gets no second try: the user is told instead.
        assert_eq!(pause(0, Again::After(ms(3_600_000))), None);
        assert_eq!(parse_retry_after(" 7 "), Some(ms(7000)));
        assert_eq!(parse_retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), None);
    }

    #[test]
    fn gives_up_at_once_or_after_three() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for (again, tries) in [(Again::Never, 1), (Again::After(Duration::ZERO), 3)] {
            let count = std::cell::Cell::new(0);
            let result: Result<(), u8> = runtime.block_on(retry(
                || {
                    count.set(count.get() + 1);
                    async { Err(1) }
                },
                |_| again,
            ));
            assert_eq!((result, count.get()), (Err(1), tries));
        }
    }
}
