//! Signals that end us.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Works until it is done or a signal comes, which is answered by its number.
pub(crate) async fn or_signal<T>(work: impl Future<Output = T>) -> Result<T, u8> {
    let ignored = ignored(&std::fs::read_to_string("/proc/self/status").unwrap_or_default());
    let mut signals: Vec<(u8, Signal)> =
        [(1, SignalKind::hangup()), (2, SignalKind::interrupt()), (15, SignalKind::terminate())]
            .into_iter()
            // Whoever starts us with one ignored (nohup, a shell in the background) means it.
            .filter(|(number, _)| ignored & (1 << (number - 1)) == 0)
            .filter_map(|(number, kind)| Some((number, signal(kind).ok()?)))
            .collect();
    let mut work = pin!(work);
    poll_fn(|cx| {
        for (number, signal) in &mut signals {
            if signal.poll_recv(cx).is_ready() {
                return Poll::Ready(Err(*number));
            }
        }
        work.as_mut().poll(cx).map(Ok)
    })
    .await
}

/// The signals that are ignored, as Linux tells; none elsewhere.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn ignored_signals_are_read() {
        let status = "Name:\ttw\nSigIgn:\t0000000000001003\nSigCgt:\t0\n";
        assert_eq!(super::ignored(status), 0x1003);
        assert_eq!(super::ignored(""), 0);
    }
}
