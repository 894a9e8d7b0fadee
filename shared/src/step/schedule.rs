//! Several images at once, each after those it needs, at most so many at a time.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;

use futures_util::stream::{FuturesUnordered, StreamExt};

/// How the work on one image ended.
#[derive(Debug, PartialEq)]
pub enum Outcome<T, E> {
    Done(T),
    Failed(E),
    /// Not begun, because the named one failed.
    Blocked(String),
}

/// Runs `work` for each name. `order` has every name after those it needs; other
/// images finish when one fails.
pub async fn run<T, E, F>(
    order: &[String],
    needs: &BTreeMap<String, Vec<String>>,
    jobs: usize,
    mut work: impl FnMut(String) -> F,
) -> HashMap<String, Outcome<T, E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut ended: HashMap<String, Outcome<T, E>> = HashMap::new();
    let mut waiting: Vec<String> = order.to_vec();
    let mut running = FuturesUnordered::new();
    loop {
        let mut still = Vec::new();
        for name in std::mem::take(&mut waiting) {
            match readiness(&name, needs, order, &ended) {
                Ready::Go if running.len() < jobs.max(1) => {
                    let future = work(name.clone());
                    running.push(async move { (name, future.await) });
                }
                Ready::Blocked(by) => drop(ended.insert(name, Outcome::Blocked(by))),
                Ready::Go | Ready::Wait => still.push(name),
            }
        }
        waiting = still;
        let Some((name, result)) = running.next().await else { break };
        let outcome = match result {
            Ok(value) => Outcome::Done(value),
            Err(error) => Outcome::Failed(error),
        };
        ended.insert(name, outcome);
    }
    ended
}

enum Ready {
    Go,
    Wait,
    Blocked(String),
}

fn readiness<T, E>(
    name: &str,
    needs: &BTreeMap<String, Vec<String>>,
    order: &[String],
    ended: &HashMap<String, Outcome<T, E>>,
) -> Ready {
    for need in needs.get(name).into_iter().flatten().filter(|need| order.contains(need)) {
        match ended.get(need) {
            Some(Outcome::Done(_)) => {}
            Some(Outcome::Failed(_) | Outcome::Blocked(_)) => return Ready::Blocked(need.clone()),
            None => return Ready::Wait,
        }
    }
    Ready::Go
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn a_failure_blocks_those_who_need_it_and_no_others() {
        let needs = BTreeMap::from([("app".into(), names("lib")), ("lib".into(), names("base"))]);
        let ended = block_on(run(&names("base lib app web"), &needs, 2, |name| async move {
            if name == "base" { Err("broken") } else { Ok(name) }
        }));
        assert_eq!(ended["base"], Outcome::Failed("broken"));
        assert_eq!(ended["lib"], Outcome::Blocked("base".into()));
        assert_eq!(ended["app"], Outcome::Blocked("lib".into()));
        assert_eq!(ended["web"], Outcome::Done("web".into()));
    }

    #[test]
    fn never_more_than_so_many_and_needs_come_first() {
        let needs = BTreeMap::from([("b".into(), names("d"))]);
        let log = Mutex::new((0, 0, Vec::new()));
        let ended = block_on(run(&names("a d b c"), &needs, 2, |name| {
            let log = &log;
            async move {
                {
                    let mut log = log.lock().unwrap();
                    log.0 += 1;
                    log.1 = log.1.max(log.0);
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let mut log = log.lock().unwrap();
                log.0 -= 1;
                log.2.push(name);
                Ok::<_, ()>(())
            }
        }));
        let log = log.into_inner().unwrap();
        assert_eq!((ended.len(), log.1), (4, 2));
        let at = |name| log.2.iter().position(|n| n == name).unwrap();
        assert!(at("d") < at("b"), "{:?}", log.2);
    }
}
