//! Standard output: each thing is there for the reader as soon as it is printed, and what is text can
//! do nothing to the reader's terminal.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use tmuxwire::harmless;
use tokio::io::{AsyncWriteExt, Interest, Stdout, stdout};
use tokio::net::unix::pipe::Sender;

use crate::object::Object;

/// Where results go.
#[derive(Debug)]
pub(crate) struct Printer {
    stdout: Stdout,
    colours: bool,
}

/// How something stands out on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Dim,
    Name,
    Warning,
}

impl Printer {
    pub(crate) fn new(colours: bool) -> Self {
        Self { stdout: stdout(), colours }
    }

    /// Prints data for a program as it is, and waits until it is written. A slow reader holds up
    /// nothing else.
    pub(crate) async fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stdout.write_all(bytes).await?;
        self.stdout.flush().await
    }

    /// Prints an object as a line of JSON.
    pub(crate) async fn json(&mut self, object: Object) -> io::Result<()> {
        self.bytes(format!("{}\n", object.finish()).as_bytes()).await
    }

    /// Prints text of anybody as lines that do nothing to a terminal.
    pub(crate) async fn text(&mut self, text: &str) -> io::Result<()> {
        self.lines(&[Line::default().and(text)]).await
    }

    /// Prints lines, in colour if there are colours.
    pub(crate) async fn lines(&mut self, lines: &[Line]) -> io::Result<()> {
        let lines: String = lines.iter().map(|line| line.shown(self.colours)).collect();
        self.bytes(lines.as_bytes()).await
    }

    /// How many columns there are, if it is a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    }
}

/// A line for people, of pieces that may stand out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(Option<Style>, String)>);

impl Line {
    pub(crate) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push((None, text.into()));
        self
    }

    pub(crate) fn styled(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((Some(style), text.into()));
        self
    }

    /// The line with its end; all colours in it are ours.
    fn shown(&self, colours: bool) -> String {
        let mut shown = String::new();
        for (style, text) in &self.0 {
            let text = harmless::text(text.as_bytes());
            match style.filter(|_| colours) {
                Some(style) => {
                    shown.push_str(&format!("\x1b[{}m{text}\x1b[0m", style.code()));
                }
                None => shown.push_str(&text),
            }
        }
        shown + "\n"
    }
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Dim => "2",
            Self::Name => "1;36",
            Self::Warning => "1;33",
        }
    }
}

/// Returns when nobody can read standard output any more, where the system tells (pipes): a
/// listener to whom nothing happens would never find out by writing.
pub(crate) async fn reader_gone() {
    let watch = || Sender::from_owned_fd_unchecked(io::stdout().as_fd().try_clone_to_owned()?);
    match watch() {
        Ok(pipe) => drop(pipe.ready(Interest::ERROR).await),
        // A file always takes more.
        Err(_) => std::future::pending().await,
    }
}

/// A path for people.
pub(crate) fn shown(path: &Path) -> String {
    harmless::line(path.as_os_str().as_encoded_bytes())
}

/// So many things of a kind, which is named for one.
pub(crate) fn counted(count: u64, kind: &str) -> String {
    if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_colours_of_a_line_are_ours() {
        let line = Line::default().styled(Style::Dim, "a\x1b[31m").and(" b\u{202e}");
        assert_eq!(line.shown(true), "\x1b[2ma\\u{1b}[31m\x1b[0m b\\u{202e}\n");
        assert_eq!(line.shown(false), "a\\u{1b}[31m b\\u{202e}\n");
    }
}
