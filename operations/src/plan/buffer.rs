//! Whether there is a buffer.

use crate::commands::ListBuffers;
use crate::error::Refusal;
use crate::operation::AnyOperation;
use crate::value::Value;

/// Asks for the buffer that an operation sets.
pub(super) fn probe(set: &AnyOperation) -> AnyOperation {
    let format = match set.parts.get("name").map(Vec::as_slice) {
        Some([Value::Bytes(name)]) => format_for(name),
        _ => Value::Refused(Refusal::EmptyName),
    };
    AnyOperation::from(ListBuffers::new()).set("format", vec![format])
}

/// Whether what it printed says that the buffer is there: a line for each buffer, of which all are
/// empty but that for this one.
pub(super) fn is_there(printed: &[u8]) -> bool {
    printed.split(|byte| *byte == b'\n').any(|line| line == b"1")
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
    format.extend_from_slice(b"},1,}");
    Value::Bytes(format)
}
