//! Whether there is a buffer, and whether it is still the one that a step has made.

use crate::commands::{DeleteBuffer, IfShell, ListBuffers};
use crate::error::Refusal;
use crate::operation::AnyOperation;
use crate::outcome::Outcome;
use crate::value::{Name, Script, Value};

/// What the line of the buffer that is asked for begins with.
const MARK: &[u8] = b"=";

/// Asks for the buffer that an operation sets.
pub(super) fn probe(set: &AnyOperation) -> AnyOperation {
    let format = match set.parts.get("name").map(Vec::as_slice) {
        Some([Value::Bytes(name)]) => format_for(name),
        _ => Value::Refused(Refusal::EmptyName),
    };
    AnyOperation::from(ListBuffers::new()).set("format", vec![format])
}

/// What the probe printed of the buffer: when it was made or last set, in seconds, its size, and how
/// it begins. There is a line for each buffer, of which all are empty but that for this one; `None`
/// if it isn't there.
pub(super) fn found(printed: &[u8]) -> Option<&[u8]> {
    printed.split(|byte| *byte == b'\n').find(|line| {
        let mut words = line.splitn(3, |byte| *byte == b' ');
        let mut number = || words.next().unwrap_or_default();
        let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        number().strip_prefix(MARK).is_some_and(is_number) && is_number(number())
    })
}

/// A buffer that a step has made, and how to see whether it is still that one.
///
/// Whoever wants it gone asks the [`question`](Self::question), and performs the
/// [`removal`](Self::removal) only if the answer [says so](Self::is_in). tmux has no command that
/// does both at once: what somebody puts there in between is taken for the step's.
#[derive(Clone, PartialEq, Eq)]
pub struct MadeBuffer {
    step: usize,
    name: Vec<u8>,
    found: Vec<u8>,
}

impl MadeBuffer {
    /// Of a step that set one, and what was printed of it then.
    pub(super) fn of(step: usize, set: &AnyOperation, printed: &[u8]) -> Option<Self> {
        let name = match set.parts.get("name").map(Vec::as_slice) {
            Some([Value::Bytes(name)]) => name.clone(),
            _ => return None,
        };
        Some(Self { step, name, found: found(printed)?.to_vec() })
    }

    /// The step.
    pub const fn step(&self) -> usize {
        self.step
    }

    /// The name of the buffer.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Asks what there is of that name.
    pub fn question(&self) -> AnyOperation {
        AnyOperation::from(ListBuffers::new()).set("format", vec![format_for(&self.name)])
    }

    /// Whether the answer to the question says that nothing of that name is there.
    pub fn is_gone_in(&self, answer: &Outcome) -> bool {
        answer.is_ok() && found(&answer.stdout).is_none()
    }

    /// Whether it says that the buffer is the one that was made: it was set in the same second, is as
    /// long, and begins the same.
    pub fn is_in(&self, answer: &Outcome) -> bool {
        answer.is_ok() && found(&answer.stdout) == Some(&self.found)
    }

    /// Removes it; on no release another one instead.
    pub fn removal(&self) -> AnyOperation {
        let remove = DeleteBuffer::only(Name::from(self.name.as_slice()));
        IfShell::new(Script::format("1"), remove).format().into()
    }
}

/// Shows no contents, which may be secret.
impl std::fmt::Debug for MadeBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeBuffer")
            .field("step", &self.step)
            .field("name", &String::from_utf8_lossy(&self.name))
            .finish_non_exhaustive()
    }
}

fn format_for(name: &[u8]) -> Value {
    let text = std::str::from_utf8(name).unwrap_or_default();
    if name.is_empty() {
        return Value::Refused(Refusal::EmptyName);
    }
    if text.is_empty()
        || text.contains(|c: char| c.is_control() || c == '\\')
        || text.contains("#[")
    {
        return Value::Refused(Refusal::Unsure);
    }
    let mut format = b"#{?#{==:#{buffer_name},".to_vec();
    for byte in name {
        if b"#,}".contains(byte) {
            format.push(b'#');
        }
        format.push(*byte);
    }
    format.extend_from_slice(b"},");
    format.extend_from_slice(MARK);
    format.extend_from_slice(b"#{buffer_created} #{buffer_size} #{buffer_sample},}");
    Value::Bytes(format)
}
