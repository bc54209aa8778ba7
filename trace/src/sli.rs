//! Service level indicators, computed the same way live and from traces.
