//! Targets on books told by hand.
