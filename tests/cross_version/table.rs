//! Clients by servers, as text.

use std::fmt::{self, Display, Formatter};

use crate::client::Outcome;

/// One table for each way, with the same servers; failures are told below.
pub(crate) struct Table {
    servers: Vec<String>,
    sections: Vec<Section>,
    failures: Vec<String>,
}

struct Section {
    name: String,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    pub(crate) fn new(servers: &[&str]) -> Self {
        let servers = servers.iter().map(|server| (*server).to_owned()).collect();
        Self { servers, sections: Vec::new(), failures: Vec::new() }
    }

    /// The rows that follow are of this.
    pub(crate) fn section(&mut self, name: &str) {
        self.sections.push(Section { name: name.to_owned(), rows: Vec::new() });
    }

    pub(crate) fn row(&mut self, client: &str, outcomes: &[&Outcome]) {
        let cells = outcomes.iter().map(|outcome| match outcome {
            Ok(()) => "works".to_owned(),
            Err(failure) => format!("fails ({})", self.number(failure)),
        });
        let cells = cells.collect();
        let section = self.sections.last_mut().expect("a section");
        section.rows.push((client.to_owned(), cells));
    }

    fn number(&mut self, failure: &str) -> usize {
        let known = self.failures.iter().position(|known| known == failure);
        1 + known.unwrap_or_else(|| {
            self.failures.push(failure.to_owned());
            self.failures.len() - 1
        })
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for Section { name, rows } in &self.sections {
            writeln!(f, "{name}")?;
            let heads: Vec<String> = self.servers.iter().map(|name| format!("to {name}")).collect();
            line(f, "", &heads)?;
            rows.iter().try_for_each(|(client, cells)| line(f, client, cells))?;
            writeln!(f)?;
        }
        for (number, failure) in self.failures.iter().enumerate() {
            writeln!(f, "({}) {failure}", number + 1)?;
        }
        Ok(())
    }
}

fn line(f: &mut Formatter<'_>, client: &str, cells: &[String]) -> fmt::Result {
    let cells: String = cells.iter().map(|cell| format!("  {cell:<9}")).collect();
    writeln!(f, "{}", format!("  {client:<9}{cells}").trim_end())
}
