//! What a step of a plan will make, before it is there.

use std::fmt;

/// A part of what a step makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Session,
    Window,
    Pane,
}

impl Part {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Window => "window",
            Self::Pane => "pane",
        }
    }

    /// What its ids begin with.
    pub(super) const fn sigil(self) -> char {
        match self {
            Self::Session => '$',
            Self::Window => '@',
            Self::Pane => '%',
        }
    }

    #[cfg(feature = "serde")]
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Session, Self::Window, Self::Pane].into_iter().find(|part| part.name() == name)
    }
}

/// Which plan a slot is of. 0 is whichever plan keeps it, or will.
pub(crate) type PlanId = u64;

/// A part of what a step of a plan makes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    pub(crate) plan: PlanId,
    pub(crate) step: usize,
    pub(crate) part: Part,
}

/// As previews show it.
impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}.{}>", self.step, self.part.name())
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident $part:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) Slot);

        impl $name {
            pub(crate) const fn of(plan: PlanId, step: usize) -> Self {
                Self(Slot { plan, step, part: Part::$part })
            }

            /// The step that fills it, from 0.
            pub const fn step(&self) -> usize {
                self.0.step
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

slots! {
    /// The session that a step of a plan makes, or makes something in.
    SessionSlot Session;
    /// The window that a step of a plan makes, or makes something in.
    WindowSlot Window;
    /// The pane that a step of a plan makes.
    PaneSlot Pane;
}

/// Where what a step makes will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Slots {
    /// The session that is made, or the one that it is in.
    pub session: SessionSlot,
    /// The window that is made, or the one that it is in.
    pub window: WindowSlot,
    /// The pane.
    pub pane: PaneSlot,
}

impl Slots {
    pub(crate) const fn of(plan: PlanId, step: usize) -> Self {
        Self {
            session: SessionSlot::of(plan, step),
            window: WindowSlot::of(plan, step),
            pane: PaneSlot::of(plan, step),
        }
    }

    /// The step that fills them, from 0.
    pub const fn step(&self) -> usize {
        self.session.step()
    }
}
