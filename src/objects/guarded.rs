//! What must be asked for explicitly.

use tmuxwire_operations::{AnyOperation, Plan};

use super::{Server, bisync};
use crate::error::{Guarded, Result};
use crate::guard::{self, Inside, Threat};

#[bisync]
impl Server {
    /// That an operation would not end what only [`unguarded`](Self::unguarded) may. Only who runs
    /// in a pane of this server, and would end something, is asked anything: one round trip.
    pub(crate) async fn guard(&self, operation: &AnyOperation) -> Result<()> {
        for threat in guard::threats(operation) {
            self.guard_from(threat).await?;
        }
        Ok(())
    }

    /// The same for every step of a plan, before the first.
    pub(crate) async fn guard_plan(&self, plan: &Plan) -> Result<()> {
        for threat in guard::threats_of(plan) {
            self.guard_from(threat).await?;
        }
        Ok(())
    }

    async fn guard_from(&self, threat: Threat) -> Result<()> {
        if !self.is_guarded() {
            return Ok(());
        }
        if threat == Threat::Server {
            return self.guard_server();
        }
        let Some(inside) = self.inside() else { return Ok(()) };
        let ends_us = match threat {
            Threat::Server => true,
            // What a plan finds may be ours, and what it leaves.
            Threat::ToSlot(_) => true,
            Threat::To(victim, target) => {
                let answer = self.run(guard::question(victim, target.as_deref())).await?;
                guard::ends_us(victim, target.as_deref(), &inside, &answer)
            }
        };
        if ends_us { Err(guard::refusal(Guarded::OwnPane)) } else { Ok(()) }
    }

    /// That the server may be ended.
    pub(crate) fn guard_server(&self) -> Result<()> {
        if !self.is_guarded() {
            return Ok(());
        }
        guard::check_server(self.socket_path(), |name| self.variable(name))?;
        match Inside::read(|name| self.variable(name)) {
            Some(inside) if self.id().is_some_and(|id| id.pid() == inside.server) => {
                Err(guard::refusal(Guarded::OwnServer))
            }
            _ => Ok(()),
        }
    }

    /// The pane of this server that we run in.
    fn inside(&self) -> Option<Inside> {
        let inside = Inside::read(|name| self.variable(name))?;
        let is_here = match self.id().map_or(0, |id| id.pid()) {
            0 => guard::is_same_file(&inside.socket, self.socket_path()),
            pid => pid == inside.server,
        };
        is_here.then_some(inside)
    }
}
