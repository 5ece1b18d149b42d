//! Lengths of time as people write them.

use std::time::Duration;

/// What stands for ever: longer than any server runs, and short enough to be added to any clock.
pub(crate) const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Reads `500ms`, `2s`, `1.5m`, `1h`; a bare number is seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("write a number and a unit (ms, s, m, h), such as 500ms; got {text:?}");
    let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * seconds)
        .ok()
        .filter(|duration| *duration <= FOR_EVER)
        .ok_or_else(|| format!("{text} is too long"))
}

/// Reads a limit: a length of time, and 0 is none.
pub(crate) fn parse_limit(text: &str) -> Result<Duration, String> {
    Ok(match parse(text)? {
        Duration::ZERO => FOR_EVER,
        limit => limit,
    })
}

/// Reads the time that an answer may take.
pub(crate) fn parse_patience(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("in no time nobody can answer".into()),
        patience => Ok(patience),
    }
}

/// A length of time for people: `1.5s`.
pub(crate) fn show(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..1000 => format!("{milliseconds}ms"),
        _ if milliseconds.is_multiple_of(1000) => format!("{}s", milliseconds / 1000),
        _ => format!("{:.1}s", duration.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_shown() {
        for (text, milliseconds, shown) in [
            ("500ms", 500, "500ms"),
            ("2s", 2000, "2s"),
            ("1m", 60_000, "60s"),
            ("1.5", 1500, "1.5s"),
            ("0.1h", 360_000, "360s"),
            ("0", 0, "0ms"),
        ] {
            let duration = Duration::from_millis(milliseconds);
            assert_eq!(parse(text), Ok(duration), "{text}");
            assert_eq!(show(duration), shown);
        }
        for text in ["", "s", "-1s", "1 s", "1.2.3s", "5 minutes", "inf", "NaN", "9e9s", "999999h"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse_limit("0"), Ok(FOR_EVER));
        assert_eq!(parse_limit("0s"), Ok(FOR_EVER));
        assert_eq!(parse_limit("1s"), Ok(Duration::from_secs(1)));
        assert!(parse_patience("0").is_err() && parse_patience("1ms").is_ok());
    }
}
