//! What a check found, and how it is told.

use std::path::{Path, PathBuf};

use tmuxwire::{ServerProcess, harmless};

use crate::object::Object;
use crate::printer::{Line, Style};

/// What stands before the lines that follow the first.
const INDENT: &str = "                    ";

#[derive(Debug)]
pub(super) struct Finding {
    check: &'static str,
    text: String,
    pub(super) verdict: Verdict,
}

#[derive(Debug)]
pub(super) enum Verdict {
    Fine,
    Problem {
        /// What helps, in words.
        advice: String,
        /// A shell command that does it.
        command: Option<String>,
        fix: Option<Fix>,
        /// It does no harm.
        is_note: bool,
    },
    Fixed,
}

/// What `--fix` can do.
#[derive(Clone, Debug)]
pub(super) enum Fix {
    Recreate(ServerProcess),
    RemoveStale(PathBuf),
    MakePrivate(PathBuf),
}

impl Finding {
    pub(super) fn fine(check: &'static str, text: impl Into<String>) -> Self {
        Self { check, text: text.into(), verdict: Verdict::Fine }
    }

    pub(super) fn problem(
        check: &'static str,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        let verdict =
            Verdict::Problem { advice: advice.into(), command: None, fix: None, is_note: false };
        Self { check, text: text.into(), verdict }
    }

    pub(super) fn with_command(mut self, told: impl Into<String>) -> Self {
        if let Verdict::Problem { command, .. } = &mut self.verdict {
            *command = Some(told.into());
        }
        self
    }

    /// The same with a command about a path, if that can be shown in one.
    pub(super) fn with_command_on(
        mut self,
        path: &Path,
        told: impl FnOnce(&str) -> String,
    ) -> Self {
        if let Some(path) = harmless::path(path) {
            return self.with_command(told(&path));
        }
        if let Verdict::Problem { advice, .. } = &mut self.verdict {
            *advice =
                format!("{} (its path can't be shown in a command)", advice.trim_end_matches(':'));
        }
        self
    }

    pub(super) fn with_fix(mut self, known: Fix) -> Self {
        if let Verdict::Problem { fix, .. } = &mut self.verdict {
            *fix = Some(known);
        }
        self
    }

    /// The same as something to know that does no harm.
    pub(super) fn into_note(mut self) -> Self {
        if let Verdict::Problem { is_note, .. } = &mut self.verdict {
            *is_note = true;
        }
        self
    }

    pub(super) fn is_problem(&self) -> bool {
        matches!(self.verdict, Verdict::Problem { is_note: false, .. })
    }

    pub(super) fn is_fixable(&self) -> bool {
        matches!(self.verdict, Verdict::Problem { fix: Some(_), .. })
    }

    /// Says what was done.
    pub(super) fn fixed(&mut self, what: &str) {
        self.text.push_str(&format!("; {what}"));
        self.verdict = Verdict::Fixed;
    }

    /// Says why it could not be fixed.
    pub(super) fn not_fixed(&mut self, why: &str) {
        self.text.push_str(&format!("; not fixed: {why}"));
    }

    pub(super) fn json(&self) -> Object {
        let object = Object::default()
            .with("check", self.check)
            .with("verdict", self.verdict.name())
            .with("text", self.text.as_str());
        match &self.verdict {
            Verdict::Problem { advice, command, fix, .. } => object
                .with("advice", advice.as_str())
                .with("command", command.as_deref())
                .with("fixable", fix.is_some()),
            _ => object,
        }
    }

    /// Lines for people.
    pub(super) fn lines(&self) -> Vec<Line> {
        let style = match self.verdict {
            Verdict::Problem { is_note: false, .. } => Style::Warning,
            _ => Style::Dim,
        };
        let name = format!("{:<9}", self.verdict.name());
        let text = format!("{:<11}{}", self.check, harmless::line(self.text.as_bytes()));
        let mut lines = vec![Line::default().styled(style, name).and(text)];
        if let Verdict::Problem { advice, command, .. } = &self.verdict {
            let mut more = |indent, text: &str| {
                let text = format!("{INDENT}{indent}{}", harmless::line(text.as_bytes()));
                lines.push(Line::default().and(text));
            };
            more("", advice);
            command.iter().for_each(|command| more("  ", command));
        }
        lines
    }
}

impl Verdict {
    fn name(&self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Problem { is_note: true, .. } => "note",
            Self::Problem { .. } => "problem",
            Self::Fixed => "fixed",
        }
    }
}
