//! Options, hooks and environment of sessions, windows and panes.

use tmuxwire_operations::read::{Hooks, OptionValue, Options, Variables};
use tmuxwire_operations::{
    Commands, FailureKind, Label, Name, SetEnvironment, SetHook, SetOption, ShowHooks, ShowOptions,
    Text, Thing,
};

use super::find::not_found;
use super::{Pane, Server, Session, Window, bisync};
use crate::error::{ErrorKind, Result};

#[bisync]
impl Server {
    pub(crate) async fn show_options(&self, show: ShowOptions) -> Result<Options> {
        Ok(Options::read(&self.ask(show).await?.stdout)?)
    }

    pub(crate) async fn show_option(
        &self,
        show: ShowOptions,
        name: &[u8],
    ) -> Result<Option<OptionValue>> {
        let no_option = ErrorKind::Failed(FailureKind::NotFound { what: Thing::Option });
        let options = match self.show_options(show.option(name)).await {
            Err(error) if error.kind() == &no_option && name.starts_with(b"@") => return Ok(None),
            options => options?,
        };
        match options.get(name) {
            Some(value) => Ok(Some(value.clone())),
            None if name.starts_with(b"@") => Ok(None),
            // tmux takes the beginning of a name for it.
            None => Err(not_found(Thing::Option, name)),
        }
    }

    pub(crate) async fn show_hooks(&self, show: ShowHooks) -> Result<Hooks> {
        Ok(Hooks::read(&self.ask(show).await?.stdout)?)
    }
}

macro_rules! settings {
    ($type:ident $target:ident: |$show:ident| $shown:expr, |$set:ident| $setting:expr,
        |$hooks:ident| $hooked:expr, |$hook:ident| $hooking:expr) => {
        impl $type {
            fn show(&self) -> ShowOptions {
                let $show = ShowOptions::new().target(self.$target());
                $shown
            }

            fn set(&self, option: impl Into<Label>) -> SetOption {
                let $set = SetOption::new(option).target(self.$target());
                $setting
            }

            fn show_hooks(&self) -> ShowHooks {
                let $hooks = ShowHooks::new().target(self.$target());
                $hooked
            }

            fn hook(&self, hook: impl Into<Label>) -> SetHook {
                let $hook = SetHook::new().hook(hook).target(self.$target());
                $hooking
            }
        }

        #[bisync]
        impl $type {
            /// Its own options (`show-options`), not those that it takes from elsewhere. One round
            /// trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`].")]
            pub async fn options(&self) -> Result<Options> {
                self.server().show_options(self.show()).await
            }

            /// An option as it counts for it, its own or from elsewhere
            /// ([`OptionValue::is_inherited`]); an array as a whole. `None` for an option of the
            /// user's, `@name`, that isn't set. One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`];")]
            /// [`ErrorKind::Failed`] if there is no option of exactly this name.
            pub async fn option(&self, name: impl AsRef<[u8]>) -> Result<Option<OptionValue>> {
                let name = name.as_ref().to_vec();
                self.server().show_option(self.show().inherited(), &name).await
            }

            /// Sets an option of its own (`set-option`). One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`];")]
            /// [`ErrorKind::Failed`] if there is no such option, or it can't have that value.
            pub async fn set_option(
                &self,
                name: impl Into<Label>,
                value: impl Into<Text>,
            ) -> Result<()> {
                self.server().ask(self.set(name).value(value)).await?;
                Ok(())
            }

            /// Unsets an option of its own (`set-option -u`). One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`];")]
            /// [`ErrorKind::Failed`] if there is no such option.
            pub async fn unset_option(&self, name: impl Into<Label>) -> Result<()> {
                self.server().ask(self.set(name).unset()).await?;
                Ok(())
            }

            /// Its own hooks (`show-hooks`); of windows and panes from 3.2 on. One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`].")]
            pub async fn hooks(&self) -> Result<Hooks> {
                self.server().show_hooks(self.show_hooks()).await
            }

            /// Lets a hook of its own run commands (`set-hook`), and nothing else; of windows and
            /// panes from 3.2 on. One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`];")]
            /// [`ErrorKind::Failed`] if there is no such hook.
            pub async fn set_hook(
                &self,
                name: impl Into<Label>,
                commands: impl Into<Commands>,
            ) -> Result<()> {
                self.server().ask(self.hook(name).command(commands)).await?;
                Ok(())
            }

            /// Lets a hook of its own run nothing (`set-hook -u`). One round trip.
            ///
            /// # Errors
            #[doc = concat!("See [`", stringify!($type), "`];")]
            /// [`ErrorKind::Failed`] if there is no such hook.
            pub async fn unset_hook(&self, name: impl Into<Label>) -> Result<()> {
                self.server().ask(self.hook(name).unset()).await?;
                Ok(())
            }
        }
    };
}

settings!(Session pane_target: |show| show, |set| set, |show| show, |set| set);
settings!(Window pane_target: |show| show.window(), |set| set.window(), |show| show.window(),
    |set| set.window());
settings!(Pane target: |show| show.pane(), |set| set.pane(), |show| show.pane(), |set| set.pane());

#[bisync]
impl Session {
    /// Its own variables for programs to come (`show-environment`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn environment(&self) -> Result<Variables> {
        let answer = self.server().ask(Variables::session(self.id())).await?;
        Ok(Variables::read(&answer.stdout)?)
    }

    /// Sets a variable for its programs to come (`set-environment`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn set_variable(&self, name: impl Into<Name>, value: impl Into<Text>) -> Result<()> {
        let set = SetEnvironment::new(name).value(value).target(self.target());
        self.server().ask(set).await?;
        Ok(())
    }

    /// Takes a variable away from its programs to come, even if the server has it
    /// (`set-environment -r`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn remove_variable(&self, name: impl Into<Name>) -> Result<()> {
        let remove = SetEnvironment::new(name).remove().target(self.target());
        self.server().ask(remove).await?;
        Ok(())
    }

    /// Lets a variable be for its programs to come as it is for every session's
    /// (`set-environment -u`). One round trip.
    ///
    /// # Errors
    /// See [`Session`].
    pub async fn unset_variable(&self, name: impl Into<Name>) -> Result<()> {
        let unset = SetEnvironment::new(name).unset().target(self.target());
        self.server().ask(unset).await?;
        Ok(())
    }
}
