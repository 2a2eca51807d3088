//! A small store by hand.
