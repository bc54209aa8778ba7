//! Recording on and off while a server runs, from another thread.
//!
//! Must not know the recorder: orders go one way, its state comes back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tickshot_trace::recorder::RecorderState;

/// A handle; its clones switch the same server. Nothing here waits: the server follows with its next tick.
#[derive(Clone, Debug, Default)]
pub struct RecordingSwitch(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    has_orders: AtomicBool,
    orders: Mutex<Vec<Order>>,
    state: Mutex<RecorderState>,
}

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Begin(PathBuf),
    End,
    SaveFlight(String),
}

impl RecordingSwitch {
    /// Record into a file in `dir`, which is made if it is missing.
    pub fn begin(&self, dir: &Path) {
        self.order(Order::Begin(dir.to_owned()));
    }

    /// Finish the file.
    pub fn end(&self) {
        self.order(Order::End);
    }

    /// Save the last minute, if it was kept; `why` stands in the file.
    pub fn save_flight(&self, why: &str) {
        self.order(Order::SaveFlight(why.to_owned()));
    }

    /// How it goes: as it was at most a quarter of a second ago.
    pub fn state(&self) -> RecorderState {
        lock(&self.0.state).clone()
    }

    /// A server that does not run takes no orders: only so many wait.
    fn order(&self, order: Order) {
        let mut orders = lock(&self.0.orders);
        if orders.len() < ORDERS_MAX {
            orders.push(order);
        }
        self.0.has_orders.store(true, Ordering::Release);
    }

    pub(super) fn take_orders(&self) -> Vec<Order> {
        if !self.0.has_orders.swap(false, Ordering::AcqRel) {
            return Vec::new();
        }
        std::mem::take(&mut *lock(&self.0.orders))
    }

    pub(super) fn tell(&self, state: RecorderState) {
        *lock(&self.0.state) = state;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Orders that wait for the next tick.
const ORDERS_MAX: usize = 64;
