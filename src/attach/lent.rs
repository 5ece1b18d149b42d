//! A terminal while a server has it.

use super::restore::leaving_sequence;
use crate::terminfo::Terminfo;
use crate::tty::Tty;

/// Brings the terminal back whenever the server doesn't, wherever this is dropped.
pub(crate) struct Lent {
    tty: Tty,
    sequence: Vec<u8>,
    /// Whether the server has it now.
    away: bool,
}

impl Lent {
    /// It is still ours.
    pub(crate) fn new(tty: Tty, terminfo: &Terminfo) -> Self {
        Self { tty, sequence: leaving_sequence(terminfo), away: false }
    }

    pub(crate) fn tty(&self) -> &Tty {
        &self.tty
    }

    /// The server has it.
    pub(crate) fn lend(&mut self) {
        self.away = true;
    }

    /// The server gets it again. It will give it back as it finds it now, and so do we.
    pub(crate) fn lend_again(&mut self) {
        self.tty.note_again();
        self.away = true;
    }

    /// The server says that it has given it back. One that has just ended may have died of it.
    /// If it is ours already, its user may have changed it since.
    pub(crate) fn take_back(&mut self) {
        if !std::mem::take(&mut self.away) {
            return;
        }
        match self.tty.is_as_it_was() {
            true => self.tty.restore_flags(),
            false => self.tty.restore(&self.sequence),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.away {
            self.tty.restore(&self.sequence);
        }
    }
}
