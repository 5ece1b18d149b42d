//! The forms in which output is written: bytes, lines of text, lines of JSON.

use tmuxwire::{Modes, PaneEnd, PaneEvent, PaneId, PlainText, Screen};

use super::Output;
use crate::ending::{Failure, Status};
use crate::object::Object;
use crate::pane_end;
use crate::printer::{Printer, counted};
use crate::stage::Stage;

pub(super) struct Writer {
    printer: Printer,
    pane: String,
    json: bool,
    /// The beginning of a character whose end will follow: for objects, which have text.
    begun: Vec<u8>,
    text: Option<PlainText>,
    screens: bool,
    /// No screen has come yet; each later one stands where something is missing.
    fresh: bool,
    /// It has been said already that something is missing.
    told: bool,
    left: Option<u64>,
}

impl Writer {
    pub(super) fn new(stage: &Stage, task: &Output) -> Self {
        Self {
            printer: stage.printer(),
            pane: String::new(),
            json: stage.json,
            begun: Vec::new(),
            text: task.text.then(PlainText::default),
            screens: task.screen,
            fresh: true,
            told: false,
            left: task.bytes,
        }
    }

    /// Whose output it is from now on.
    pub(super) fn watch(&mut self, pane: PaneId) {
        self.pane = pane.to_string();
    }

    /// Whether the beginning of a character waits for its end.
    pub(super) fn waits(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Writes what waits, as it is.
    pub(super) async fn flush(&mut self) -> Result<(), Failure> {
        match std::mem::take(&mut self.begun) {
            begun if begun.is_empty() => Ok(()),
            begun => self.bytes_object(&begun).await,
        }
    }

    /// Writes an event; answers whether that was all that is wanted.
    pub(super) async fn event(&mut self, event: PaneEvent) -> Result<bool, Failure> {
        if !matches!(event, PaneEvent::Output(_)) {
            self.flush().await?;
        }
        match event {
            PaneEvent::Output(bytes) => return self.output(&bytes).await,
            PaneEvent::Screen(screen) => self.screen(&screen).await?,
            PaneEvent::Lagged(bytes) => {
                let missing = counted(bytes, "byte");
                let text = format!("missing here: about {missing}, which nobody read in time");
                self.missing(Object::event("lagged").with("bytes", bytes), &text).await?;
            }
            _ => self.gap().await?,
        }
        Ok(false)
    }

    /// The connection was lost.
    pub(super) async fn gap(&mut self) -> Result<(), Failure> {
        self.flush().await?;
        self.told = true;
        self.missing(Object::event("gap"), "the connection was lost; some output is missing here")
            .await
    }

    /// The pane's program has ended.
    pub(super) async fn end(&mut self, end: PaneEnd) -> Result<u8, Failure> {
        self.flush().await?;
        let rest = self.text.take().map(|text| text.unfinished().to_owned());
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            self.line(&rest).await?;
        }
        if self.json {
            let object = Object::event("ended").with("pane", self.pane.as_str());
            let object = object.with("tail", "possibly-cut");
            self.printer.json(pane_end::fields(object, end)).await?;
        }
        match self.left {
            None => Ok(Status::DONE),
            Some(left) => {
                let left = counted(left, "byte");
                let text = format!("the pane's program ended {left} too early");
                Err(Failure::new(Status::MISSING, text))
            }
        }
    }

    async fn output(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        let wanted = self.left.and_then(|left| usize::try_from(left).ok()).unwrap_or(bytes.len());
        let bytes = bytes.get(..wanted).unwrap_or(bytes);
        match &mut self.text {
            Some(text) => {
                for line in text.push(bytes) {
                    self.line(&line).await?;
                }
            }
            None if self.json => {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(bytes);
                self.begun = whole.split_off(whole.len() - begun_at_end(&whole));
                if !whole.is_empty() {
                    self.bytes_object(&whole).await?;
                }
            }
            None => self.printer.bytes(bytes).await?,
        }
        self.left = self.left.map(|left| left - bytes.len() as u64);
        let enough = self.left == Some(0);
        if enough {
            self.flush().await?;
        }
        Ok(enough)
    }

    async fn bytes_object(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let object = Object::event("output").with("pane", self.pane.as_str());
        self.printer.json(object.with_bytes("output", bytes)).await?;
        Ok(())
    }

    async fn screen(&mut self, screen: &Screen) -> Result<(), Failure> {
        let again = !std::mem::take(&mut self.fresh);
        if again && !std::mem::take(&mut self.told) {
            let text = "the reader was too slow; some output is missing here";
            self.missing(Object::event("gap"), text).await?;
        }
        if !self.screens {
            return Ok(());
        }
        if let Some(text) = &mut self.text {
            for line in text.push(&screen.text) {
                self.line(&line).await?;
            }
        } else if self.json {
            let (column, line) = screen.cursor;
            let cursor = Object::default().with("column", column).with("line", line);
            let object = Object::event("screen")
                .with("pane", self.pane.as_str())
                .with_bytes("screen", &screen.text)
                .with_bytes("pending", &screen.pending)
                .with_object("cursor", cursor)
                .with_object("modes", modes(&screen.modes));
            self.printer.json(object).await?;
        } else {
            self.printer.bytes(&painted(screen)).await?;
        }
        Ok(())
    }

    /// One line of text.
    async fn line(&mut self, line: &str) -> Result<(), Failure> {
        let object = Object::event("line").with("pane", self.pane.as_str()).with("line", line);
        match self.json {
            true => self.printer.json(object).await?,
            false => self.printer.text(line).await?,
        }
        Ok(())
    }

    async fn missing(&mut self, object: Object, text: &str) -> Result<(), Failure> {
        match self.json {
            true => {
                let object = object.with("pane", self.pane.as_str());
                self.printer.json(object).await?;
            }
            false => drop(Failure::new(Status::DONE, text).tell(false)),
        }
        Ok(())
    }
}

/// How many bytes at the end are the beginning of a character of UTF-8.
fn begun_at_end(bytes: &[u8]) -> usize {
    let begins = |count: &usize| {
        let end = bytes.len().checked_sub(*count).and_then(|at| bytes.get(at..));
        // An error without a length: the end may still come.
        end.is_some_and(|end| matches!(str::from_utf8(end), Err(error) if error.error_len().is_none() && error.valid_up_to() == 0))
    };
    (1..=3).find(begins).unwrap_or(0)
}

/// What the pane's program has switched on; a mode that the server doesn't tell is left out.
fn modes(modes: &Modes) -> Object {
    modes.told().fold(Object::default(), |object, (name, on)| object.with(name, on))
}

/// What makes an empty terminal of the same size look like the pane, ready for what follows.
fn painted(screen: &Screen) -> Vec<u8> {
    let mut bytes = b"\x1b[H\x1b[2J".to_vec();
    let text = screen.text.strip_suffix(b"\n").unwrap_or(&screen.text);
    for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
        bytes.extend_from_slice(if at > 0 { b"\r\n" } else { b"" });
        bytes.extend_from_slice(line);
    }
    let (column, line) = screen.cursor;
    let (line, column) = (line.saturating_add(1), column.saturating_add(1));
    bytes.extend_from_slice(format!("\x1b[0m\x1b[{line};{column}H").as_bytes());
    bytes.extend_from_slice(&screen.pending);
    bytes
}
