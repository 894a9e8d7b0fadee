//! Several images at once, each after those it needs, at most so many at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    let mut ended: HashMap<String, Outcome<T, E>> = HashMap::with_capacity(order.len());
    let mut waiting = Waiting::new(order, needs);
    let mut running = FuturesUnordered::new();
    loop {
        while running.len() < jobs.max(1)
            && let Some(index) = waiting.ready.pop_first()
        {
            let future = work(order[index].clone());
            running.push(async move { (index, future.await) });
        }
        let Some((index, result)) = running.next().await else { break };
        let outcome = match result {
            Ok(value) => {
                waiting.done(index);
                Outcome::Done(value)
            }
            Err(error) => {
                for (blocked, by) in waiting.failed(index) {
                    ended.insert(order[blocked].clone(), Outcome::Blocked(order[by].clone()));
                }
                Outcome::Failed(error)
            }
        };
        ended.insert(order[index].clone(), outcome);
    }
    ended
}

/// Who waits for whom, by index in the order.
struct Waiting {
    /// All whose needs are done.
    ready: BTreeSet<usize>,
    /// How many needs of each are not done.
    missing: Vec<usize>,
    /// Who needs each.
    needed_by: Vec<Vec<usize>>,
    blocked: Vec<bool>,
}

impl Waiting {
    fn new(order: &[String], needs: &BTreeMap<String, Vec<String>>) -> Self {
        let count = order.len();
        let index: HashMap<&str, usize> = order.iter().map(String::as_str).zip(0..).collect();
        let (mut missing, mut needed_by) = (vec![0; count], vec![Vec::new(); count]);
        for (me, name) in order.iter().enumerate() {
            for need in needs.get(name).into_iter().flatten() {
                if let Some(&need) = index.get(need.as_str()) {
                    missing[me] += 1;
                    needed_by[need].push(me);
                }
            }
        }
        let ready = (0..count).filter(|&index| missing[index] == 0).collect();
        Self { ready, missing, needed_by, blocked: vec![false; count] }
    }

    fn done(&mut self, index: usize) {
        for waiting in std::mem::take(&mut self.needed_by[index]) {
            self.missing[waiting] -= 1;
            if self.missing[waiting] == 0 && !self.blocked[waiting] {
                self.ready.insert(waiting);
            }
        }
    }

    /// Those that will not be begun now, each with the one that it needs.
    fn failed(&mut self, index: usize) -> Vec<(usize, usize)> {
        let (mut blocked, mut next) = (Vec::new(), vec![index]);
        while let Some(by) = next.pop() {
            for waiting in std::mem::take(&mut self.needed_by[by]) {
                if !std::mem::replace(&mut self.blocked[waiting], true) {
                    blocked.push((waiting, by));
                    next.push(waiting);
                }
            }
        }
        blocked
    }
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
    fn one_that_needs_a_failed_and_a_good_one_is_not_begun() {
        let needs = BTreeMap::from([("c".into(), names("a b a")), ("d".into(), names("c b"))]);
        for bad in ["a", "b"] {
            let ended = block_on(run(&names("a b c d"), &needs, 1, |name| async move {
                if name == bad { Err(()) } else { Ok(()) }
            }));
            assert_eq!(ended["c"], Outcome::Blocked(bad.into()));
            assert!(matches!(&ended["d"], Outcome::Blocked(_)), "{bad}");
            assert_eq!(ended.len(), 4);
        }
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
