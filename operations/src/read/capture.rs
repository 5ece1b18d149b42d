//! What a pane shows.

use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::rendition::Rendition;
use crate::commands::CapturePane;
use crate::target::PaneTarget;

/// Lines of a pane.
///
/// The questions are operations; their own methods add the rest:
/// [`escape_sequences`](CapturePane::escape_sequences) for colours and attributes,
/// [`join`](CapturePane::join) for wrapped lines as one,
/// [`alternate`](CapturePane::alternate) for the screen behind the alternate one,
/// [`start`](CapturePane::start) and [`end`](CapturePane::end) for a range.
///
/// Spaces at the end of a line are cut off, unless [`join`](CapturePane::join) or
/// [`keep_spaces`](CapturePane::keep_spaces) says otherwise; then there may be more of them than a
/// program has printed, without [`used_only`](CapturePane::used_only) (3.4). Empty lines below the
/// last text are there, as many as the screen has; [`text_lines`](Self::text_lines) leaves them
/// out. From 3.6 a tab stays a tab. Bytes that are no UTF-8 never get onto a screen.
///
/// ```
/// use tmuxwire_operations::PaneId;
/// use tmuxwire_operations::read::Capture;
///
/// let question = Capture::history(PaneId(3), 100).join().escape_sequences();
/// assert_eq!(format!("{question:?}"), r#"capture-pane(-e -J -p -S "-100" -t "%3")"#);
///
/// let capture = Capture::read(b"$ ls\nfile\n\n\n");
/// assert_eq!(capture.lines().len(), 4);
/// assert_eq!(capture.last_lines(1), ["file"]);
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Capture(Vec<BString>);

impl Capture {
    /// What is visible.
    pub fn visible(pane: impl Into<PaneTarget>) -> CapturePane {
        CapturePane::new().print().target(pane)
    }

    /// What is visible, with so many lines of the history before it.
    pub fn history(pane: impl Into<PaneTarget>, lines: u32) -> CapturePane {
        Self::visible(pane).start(format!("-{lines}"))
    }

    /// What is visible, with all of the history.
    pub fn everything(pane: impl Into<PaneTarget>) -> CapturePane {
        Self::visible(pane).start("-")
    }

    /// Reads what a question has printed: any bytes are lines. With colours and attributes each line is
    /// whole in itself: it begins with those in force, and ends without any. (Some releases, such as 3.3a,
    /// say only what changes from one line to the next.)
    pub fn read(stdout: &[u8]) -> Self {
        if stdout.is_empty() {
            return Self::default();
        }
        let lines = stdout.strip_suffix(b"\n").unwrap_or(stdout).split(|byte| *byte == b'\n');
        let mut rendition = Rendition::default();
        Self(lines.map(|line| rendition.whole(line).into()).collect())
    }

    /// All lines.
    pub fn lines(&self) -> &[BString] {
        &self.0
    }

    /// All lines but the empty ones at the end.
    pub fn text_lines(&self) -> &[BString] {
        let is_text = |line: &BString| !line.trim_ascii().is_empty();
        let count = self.0.iter().rposition(is_text).map_or(0, |last| last + 1);
        &self.0[..count]
    }

    /// The last so many lines that aren't empty ones at the end.
    pub fn last_lines(&self, count: usize) -> &[BString] {
        let lines = self.text_lines();
        &lines[lines.len().saturating_sub(count)..]
    }

    /// The lines with this somewhere in them.
    pub fn lines_with(&self, text: impl AsRef<[u8]>) -> impl Iterator<Item = &BStr> {
        let has_it = move |line: &&BString| line.contains_str(text.as_ref());
        self.0.iter().filter(has_it).map(|line| line.as_bstr())
    }
}

/// What a pane shows may be secret.
impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Capture({} lines)", self.0.len())
    }
}
