//! What must be asked for explicitly.

use tmuxwire_operations::{AnyOperation, Plan};

use super::{Server, bisync};
use crate::command::Command;
use crate::error::{Guarded, Result};
use crate::guard::{self, Inside, Threat};

#[bisync]
impl Server {
    /// That an operation would not end what only [`unguarded`](Self::unguarded) may. Only who runs
    /// in a pane of this server, and would end something, is asked anything: one round trip, by the
    /// route that the command takes, for routes differ in what they take for the current target.
    pub(crate) async fn guard(
        &self,
        operation: &AnyOperation,
        command: Option<&Command>,
    ) -> Result<()> {
        for threat in guard::threats(operation) {
            let route = match command.is_some_and(|command| self.is_carried(command)) {
                true => self.clone(),
                false => self.without_channel(),
            };
            self.guard_from(&threat, &[route]).await?;
        }
        Ok(())
    }

    /// The same for every step of a plan, before the first. Which other steps a step goes with, and so
    /// by which route, isn't known yet: a target that means another thing by each is asked for by all.
    pub(crate) async fn guard_plan(&self, plan: &Plan) -> Result<()> {
        for threat in guard::threats_of(plan) {
            let mut routes = vec![self.clone()];
            if self.is_channel() && threat.depends_on_route() {
                routes.push(self.without_channel());
            }
            self.guard_from(&threat, &routes).await?;
        }
        Ok(())
    }

    async fn guard_from(&self, threat: &Threat, routes: &[Self]) -> Result<()> {
        if !self.is_guarded() {
            return Ok(());
        }
        let (victim, target) = match threat {
            Threat::Server => return self.guard_server(),
            // What a plan finds may be ours, and what it leaves.
            Threat::ToSlot(_) => (None, None),
            Threat::To(victim, target) => (Some(*victim), target.as_deref()),
        };
        let Some(inside) = self.inside() else { return Ok(()) };
        let Some(victim) = victim else { return Err(guard::refusal(Guarded::OwnPane)) };
        for route in routes {
            let question = guard::question(victim, target);
            // By another route it would be about another target.
            let is_lost = route.is_channel() && !route.is_carried(&question);
            let ends_us = is_lost || {
                let answer = route.run(question).await?;
                guard::ends_us(victim, target, &inside, &answer)
            };
            if ends_us {
                return Err(guard::refusal(Guarded::OwnPane));
            }
        }
        Ok(())
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
