//! Who is woken when the server has written something.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// The one waker that waits for the stream. It passes the news on to the caller who is alone in
/// waiting for an answer, so that he reads it himself and no other task has to run in between; in
/// all other cases to the driver.
#[derive(Debug, Default)]
pub(super) struct Router(Mutex<Wakers>);

#[derive(Debug, Default)]
struct Wakers {
    caller: Option<Waker>,
    driver: Option<Waker>,
}

impl Router {
    fn lock(&self) -> MutexGuard<'_, Wakers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_driver(&self, waker: &Waker) {
        let mut wakers = self.lock();
        match &mut wakers.driver {
            Some(driver) => driver.clone_from(waker),
            driver => *driver = Some(waker.clone()),
        }
    }

    pub(super) fn set_caller(&self, waker: &Waker) {
        let mut wakers = self.lock();
        match &mut wakers.caller {
            Some(caller) => caller.clone_from(waker),
            caller => *caller = Some(waker.clone()),
        }
    }

    /// The caller has his answer, or wants none any more.
    pub(super) fn forget_caller(&self) {
        self.lock().caller = None;
    }

    /// From now on the driver is woken. The caller must look whether his answer has come, and leave
    /// word where he is to be found.
    pub(super) fn release_caller(&self) {
        let caller = self.lock().caller.take();
        caller.into_iter().for_each(Waker::wake);
    }

    pub(super) fn wake_driver(&self) {
        let driver = self.lock().driver.clone();
        driver.into_iter().for_each(Waker::wake);
    }
}

impl Wake for Router {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut wakers = self.lock();
        let waker = wakers.caller.take().or_else(|| wakers.driver.clone());
        drop(wakers);
        waker.into_iter().for_each(Waker::wake);
    }
}
