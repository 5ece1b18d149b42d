//! The table for people: columns that stand in line, and fit on the terminal.

use std::time::Duration;

use tmuxwire::{ExecutableNow, FoundServer, ServerState, harmless};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{layout, uptime};
use crate::printer::{Line, Style, shown};

const HEADINGS: [&str; 9] =
    ["SOCKET", "STATE", "PID", "VERSION", "LAYOUT", "UPTIME", "CLIENTS", "SESSIONS", "PROGRAM"];
const SOCKET: usize = 0;
const STATE: usize = 1;
const SESSIONS: usize = 7;
const PROGRAM: usize = 8;
/// What stands between columns.
const GAP: &str = "  ";
/// A column isn't cut to less.
const LEAST: usize = 16;
/// How a place is marked where something was cut out.
const CUT: char = '…';

type Row = [String; HEADINGS.len()];

/// All lines of the table.
pub(super) fn of(servers: &[FoundServer], terminal: Option<usize>) -> Vec<Line> {
    let mut rows: Vec<Row> = vec![HEADINGS.map(str::to_owned)];
    rows.extend(servers.iter().map(row));
    let widths = fit(natural(&rows), terminal);
    let style = |at: usize, column| match (at, column) {
        (0, _) => Some(Style::Dim),
        (_, SOCKET) => Some(Style::Name),
        (_, STATE) => (servers[at - 1].state != ServerState::Running).then_some(Style::Warning),
        _ => None,
    };
    let line = |(at, row): (usize, &Row)| {
        row.iter().enumerate().fold(Line::default(), |line, (column, cell)| {
            let mut cell = cut(cell, widths[column], column != SESSIONS);
            if column != PROGRAM {
                cell = padded(&cell, widths[column]) + GAP;
            }
            match style(at, column) {
                Some(style) => line.styled(style, cell),
                None => line.and(cell),
            }
        })
    };
    rows.iter().enumerate().map(line).collect()
}

fn row(server: &FoundServer) -> Row {
    let none = || "-".to_owned();
    let number = |number: Option<i32>| number.map_or_else(none, |number| number.to_string());
    let told = server.state == ServerState::Running && !server.read_only;
    let sessions: Vec<String> =
        server.sessions.iter().map(|session| harmless::line(session.name.as_bytes())).collect();
    [
        shown(&server.socket),
        server.state.to_string(),
        number(server.pid),
        server.version.as_deref().map_or_else(none, |version| harmless::line(version.as_bytes())),
        server.layout.map_or_else(none, |known| layout(known).to_owned()),
        uptime(server).map_or_else(none, age),
        if told { server.attached().to_string() } else { none() },
        if sessions.is_empty() { none() } else { sessions.join(", ") },
        program(server).unwrap_or_else(none),
    ]
}

fn program(server: &FoundServer) -> Option<String> {
    let executable = server.process.as_ref()?.executable.as_ref()?;
    let path = shown(&executable.path);
    Some(match executable.now {
        ExecutableNow::Replaced => format!("{path} (replaced)"),
        ExecutableNow::Gone => format!("{path} (deleted)"),
        _ => path,
    })
}

/// `45s`, `12m`, `3h12m`, `5d3h`.
fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m"),
        3600..86400 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{}h", hours % 24),
    }
}

fn natural(rows: &[Row]) -> [usize; HEADINGS.len()] {
    std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0))
}

/// Makes the widest of the columns that can be cut narrower, until all fit.
fn fit(mut widths: [usize; HEADINGS.len()], terminal: Option<usize>) -> [usize; HEADINGS.len()] {
    let Some(terminal) = terminal else { return widths };
    let gaps = GAP.len() * (HEADINGS.len() - 1);
    while widths.iter().sum::<usize>() + gaps > terminal {
        let widest = [SOCKET, SESSIONS, PROGRAM].into_iter().max_by_key(|column| widths[*column]);
        match widest.filter(|column| widths[*column] > LEAST) {
            Some(column) => widths[column] -= 1,
            None => break,
        }
    }
    widths
}

/// Cuts a text to a width. Of a path, the end says more than the beginning.
fn cut(text: &str, width: usize, keep_end: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let mut take = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= room;
        room = if fits { room - wide } else { 0 };
        fits
    };
    match keep_end {
        true => {
            let mut end: Vec<char> = text.chars().rev().take_while(&mut take).collect();
            end.push(CUT);
            end.into_iter().rev().collect()
        }
        false => text.chars().take_while(&mut take).chain([CUT]).collect(),
    }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_names_are_cut_to_columns_of_the_terminal() {
        assert_eq!(cut("abcdef", 6, true), "abcdef");
        assert_eq!(cut("/tmp/tmux-0/default", 10, true), "…0/default");
        assert_eq!(cut("build, test", 6, false), "build…");
        // Two columns each, and no half of one.
        assert_eq!(cut("日本語", 4, false), "日…");
        assert_eq!(padded("日…", 4), "日… ");
        assert_eq!(cut("日本語", 1, true), "…");
    }

    #[test]
    fn columns_fit_on_the_terminal_as_long_as_they_can() {
        let natural = [40, 7, 5, 7, 6, 6, 7, 60, 12];
        assert_eq!(fit(natural, None), natural);
        let fitted = fit(natural, Some(120));
        assert_eq!(fitted.iter().sum::<usize>() + 16, 120);
        assert_eq!((fitted[STATE], fitted[PROGRAM]), (7, 12));
        assert_eq!(fit(natural, Some(20))[SOCKET], LEAST);
    }

    #[test]
    fn ages_are_told_as_people_do() {
        let told = [0, 59, 60, 3599, 3600, 11_520, 86_399, 86_400, 442_800]
            .map(|seconds| age(Duration::from_secs(seconds)));
        assert_eq!(told, ["0s", "59s", "1m", "59m", "1h00m", "3h12m", "23h59m", "1d0h", "5d3h"]);
    }
}
