//! Options, hooks, environment and paste buffers of a server.

use tmuxwire_operations::read::{BufferInfo, Hooks, Listing, OptionValue, Options, Variables};
use tmuxwire_operations::{
    AnyOperation, Commands, DeleteBuffer, Label, LoadBuffer, Name, Operation, OperationError,
    Release, SetBuffer, SetEnvironment, SetHook, SetOption, ShowBuffer, ShowHooks, ShowOptions,
    Text,
};

use super::{Server, bisync};
use crate::error::Result;
use crate::scope::Scope;

/// The first release that is known to delete no buffer but that of the name.
const DELETES_BY_NAME: Release = Release::new(3, 3);

/// What fits any message with the rest of the command, also quoted.
const MOST_IN_ARGUMENT: usize = 4096;

#[bisync]
impl Server {
    /// Options (`show-options`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn options(&self, scope: Scope) -> Result<Options> {
        self.show_options(show(scope)).await
    }

    /// An option; an array as a whole. `None` for an option of the user's, `@name`, that isn't set.
    /// One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if there is no option of exactly this
    /// name.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    pub async fn option(
        &self,
        scope: Scope,
        name: impl AsRef<[u8]>,
    ) -> Result<Option<OptionValue>> {
        let name = name.as_ref().to_vec();
        self.show_option(show(scope), &name).await
    }

    /// Sets an option (`set-option`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`] if there is no such option, or it
    /// can't have that value.
    ///
    /// [`ErrorKind::Failed`]: crate::ErrorKind::Failed
    pub async fn set_option(
        &self,
        scope: Scope,
        name: impl Into<Label>,
        value: impl Into<Text>,
    ) -> Result<()> {
        self.ask(set(scope, name.into()).value(value)).await?;
        Ok(())
    }

    /// Lets an option be as it was before anybody set it (`set-option -u`). One round trip.
    ///
    /// # Errors
    /// As for [`set_option`](Self::set_option).
    pub async fn unset_option(&self, scope: Scope, name: impl Into<Label>) -> Result<()> {
        self.ask(set(scope, name.into()).unset()).await?;
        Ok(())
    }

    /// Hooks (`show-hooks`); those of windows and panes from 3.2 on. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn hooks(&self, scope: Scope) -> Result<Hooks> {
        let show = ShowHooks::new().global();
        self.show_hooks(if scope == Scope::Windows { show.window() } else { show }).await
    }

    /// Lets a hook run commands (`set-hook`), and nothing else. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`](crate::ErrorKind::Failed) if there is
    /// no such hook.
    pub async fn set_hook(
        &self,
        scope: Scope,
        name: impl Into<Label>,
        commands: impl Into<Commands>,
    ) -> Result<()> {
        self.ask(hook(scope, name.into()).command(commands)).await?;
        Ok(())
    }

    /// Lets a hook run nothing (`set-hook -u`). One round trip.
    ///
    /// # Errors
    /// As for [`set_hook`](Self::set_hook).
    pub async fn unset_hook(&self, scope: Scope, name: impl Into<Label>) -> Result<()> {
        self.ask(hook(scope, name.into()).unset()).await?;
        Ok(())
    }

    /// The variables for programs to come, in every session (`show-environment -g`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn environment(&self) -> Result<Variables> {
        Ok(Variables::read(&self.ask(Variables::global()).await?.stdout)?)
    }

    /// Sets a variable for programs to come, in every session (`set-environment -g`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn set_variable(&self, name: impl Into<Name>, value: impl Into<Text>) -> Result<()> {
        self.ask(SetEnvironment::new(name).global().value(value)).await?;
        Ok(())
    }

    /// Takes a variable out of the environment of programs to come (`set-environment -gu`). One round
    /// trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn unset_variable(&self, name: impl Into<Name>) -> Result<()> {
        self.ask(SetEnvironment::new(name).global().unset()).await?;
        Ok(())
    }

    /// The paste buffers, the newest first (`list-buffers`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform).
    pub async fn buffers(&self) -> Result<Vec<BufferInfo>> {
        self.list(Listing::buffers()).await
    }

    /// What is in a paste buffer (`show-buffer`), byte for byte. One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Failed`](crate::ErrorKind::Failed) if there is
    /// none of that name.
    pub async fn buffer(&self, name: impl Into<Name>) -> Result<Vec<u8>> {
        Ok(self.ask(ShowBuffer::new().name(name)).await?.stdout)
    }

    /// Makes or changes a paste buffer, of any bytes and any size: a short one as an argument
    /// (`set-buffer`), others by a stream (`load-buffer -`). One round trip.
    ///
    /// # Errors
    /// As for [`perform`](Self::perform); [`ErrorKind::Operation`](crate::ErrorKind::Operation) if
    /// there is nothing in it: tmux has no empty buffers, and would keep what is there.
    pub async fn set_buffer(
        &self,
        name: impl Into<Name>,
        data: impl Into<bytes::Bytes>,
    ) -> Result<()> {
        let (name, data) = (name.into(), data.into());
        if data.is_empty() {
            let command = SetBuffer::SPEC.name;
            return Err(OperationError::Missing { command, part: "data" }.into());
        }
        if data.len() <= MOST_IN_ARGUMENT && !data.contains(&0) {
            self.ask(SetBuffer::new().name(name).data(&data[..])).await?;
            return Ok(());
        }
        let load: AnyOperation = LoadBuffer::new("-").name(name).into();
        let command = self.command(&load).await?.stdin(data);
        self.ask_as(&load, command).await?;
        Ok(())
    }

    /// Removes a paste buffer (`delete-buffer`). One round trip; the server is asked for its release
    /// first, once for each process.
    ///
    /// # Errors
    /// As for [`buffer`](Self::buffer).
    pub async fn delete_buffer(&self, name: impl Into<Name>) -> Result<()> {
        let name = name.into();
        let delete = DeleteBuffer::new().name(name.clone());
        let release = self.release_of_process().await?;
        if release.is_some_and(|release| release >= DELETES_BY_NAME) {
            self.ask(delete).await?;
            return Ok(());
        }
        // Others remove the newest one where there is none of this name: but they show none then.
        let there = ShowBuffer::new().name(name);
        let (_, told) = self.ask_together(&[there.into(), delete.into()]).await?;
        told
    }
}

fn show(scope: Scope) -> ShowOptions {
    match scope {
        Scope::Server => Options::server(),
        Scope::Sessions => Options::global(),
        Scope::Windows => Options::global_windows(),
    }
}

fn set(scope: Scope, name: Label) -> SetOption {
    match scope {
        Scope::Server => SetOption::new(name).server(),
        Scope::Sessions => SetOption::new(name).global(),
        Scope::Windows => SetOption::new(name).global().window(),
    }
}

fn hook(scope: Scope, name: Label) -> SetHook {
    let hook = SetHook::new().hook(name).global();
    if scope == Scope::Windows { hook.window() } else { hook }
}
