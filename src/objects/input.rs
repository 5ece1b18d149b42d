//! What is typed into panes.

use std::borrow::Cow;

use tmuxwire_operations::Key;

use super::{Pane, bisync};
use crate::error::{Delivery, Error, ErrorKind, NotTyped, Result};
use crate::input::{self, PasteOptions, Typing};

/// # Typing
///
/// What is typed arrives as it is: any bytes, NUL too, of any size, and nothing is ever taken for a
/// key's name, an option, or the end of a command. The way is chosen by what it is: printable ASCII
/// up to 3,000 bytes goes by `send-keys -l`, other bytes up to 256 by `send-keys -H`, and all that
/// is longer through a paste buffer that is gone afterwards, also if it fails. Each is one round
/// trip; through a buffer one more where the server's release isn't known yet.
///
/// The bytes are in the terminal's queue when a call returns. What becomes of them there is the
/// terminal's: unless it is raw, the kernel cuts lines of more than 4,095 bytes, a LF is no Enter to
/// a program that reads it raw, `\x03` may be an interrupt, and what a program doesn't read waits.
///
/// What is typed goes to this pane alone, whatever its size, also with `synchronize-panes` on: then
/// all text goes through a buffer, in one more round trip, and [`send_keys`](Self::send_keys) refuses,
/// for the server would give keys to every synchronized pane. Who wants that performs
/// [`SendKeys`](tmuxwire_operations::SendKeys).
///
/// # What isn't typed
///
/// Before it types, in the same step, the server looks at the pane. A pane in copy mode or another
/// mode would give keys to the mode (and a paste, by release, to the program or nobody); where input
/// is switched off, or the program has ended, nothing would arrive, and a paste there ends servers
/// up to 3.3. All of those are errors, [`ErrorKind::NotTyped`], and nothing was typed.
///
/// One call types all or nothing, so that [`Error::delivery`] tells how much: nothing, or with
/// [`Delivery::MayHaveRun`] nothing or all.
///
/// [`ErrorKind::NotTyped`]: crate::ErrorKind::NotTyped
/// [`Error::delivery`]: crate::Error::delivery
#[bisync]
impl Pane {
    /// Types a text, exactly these bytes.
    ///
    /// # Errors
    /// [`ErrorKind::NotTyped`](crate::ErrorKind::NotTyped), and see [`Pane`].
    pub async fn send_text(&self, text: impl AsRef<[u8]>) -> Result<()> {
        self.type_text(text.as_ref(), false).await
    }

    /// Types a text and then presses Enter.
    ///
    /// # Errors
    /// As for [`send_text`](Self::send_text).
    pub async fn send_line(&self, text: impl AsRef<[u8]>) -> Result<()> {
        self.type_text(text.as_ref(), true).await
    }

    /// Presses keys, one after another, in one round trip for some hundred: for 3,000 bytes of
    /// names. With more, some may have been pressed if the error's delivery is
    /// [`Delivery::MayHaveRun`].
    ///
    /// # Errors
    /// As for [`send_text`](Self::send_text), and
    /// [`NotTyped::Synchronized`](crate::NotTyped::Synchronized).
    pub async fn send_keys(&self, keys: impl IntoIterator<Item = Key>) -> Result<()> {
        let keys: Vec<Key> = keys.into_iter().collect();
        let mut pressed = false;
        for typing in input::keys_in_parts(self.id(), &keys)? {
            match self.typed(typing).await {
                Err(error) if pressed => return Err(error.with_delivery(Delivery::MayHaveRun)),
                other => other?,
            }
            pressed = true;
        }
        Ok(())
    }

    /// Pastes a text, through a buffer of its own.
    ///
    /// # Errors
    /// As for [`send_text`](Self::send_text), and [`NotTyped::EndsPaste`](crate::NotTyped::EndsPaste).
    pub async fn paste(&self, text: impl AsRef<[u8]>, options: PasteOptions) -> Result<()> {
        let release = self.server().release_of_process().await?;
        let typing = input::paste(self.id(), text.as_ref(), options, release)?;
        self.typed(typing).await
    }

    async fn type_text(&self, text: &[u8], is_line: bool) -> Result<()> {
        if !input::needs_buffer(text) {
            match self.typed(input::text(self.id(), text, is_line)?).await {
                Err(error) if is_synchronized(&error) => {}
                typed => return typed,
            }
        }
        let text = match is_line {
            true => Cow::Owned([text, input::ENTER].concat()),
            false => Cow::Borrowed(text),
        };
        self.paste(text, PasteOptions::new()).await
    }

    async fn typed(&self, typing: Typing) -> Result<()> {
        let answer = self.server().run(typing.command).await;
        let outcome = answer.and_then(|output| input::check(self.id(), output));
        if let (Err(error), Some(buffer)) = (&outcome, typing.buffer)
            && error.delivery() != Delivery::NotSent
        {
            // Mostly there is none, and if the server has gone there is none either.
            let _ = self.server().perform(buffer.cleanup()).await;
        }
        outcome
    }
}

pub(crate) fn is_synchronized(error: &Error) -> bool {
    error.kind() == &ErrorKind::NotTyped(NotTyped::Synchronized)
}
