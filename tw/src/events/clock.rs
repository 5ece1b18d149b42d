//! The time of day for people.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tmuxwire::Channel;

/// How often to ask whether the clocks have been changed.
const AGAIN: Duration = Duration::from_secs(600);

/// Tells the time in the server's zone: the standard library knows no zones, and the server does.
#[derive(Debug)]
pub(super) struct Clock {
    /// Seconds east of Greenwich.
    offset: i64,
    asked: Instant,
}

impl Clock {
    pub(super) async fn new(channel: &Channel) -> Result<Self, tmuxwire::Error> {
        let answer = channel.run(["display-message", "-p", "%z"]).await?;
        let offset = parse_zone(answer.stdout_text().trim_end()).unwrap_or(0);
        Ok(Self { offset, asked: Instant::now() })
    }

    /// `HH:MM:SS`
    pub(super) async fn now(&mut self, channel: &Channel) -> String {
        if self.asked.elapsed() > AGAIN
            && let Ok(again) = Self::new(channel).await
        {
            *self = again;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or(0) + self.offset;
        show(seconds.rem_euclid(24 * 3600))
    }
}

fn show(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Reads `+0530`.
fn parse_zone(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_times() {
        assert_eq!(parse_zone("+0530"), Some(19_800));
        assert_eq!(parse_zone("-0800"), Some(-28_800));
        assert_eq!(parse_zone("%z"), None);
        assert_eq!(parse_zone(""), None);
        assert_eq!(show(86_399), "23:59:59");
    }
}
