//! What formats say.

use tmuxwire_operations::read::unescaped;
use tmuxwire_operations::{DisplayMessage, Outcome, PaneTarget, Thing};

use super::find::gone;
use super::{Pane, Server, Session, Window, bisync};
use crate::error::Result;
use crate::printed;

/// What a format is evaluated for: the server would evaluate it for nothing, or for something else,
/// if that is gone.
pub(crate) struct Subject {
    what: Thing,
    field: &'static str,
    id: String,
}

impl From<&Session> for Subject {
    fn from(session: &Session) -> Self {
        Self { what: Thing::Session, field: "#{session_id}", id: session.id().to_string() }
    }
}

impl From<&Window> for Subject {
    fn from(window: &Window) -> Self {
        Self { what: Thing::Window, field: "#{window_id}", id: window.id().to_string() }
    }
}

impl From<&Pane> for Subject {
    fn from(pane: &Pane) -> Self {
        Self { what: Thing::Pane, field: "#{pane_id}", id: pane.id().to_string() }
    }
}

impl Subject {
    /// What is printed about it, if it is about it.
    fn strip(&self, printed: Vec<u8>) -> Result<Vec<u8>> {
        let rest =
            printed.strip_prefix(self.id.as_bytes()).and_then(|rest| rest.strip_prefix(b" "));
        rest.map(<[u8]>::to_vec).ok_or_else(|| gone(self.what, &self.id))
    }
}

#[bisync]
impl Server {
    /// What a format (`#{..}`) says, as `display-message -p` prints it, byte for byte, without the
    /// newline at its end. It is about the pane that this program runs in, or else about what tmux
    /// takes for current: handles have methods of the same name.
    ///
    /// A format from elsewhere can run programs, `#(..)`.
    ///
    /// One round trip; from servers of 3.4 and 3.5, which print some bytes in another way, a second
    /// one if a backslash is in the answer, which evaluates the format again.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn evaluate(&self, format: impl AsRef<[u8]>) -> Result<Vec<u8>> {
        let format = format.as_ref().to_vec();
        self.print(None, format).await
    }

    pub(crate) async fn evaluate_of(
        &self,
        target: PaneTarget,
        subject: Subject,
        format: Vec<u8>,
    ) -> Result<Vec<u8>> {
        let format = [subject.field.as_bytes(), b" ", &*format].concat();
        let printed = self.print(Some(target), format).await?;
        subject.strip(printed)
    }

    async fn print(&self, target: Option<PaneTarget>, format: Vec<u8>) -> Result<Vec<u8>> {
        let message = |format: Vec<u8>| {
            let message = DisplayMessage::new().print().message(format);
            match &target {
                Some(target) => message.target(target.clone()),
                None => message,
            }
        };
        let (outcome, server) = self.ask_and_bind(message(format.clone())).await?;
        let text = line(outcome);
        if !text.contains(&b'\\') || !printed::is_encoded(server.release_of_process().await?) {
            return Ok(text);
        }
        let outcome = server.ask(message(printed::doubled(&format))).await?;
        Ok(unescaped(&line(outcome)))
    }
}

fn line(outcome: Outcome) -> Vec<u8> {
    let mut text = outcome.stdout;
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    text
}
