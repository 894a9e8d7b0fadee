//! Processor time of a thread: tests bound by it what work may cost, so that they mean the
//! same on a machine that has much else to do.

use std::time::Duration;

/// What this thread has spent since it began, in steps of 10 ms (proc(5), `stat`: fields 14
/// and 15, in ticks of 100 Hz).
pub fn spent() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ').skip(11);
    let ticks: u64 = fields.take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}
