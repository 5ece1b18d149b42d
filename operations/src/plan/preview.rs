//! A plan as command lines.

use super::{Action, Plan, PlanError};
use crate::create::Made;
use crate::error::OperationError;
use crate::operation::{AnyOperation, Unknown};
use crate::release::Release;
use crate::spec::ValueKind;
use crate::value::Value;

/// Whether values that may be secrets show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Secrets {
    /// They are `..`, as in `Debug`.
    Hidden,
    /// They are as they are.
    Shown,
}

impl Plan {
    /// Each step as a line for a shell. What steps will make is `<3.pane>`, what step 3 makes.
    ///
    /// # Errors
    /// [`PlanError`]: a step can't be rendered for the release; flags that it doesn't know are
    /// refused.
    pub fn preview(
        &self,
        release: Option<Release>,
        secrets: Secrets,
    ) -> Result<Vec<String>, PlanError> {
        let lines = self.steps().iter().enumerate().map(|(step, content)| {
            let line = |operation: &AnyOperation| {
                // What is wrong with a value is wrong with it hidden, too.
                operation_line(&shown(operation, Secrets::Shown), release)?;
                operation_line(&shown(operation, secrets), release)
            };
            let command = line(&content.command());
            let line = match &content.action {
                Action::Run(_) | Action::Create(_) => command,
                Action::Ensure { probe, .. } | Action::EnsureBuffer { probe, .. } => line(probe)
                    .and_then(|probe| {
                        command
                            .map(|command| format!("{probe} 2>/dev/null | grep -q . || {command}"))
                    }),
            };
            line.map_err(|error| PlanError::Operation { step, error })
        });
        lines.collect()
    }
}

fn operation_line(
    operation: &AnyOperation,
    release: Option<Release>,
) -> Result<String, OperationError> {
    let arguments = operation.render(release, Unknown::Refuse)?;
    let mut line = "tmux".to_owned();
    for argument in &arguments {
        line.push(' ');
        quote(&mut line, argument);
    }
    Ok(line)
}

/// The operation with slots as they show, and what may be a secret as it shouldn't.
fn shown(operation: &AnyOperation, secrets: Secrets) -> AnyOperation {
    let is_hidden = |kind: ValueKind| secrets == Secrets::Hidden && !kind.is_shown();
    operation.map(&mut |value, kind, _| match value {
        Value::Slot(slot, rest) => {
            Value::Bytes([slot.to_string().as_bytes(), rest.as_slice()].concat())
        }
        Value::Bytes(bytes) if bytes == Made::FORMAT.as_bytes() => value.clone(),
        Value::Bytes(bytes) if is_hidden(kind) && kind == ValueKind::Environment => {
            let name = bytes.split(|byte| *byte == b'=').next().unwrap_or_default();
            Value::Bytes([name, b"=.."].concat())
        }
        Value::Bytes(_) | Value::Literal(_) if is_hidden(kind) => Value::Bytes(b"..".to_vec()),
        Value::Commands(commands) if is_hidden(kind) => Value::Commands(commands.without_text()),
        other => other.clone(),
    })
}

/// Writes an argument so that a shell gives it back; what is no text needs a shell that knows
/// `$'..'`.
fn quote(line: &mut String, argument: &[u8]) {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./:,@+%".contains(byte);
    let text = std::str::from_utf8(argument);
    match text {
        Ok(text) if !text.is_empty() && argument.iter().all(is_plain) => line.push_str(text),
        Ok(text) if !text.contains(char::is_control) => {
            line.push('\'');
            line.push_str(&text.replace('\'', r"'\''"));
            line.push('\'');
        }
        _ => {
            line.push_str("$'");
            for byte in argument {
                match byte {
                    b'\'' | b'\\' => line.extend(['\\', char::from(*byte)]),
                    b' '..=b'~' => line.push(char::from(*byte)),
                    _ => line.push_str(&format!("\\{byte:03o}")),
                }
            }
            line.push('\'');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gives_back_what_was_quoted() {
        for argument in [
            &b"plain"[..],
            b"",
            b"two words",
            b"it's",
            b"$HOME `x` \"",
            b"\xff\n\t'\\",
            b"=x",
            b"~",
            b"a;",
            "é\u{85}".as_bytes(),
        ] {
            let mut line = "printf %s ".to_owned();
            quote(&mut line, argument);
            let said = std::process::Command::new("bash").arg("-c").arg(&line).output().unwrap();
            assert_eq!(said.stdout, argument, "{line}");
        }
    }
}
