mod demo;
mod process;
mod readme;
mod transcript;
