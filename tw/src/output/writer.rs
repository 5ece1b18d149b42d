//! The forms in which output is written: bytes, lines of text, lines of JSON.

use tmuxwire::{PaneEnd, PaneEvent, PaneId, PlainText, Screen};

use super::Output;
use crate::ending::{Failure, Status};
use crate::object::Object;
use crate::pane_end;
use crate::printer::Printer;
use crate::stage::Stage;

pub(super) struct Writer {
    printer: Printer,
    pane: PaneId,
    json: bool,
    text: Option<PlainText>,
    screens: bool,
    /// No screen has come yet; each later one stands where something is missing.
    fresh: bool,
    /// It has been said already that something is missing.
    told: bool,
    left: Option<u64>,
}

impl Writer {
    pub(super) fn new(stage: &Stage, task: &Output, pane: PaneId) -> Self {
        Self {
            printer: stage.printer(),
            pane,
            json: stage.json,
            text: task.text.then(PlainText::default),
            screens: task.screen,
            fresh: true,
            told: false,
            left: task.bytes,
        }
    }

    /// Writes an event; answers whether that was all that is wanted.
    pub(super) async fn event(&mut self, event: PaneEvent) -> Result<bool, Failure> {
        match event {
            PaneEvent::Output(bytes) => return self.output(&bytes).await,
            PaneEvent::Screen(screen) => self.screen(&screen).await?,
            PaneEvent::Lagged(bytes) => {
                let text =
                    format!("about {bytes} bytes are missing here, which nobody read in time");
                self.missing(Object::event("lagged").with("bytes", bytes), &text).await?;
            }
            _ => self.gap().await?,
        }
        Ok(false)
    }

    /// The connection was lost.
    pub(super) async fn gap(&mut self) -> Result<(), Failure> {
        self.told = true;
        self.missing(Object::event("gap"), "the connection was lost; some output is missing here")
            .await
    }

    /// The pane's program has ended.
    pub(super) async fn end(&mut self, end: PaneEnd) -> Result<u8, Failure> {
        let rest = self.text.take().map(|text| text.unfinished().to_owned());
        if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
            self.line(&rest).await?;
        }
        if self.json {
            let object = Object::event("ended").with("pane", self.pane.to_string());
            self.printer.json(pane_end::fields(object, end)).await?;
        }
        match self.left {
            None => Ok(Status::DONE),
            Some(left) => {
                let text = format!("the pane's program ended {left} bytes too early");
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
                let object = Object::event("output").with("pane", self.pane.to_string());
                self.printer.json(object.with_bytes("output", bytes)).await?;
            }
            None => self.printer.bytes(bytes).await?,
        }
        self.left = self.left.map(|left| left - bytes.len() as u64);
        Ok(self.left == Some(0))
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
                .with("pane", self.pane.to_string())
                .with_bytes("screen", &screen.text)
                .with_bytes("pending", &screen.pending)
                .with_object("cursor", cursor);
            self.printer.json(object).await?;
        } else {
            self.printer.bytes(&painted(screen)).await?;
        }
        Ok(())
    }

    /// One line of text.
    async fn line(&mut self, line: &str) -> Result<(), Failure> {
        let object = Object::event("line").with("pane", self.pane.to_string()).with("line", line);
        match self.json {
            true => self.printer.json(object).await?,
            false => self.printer.text(line).await?,
        }
        Ok(())
    }

    async fn missing(&mut self, object: Object, text: &str) -> Result<(), Failure> {
        match self.json {
            true => {
                let object = object.with("pane", self.pane.to_string());
                self.printer.json(object).await?;
            }
            false => drop(Failure::new(Status::DONE, text).tell(false)),
        }
        Ok(())
    }
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
    bytes.extend_from_slice(format!("\x1b[0m\x1b[{};{}H", line + 1, column + 1).as_bytes());
    bytes.extend_from_slice(&screen.pending);
    bytes
}
