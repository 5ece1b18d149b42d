//! The variables of formats.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};
use tmuxwire_operations::Release;

use super::{Context, truth};
use crate::failure::{Failure, Result};
use crate::layout::Place;
use crate::options::{self, Kind};
use crate::state::{Pane, Session, Window};
use crate::targets::Target;

/// Where JSON took the old layouts' place.
const JSON_LAYOUTS: Release = Release::new(3, 8);

impl Context<'_> {
    /// The value of a variable.
    pub(super) fn variable(&self, name: &[u8]) -> Result<BString> {
        if let Some(value) = self.option_value(name) {
            return Ok(value);
        }
        let text = name.to_str().unwrap_or_default();
        if let Some(value) = self.general(text) {
            return Ok(value);
        }
        if let Some(target) = self.target
            && let Some(value) = self.state.panes[&target.pane].fields.get(text)
        {
            return Ok(value.clone());
        }
        let known = match text.split_once('_').map_or(text, |(head, _)| head) {
            "buffer" => self.buffer_field(text),
            _ => self.of_target(text)?,
        };
        if let Some(value) = known {
            return Ok(value);
        }
        if name.starts_with(b"@") {
            return Ok(BString::default());
        }
        Err(Failure::unmodelled(format_args!("#{{{}}}", name.as_bstr())))
    }

    fn option_value(&self, name: &[u8]) -> Option<BString> {
        let named = options::find(name).ok().filter(|named| name.starts_with(&named.name))?;
        let (setting, _) = self.state.option_of(self.target.as_ref(), &named.name)?;
        let value = match (named.index, &setting) {
            (Some(index), options::Setting::Many(values)) => {
                values.get(&index).cloned().unwrap_or_default()
            }
            _ => setting.text(),
        };
        let is_flag = named.spec.is_some_and(|row| row.2 == Kind::Flag);
        Some(if is_flag { truth(value == "on") } else { value })
    }

    fn general(&self, name: &str) -> Option<BString> {
        let state = self.state;
        Some(match name {
            "version" => state.version.as_str().into(),
            "pid" => std::process::id().to_string().into(),
            "start_time" => state.started.to_string().into(),
            "socket_path" => state.socket.as_os_str().as_encoded_bytes().into(),
            "server_sessions" => state.sessions.len().to_string().into(),
            "next_session_id" => format!("${}", state.next.session).into(),
            "host" => host().into(),
            "host_short" => host().split('.').next().unwrap_or_default().into(),
            "command" => self.command.into(),
            "pane_marked_set" => truth(state.marked.is_some()),
            // What there never is: clients with a terminal, hooks, configuration, modes.
            "config_files"
            | "current_file"
            | "hook"
            | "hook_session"
            | "hook_window"
            | "hook_pane"
            | "client_name"
            | "client_session"
            | "client_tty"
            | "client_termname"
            | "client_width"
            | "client_height"
            | "client_last_session"
            | "client_key_table"
            | "client_readonly"
            | "client_prefix" => BString::default(),
            "buffer_name" | "buffer_size" | "buffer_sample" | "buffer_created"
                if self.buffer.is_none() =>
            {
                BString::default()
            }
            _ => return None,
        })
    }

    fn buffer_field(&self, name: &str) -> Option<BString> {
        let buffer = self.state.buffers.get(self.buffer?)?;
        Some(match name {
            "buffer_name" => buffer.name.clone(),
            "buffer_size" => buffer.data.len().to_string().into(),
            "buffer_created" => buffer.created.to_string().into(),
            "buffer_sample" => sample(&buffer.data),
            _ => return None,
        })
    }

    fn of_target(&self, name: &str) -> Result<Option<BString>> {
        let Some(target) = self.target else {
            // Without a target there is nothing to say, but only of what there is a word.
            let known = SESSION_NAMES.contains(&name)
                || WINDOW_NAMES.contains(&name)
                || PANE_NAMES.contains(&name);
            return Ok(known.then(BString::default));
        };
        let state = self.state;
        if NEW_NAMES.contains(&name) && state.release < Release::new(3, 7) {
            return Ok(None);
        }
        if name.ends_with("_sessions_list") && state.places_of(target.window).len() > 1 {
            // Which was linked first counts.
            let what = format_args!("#{{{name}}} of a window with several places");
            return Err(Failure::unmodelled(what));
        }
        let session = &state.sessions[&target.session];
        let window = &state.windows[&target.window];
        let pane = &state.panes[&target.pane];
        if SESSION_NAMES.contains(&name) {
            return Ok(self.session_field(name, &target, session));
        }
        if WINDOW_NAMES.contains(&name) {
            return Ok(self.window_field(name, &target, session, window));
        }
        if PANE_NAMES.contains(&name) {
            return self.pane_field(name, &target, window, pane).map(Some);
        }
        Ok(None)
    }

    fn session_field(&self, name: &str, target: &Target, session: &Session) -> Option<BString> {
        let is_marked = self.state.marked.is_some_and(|mark| mark.session == target.session);
        Some(match name {
            "session_name" => session.name.clone(),
            "session_id" => format!("${}", target.session).into(),
            "session_windows" => session.windows.len().to_string().into(),
            "session_created" => session.created.to_string().into(),
            "session_activity" => session.created.to_string().into(),
            "session_path" => session.directory.clone(),
            "session_marked" => truth(is_marked),
            "session_format" => truth(self.about == 's'),
            "session_stack" => {
                let stack = std::iter::once(&session.current).chain(&session.last);
                let stack: Vec<_> = stack.map(ToString::to_string).collect();
                stack.join(",").into()
            }
            "active_window_index" => session.current.to_string().into(),
            "last_window_index" => {
                session.windows.keys().next_back().map(ToString::to_string)?.into()
            }
            "session_attached"
            | "session_grouped"
            | "session_many_attached"
            | "session_activity_flag"
            | "session_bell_flag"
            | "session_silence_flag" => "0".into(),
            _ => BString::default(),
        })
    }

    fn window_field(
        &self,
        name: &str,
        target: &Target,
        session: &Session,
        window: &Window,
    ) -> Option<BString> {
        let places = self.state.places_of(target.window);
        let sessions = |kept: &dyn Fn(&(u32, u32)) -> bool| {
            // One that has it at several places counts once.
            let ids: BTreeSet<u32> =
                places.iter().filter(|place| kept(place)).map(|place| place.0).collect();
            let ids = ids.into_iter();
            ids.map(|id| self.state.sessions[&id].name.clone()).collect::<Vec<_>>()
        };
        let is_current = |place: &(u32, u32)| self.state.sessions[&place.0].current == place.1;
        let first = session.windows.keys().next() == Some(&target.index);
        let last = session.windows.keys().next_back() == Some(&target.index);
        let is_marked = self.is_marked_place(target);
        Some(match name {
            "window_id" => format!("@{}", target.window).into(),
            "window_index" => target.index.to_string().into(),
            "window_name" => window.name.clone(),
            "window_width" => window.width.to_string().into(),
            "window_height" => window.height.to_string().into(),
            "window_panes" => window.panes.len().to_string().into(),
            "window_active" => truth(session.current == target.index),
            "window_last_flag" => truth(session.last.first() == Some(&target.index)),
            "window_flags" | "window_raw_flags" => self.flags(target, session),
            "window_layout" | "window_visible_layout" => {
                self.layout(window, self.state.pane_base(target.window))
            }
            "window_start_flag" => truth(first),
            "window_end_flag" => truth(last),
            "window_linked" => truth(places.len() > 1),
            "window_linked_sessions" => sessions(&|_| true).len().to_string().into(),
            "window_linked_sessions_list" => bstr::join(",", sessions(&|_| true)).into(),
            "window_active_sessions" => sessions(&is_current).len().to_string().into(),
            "window_active_sessions_list" => bstr::join(",", sessions(&is_current)).into(),
            "window_marked_flag" => truth(is_marked),
            "window_format" => truth(self.about == 'w'),
            "window_activity" => window.created.to_string().into(),
            "window_stack_index" => {
                let at = session.last.iter().position(|index| *index == target.index);
                at.map_or(0, |at| at + 1).to_string().into()
            }
            "window_bigger" if self.state.release < JSON_LAYOUTS => BString::default(),
            "window_offset_x" | "window_offset_y" | "window_active_clients_list" => {
                BString::default()
            }
            _ => "0".into(),
        })
    }

    fn is_marked_place(&self, target: &Target) -> bool {
        self.state
            .marked
            .is_some_and(|mark| mark.session == target.session && mark.index == target.index)
    }

    fn flags(&self, target: &Target, session: &Session) -> BString {
        let mut flags = BString::default();
        if session.current == target.index {
            flags.push(b'*');
        }
        if session.last.first() == Some(&target.index) {
            flags.push(b'-');
        }
        if self.is_marked_place(target) {
            flags.push(b'M');
        }
        flags
    }

    fn layout(&self, window: &Window, base: u32) -> BString {
        if self.state.release < JSON_LAYOUTS {
            return window.layout.text().into();
        }
        let of_pane = |id: u32| {
            let index = (base..).zip(&window.panes).find(|(_, pane)| **pane == id);
            let index = index.map_or(base, |(index, _)| index);
            let last = window.last.iter().position(|pane| *pane == id);
            let place = match last {
                _ if window.active == id => ",\"a\":true".to_owned(),
                Some(last) => format!(",\"l\":{last}"),
                None => String::new(),
            };
            format!("{place},\"i\":{index},\"I\":\"%{id}\"")
        };
        window.layout.json(&of_pane).into()
    }

    fn pane_field(
        &self,
        name: &str,
        target: &Target,
        window: &Window,
        pane: &Pane,
    ) -> Result<BString> {
        let place = window.layout.places().into_iter().find(|(id, _)| *id == target.pane);
        let at = place.map_or(Place { left: 0, top: 0, width: 0, height: 0 }, |(_, place)| place);
        let position = window.panes.iter().position(|id| *id == target.pane).unwrap_or(0);
        let base = self.state.pane_base(target.window);
        let index = u32::try_from(position).unwrap_or(0) + base;
        let is_marked = self.state.marked.is_some_and(|mark| mark.pane == target.pane);
        let is_last = window.last.first() == Some(&target.pane);
        let active = window.active == target.pane;
        let number = |number: i64| BString::from(number.to_string());
        Ok(match name {
            "pane_id" => format!("%{}", target.pane).into(),
            "pane_index" => index.to_string().into(),
            "pane_active" => truth(active),
            "pane_last" => truth(is_last),
            "pane_width" => number(at.width),
            "pane_height" => number(at.height),
            "pane_left" | "pane_x" => number(at.left),
            "pane_top" | "pane_y" => number(at.top),
            "pane_right" => number(at.left + at.width - 1),
            "pane_bottom" => number(at.top + at.height - 1),
            "pane_at_left" => truth(at.left == 0),
            "pane_at_top" => truth(at.top == 0),
            "pane_at_right" => truth(at.left + at.width == window.width),
            "pane_at_bottom" => truth(at.top + at.height == window.height),
            "pane_title" => pane.title.clone(),
            "pane_dead" => truth(pane.dead.is_some()),
            "pane_dead_status" => {
                pane.dead.map(|status| status.to_string()).unwrap_or_default().into()
            }
            "pane_marked" => truth(is_marked),
            "pane_input_off" => truth(pane.input_off),
            "pane_start_command" => crate::quote::words(&pane.command),
            "pane_start_path" => pane.directory.clone(),
            "pane_format" => truth(self.about == 'p'),
            "pane_synchronized" => self.option_value(b"synchronize-panes").unwrap_or_default(),
            "pane_current_command" => self.program(pane, target),
            "pane_unzoomed_width" => number(at.width),
            "pane_unzoomed_height" => number(at.height),
            "pane_flags" => match () {
                () if active => "*".into(),
                () if is_last => "-".into(),
                () => BString::default(),
            },
            "history_size" => {
                pane.screen.as_ref().map_or(0, |screen| screen.history.len()).to_string().into()
            }
            "history_limit" => self.state.option(Some(target), "history-limit"),
            // An empty line takes 40 bytes; of text we don't know.
            "history_bytes" if pane.screen.is_none() => number(at.height * 40),
            "cursor_x" | "cursor_y" if pane.screen.is_none() => "0".into(),
            "history_bytes" | "cursor_x" | "cursor_y" => {
                return Err(Failure::unmodelled(format_args!(
                    "#{{{name}}} of a pane whose screen was set"
                )));
            }
            // No process, no terminal of its own.
            "pane_pid" | "pane_tty" | "pane_current_path" | "pane_path" | "pane_mode"
            | "pane_search_string" | "scroll_position" | "pane_dead_signal" | "pane_dead_time" => {
                BString::default()
            }
            _ => "0".into(),
        })
    }

    /// The program that a pane was started with.
    fn program(&self, pane: &Pane, target: &Target) -> BString {
        let shell = self.state.option(Some(target), "default-shell");
        crate::state::window_name(&pane.command, &shell)
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Names that older releases don't know.
const NEW_NAMES: &[&str] = &[
    "pane_flags",
    "pane_floating_flag",
    "pane_zoomed_flag",
    "pane_x",
    "pane_y",
    "pane_unzoomed_width",
    "pane_unzoomed_height",
    "session_alert",
    "session_activity_flag",
    "session_bell_flag",
    "session_silence_flag",
];

/// The beginning of a buffer in one line.
fn sample(data: &[u8]) -> BString {
    const LONGEST: usize = 200;
    let visible = crate::quote::visible(&data[..data.len().min(LONGEST + 1)], false);
    match visible.char_indices().nth(LONGEST) {
        Some((end, _, _)) => [&visible[..end], b"..."].concat().into(),
        None => visible,
    }
}

#[rustfmt::skip]
const SESSION_NAMES: &[&str] = &[
    "session_name",
    "session_id",
    "session_windows",
    "session_created",
    "session_activity",
    "session_path",
    "session_marked",
    "session_format",
    "session_stack",
    "active_window_index",
    "last_window_index",
    "session_attached",
    "session_grouped",
    "session_many_attached",
    "session_activity_flag",
    "session_bell_flag",
    "session_silence_flag",
    "session_alerts",
    "session_alert",
    "session_attached_list",
    "session_group",
    "session_group_attached",
    "session_group_attached_list",
    "session_group_list",
    "session_group_many_attached",
    "session_group_size",
    "session_last_attached",
];

#[rustfmt::skip]
const WINDOW_NAMES: &[&str] = &[
    "window_id",
    "window_index",
    "window_name",
    "window_width",
    "window_height",
    "window_panes",
    "window_active",
    "window_last_flag",
    "window_flags",
    "window_raw_flags",
    "window_layout",
    "window_visible_layout",
    "window_start_flag",
    "window_end_flag",
    "window_linked",
    "window_linked_sessions",
    "window_linked_sessions_list",
    "window_active_sessions",
    "window_active_sessions_list",
    "window_marked_flag",
    "window_format",
    "window_activity",
    "window_stack_index",
    "window_offset_x",
    "window_offset_y",
    "window_active_clients",
    "window_active_clients_list",
    "window_activity_flag",
    "window_bell_flag",
    "window_silence_flag",
    "window_bigger",
    "window_zoomed_flag",
];

#[rustfmt::skip]
const PANE_NAMES: &[&str] = &[
    "pane_id",
    "pane_index",
    "pane_active",
    "pane_last",
    "pane_width",
    "pane_height",
    "pane_left",
    "pane_top",
    "pane_x",
    "pane_y",
    "pane_right",
    "pane_bottom",
    "pane_at_left",
    "pane_at_top",
    "pane_at_right",
    "pane_at_bottom",
    "pane_title",
    "pane_dead",
    "pane_dead_status",
    "pane_dead_signal",
    "pane_dead_time",
    "pane_marked",
    "pane_input_off",
    "pane_start_command",
    "pane_start_path",
    "pane_format",
    "pane_synchronized",
    "pane_current_command",
    "pane_current_path",
    "pane_path",
    "pane_pid",
    "pane_tty",
    "pane_flags",
    "pane_mode",
    "pane_in_mode",
    "pane_pipe",
    "pane_search_string",
    "pane_unseen_changes",
    "pane_unzoomed_width",
    "pane_unzoomed_height",
    "pane_floating_flag",
    "pane_zoomed_flag",
    "history_size",
    "history_limit",
    "history_bytes",
    "cursor_x",
    "cursor_y",
    "alternate_on",
    "insert_flag",
    "keypad_flag",
    "keypad_cursor_flag",
    "origin_flag",
    "mouse_any_flag",
    "mouse_standard_flag",
    "mouse_button_flag",
    "mouse_all_flag",
    "mouse_sgr_flag",
    "mouse_utf8_flag",
    "scroll_position",
];
