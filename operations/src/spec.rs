//! What is known of every command: the tables that rendering, tools and tests read.

use crate::release::{Release, V3_1};

/// What a command does to tmux's objects (not what a program does that it starts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Only looks.
    Reads,
    /// Changes or makes something; nothing is lost.
    Changes,
    /// Ends or removes something that does not come back.
    Destroys,
}

/// The objects that a command can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "tmux's own words")]
pub enum Object {
    Session,
    Window,
    Pane,
    Buffer,
}

/// What a command that succeeds prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// Nothing; that it succeeds is the answer.
    Status,
    /// A line for each object, as its format says.
    Rows,
    /// Text of any form.
    Text,
    /// With `-P`, one line about what was made, as its format says.
    Created,
}

/// Which files a server has its client open for a command, with the client's rights. Standard
/// streams are no files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Opens {
    /// None.
    Nothing,
    /// The one that its argument names, to read it.
    Read,
    /// The one that its argument names, to write it.
    Write,
    /// Whatever the commands name that it runs.
    Anything,
}

/// What kind of target a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "tmux's own words")]
pub enum TargetKind {
    Session,
    Window,
    Pane,
    Client,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// A target.
    Target(TargetKind),
    /// A whole number, not negative.
    Number,
    /// Cells or a percentage.
    Size,
    /// The name of something.
    Name,
    /// A name that tmux takes for a format, so that text is rendered as a format for it.
    Label,
    /// One of tmux's own words, a style, a position or a small expression.
    Word,
    /// A format.
    Format,
    /// A file.
    File,
    /// A file or directory that tmux takes for a format, as with labels.
    Location,
    /// Text, of which nothing shows.
    Text,
    /// Text that tmux takes for a format, as with labels; nothing shows.
    Phrase,
    /// A command for the shell, of which nothing shows.
    Shell,
    /// A command for the shell that tmux takes for a format, as with labels.
    Script,
    /// A variable with its value, which doesn't show.
    Environment,
    /// A layout.
    Layout,
    /// A key's name, which doesn't show.
    Key,
    /// Commands of tmux.
    Commands,
}

impl ValueKind {
    /// Whether a value may show in logs.
    pub const fn is_shown(self) -> bool {
        use ValueKind::{Label, Layout, Name, Number, Size, Target, Word};
        matches!(self, Target(_) | Number | Size | Name | Label | Layout | Word)
    }
}

/// How many values a part takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Takes {
    /// None: it is there or not.
    Nothing,
    /// One.
    One(ValueKind),
    /// None or one; tmux takes the next argument for it unless that begins with `-`.
    Maybe(ValueKind),
    /// Any number: a flag is given once for each.
    Many(ValueKind),
}

impl Takes {
    /// The kind of its values.
    pub const fn kind(self) -> Option<ValueKind> {
        match self {
            Self::Nothing => None,
            Self::One(kind) | Self::Maybe(kind) | Self::Many(kind) => Some(kind),
        }
    }
}

/// A flag of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlagSpec {
    /// Its letter.
    pub letter: char,
    /// The name of its method.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it does.
    pub summary: &'static str,
    /// The first release that knows it. 3.1 means 3.1 or before.
    pub since: Release,
    /// The first release that knows it no more.
    pub gone: Option<Release>,
    /// What it makes of the command.
    pub effect: Effect,
    /// Whether the command would be another one without it, so that it is never dropped.
    pub essential: bool,
    /// The first release that takes its value for a format, where an operation takes text.
    pub expanded: Release,
    /// Whether formats in it expand the time, `%H`.
    pub dated: bool,
    /// Whether it is given twice, which means something else than once.
    pub twice: bool,
    /// Which files the command has opened because of it.
    pub opens: Opens,
}

impl FlagSpec {
    pub(crate) const fn new(
        letter: char,
        name: &'static str,
        takes: Takes,
        summary: &'static str,
    ) -> Self {
        Self {
            letter,
            name,
            takes,
            summary,
            since: V3_1,
            gone: None,
            effect: Effect::Reads,
            essential: false,
            expanded: V3_1,
            dated: false,
            twice: false,
            opens: Opens::Nothing,
        }
    }

    pub(crate) const fn since(self, since: Release) -> Self {
        Self { since, ..self }
    }

    pub(crate) const fn gone(self, gone: Release) -> Self {
        Self { gone: Some(gone), ..self }
    }

    pub(crate) const fn changes(self) -> Self {
        Self { effect: Effect::Changes, ..self }
    }

    pub(crate) const fn destroys(self) -> Self {
        Self { effect: Effect::Destroys, ..self }
    }

    pub(crate) const fn essential(self) -> Self {
        Self { essential: true, ..self }
    }

    pub(crate) const fn expanded(self, expanded: Release) -> Self {
        Self { expanded, ..self }
    }

    pub(crate) const fn dated(self) -> Self {
        Self { dated: true, ..self }
    }

    pub(crate) const fn twice(self) -> Self {
        Self { twice: true, ..self }
    }

    pub(crate) const fn opens(self, opens: Opens) -> Self {
        Self { opens, ..self }
    }

    /// Whether a release knows it.
    pub fn is_in(&self, release: Release) -> bool {
        release >= self.since && self.gone.is_none_or(|gone| release < gone)
    }
}

/// An argument of a command that no flag introduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgumentSpec {
    /// The name of its method, or of its place in `new`.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// What it is.
    pub summary: &'static str,
    /// Whether formats in it expand the time, `%H`.
    pub dated: bool,
}

impl ArgumentSpec {
    pub(crate) const fn new(name: &'static str, takes: Takes, summary: &'static str) -> Self {
        Self { name, takes, summary, dated: false }
    }

    pub(crate) const fn dated(self) -> Self {
        Self { dated: true, ..self }
    }

    /// Whether the command can't do without it.
    pub const fn is_required(&self) -> bool {
        matches!(self.takes, Takes::One(_))
    }
}

/// A command of tmux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandSpec {
    /// Its name.
    pub name: &'static str,
    /// Its short name.
    pub alias: Option<&'static str>,
    /// What it does.
    pub summary: &'static str,
    /// What it does to tmux's objects without the flags that make it worse.
    pub effect: Effect,
    /// What it makes.
    pub creates: Option<Object>,
    /// What it prints.
    pub returns: Returns,
    /// Which files it has opened, beyond what its flags say.
    pub opens: Opens,
    /// The first release that has it. 3.1 means 3.1 or before.
    pub since: Release,
    /// Its flags, in the order in which they are rendered.
    pub flags: &'static [FlagSpec],
    /// Its other arguments, in order.
    pub arguments: &'static [ArgumentSpec],
}

impl CommandSpec {
    pub(crate) const fn new(
        name: &'static str,
        alias: &'static str,
        summary: &'static str,
        effect: Effect,
    ) -> Self {
        Self {
            name,
            alias: if alias.is_empty() { None } else { Some(alias) },
            summary,
            effect,
            creates: None,
            returns: Returns::Nothing,
            opens: Opens::Nothing,
            since: V3_1,
            flags: &[],
            arguments: &[],
        }
    }

    pub(crate) const fn parts(
        self,
        flags: &'static [FlagSpec],
        arguments: &'static [ArgumentSpec],
    ) -> Self {
        Self { flags, arguments, ..self }
    }

    pub(crate) const fn since(self, since: Release) -> Self {
        Self { since, ..self }
    }

    pub(crate) const fn creates(self, object: Object) -> Self {
        Self { creates: Some(object), ..self }
    }

    pub(crate) const fn opens(self, opens: Opens) -> Self {
        Self { opens, ..self }
    }

    pub(crate) const fn returns(self, returns: Returns) -> Self {
        Self { returns, ..self }
    }

    /// The flags with a letter: several where it means different things, in different releases or
    /// given twice.
    pub fn flags(&self, letter: char) -> impl Iterator<Item = &'static FlagSpec> {
        self.flags.iter().filter(move |flag| flag.letter == letter)
    }

    pub(crate) fn is_flag(&self, part: &str) -> bool {
        self.flags.iter().any(|flag| flag.name == part)
    }

    /// What the part with a method's name takes.
    pub fn takes(&self, part: &str) -> Option<Takes> {
        self.part(part).map(|(_, takes)| takes)
    }

    pub(crate) fn part(&self, part: &str) -> Option<(&'static str, Takes)> {
        let flags = self.flags.iter().map(|flag| (flag.name, flag.takes));
        let arguments = self.arguments.iter().map(|argument| (argument.name, argument.takes));
        flags.chain(arguments).find(|(name, _)| *name == part)
    }

    /// The kind of its `-t`, that of the newest release.
    pub fn target(&self) -> Option<TargetKind> {
        match self.flags('t').last()?.takes {
            Takes::One(ValueKind::Target(kind)) => Some(kind),
            _ => None,
        }
    }

    /// Whether a release has it.
    pub fn is_in(&self, release: Release) -> bool {
        release >= self.since
    }
}
